"""The order of stops that saves driving, whatever the stops are."""

from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citycall.work_orders import routes
from citycall.work_orders.routes import Stop

START = (-76.61, 39.29)
points = st.tuples(
    st.floats(-76.7, -76.5).map(lambda x: round(x, 4)),
    st.floats(39.2, 39.4).map(lambda y: round(y, 4)),
)


@st.composite
def days(draw: st.DrawFn, most: int = 9) -> tuple[list[Stop], dict[int, set[int]]]:
    """Stops in an order that keeps to what must come first, some with a window."""
    size = draw(st.integers(0, most))
    stops = []
    for n in range(size):
        opens = draw(st.none() | st.integers(0, 480))
        stops.append(
            Stop(
                n,
                draw(st.none() | points),
                draw(st.integers(1, 90)),
                fixed=n == 0 and draw(st.booleans()),
                opens=opens,
                closes=None if opens is None else opens + draw(st.integers(15, 240)),
            )
        )
    needs: dict[int, set[int]] = {}
    for later in range(1, size):
        if draw(st.integers(0, 4)) == 0:
            needs[later] = {draw(st.integers(0, later - 1))}
    return stops, needs


@given(days())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_never_worse_every_stop_once_and_nothing_before_its_time(
    day: tuple[list[Stop], dict[int, set[int]]],
) -> None:
    stops, needs = day
    arranged = routes.arrange(stops, start=START, needs=needs)
    assert sorted(arranged.stops) == [stop.id for stop in stops]
    assert routes.is_in_order(arranged.stops, needs)
    fixed = [stop.id for stop in stops if stop.fixed]
    assert list(arranged.stops[: len(fixed)]) == fixed
    by_id = {stop.id: stop for stop in stops}
    before, after = (
        routes.cost_of(order, start=START) for order in (stops, [by_id[n] for n in arranged.stops])
    )
    assert after <= before
    if not any(stop.closes is not None for stop in stops):
        assert arranged.metres <= arranged.metres_before
    again = routes.arrange(stops, start=START, needs=needs)
    assert again == arranged


@given(days(most=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_windows_that_the_given_order_keeps_are_kept(
    day: tuple[list[Stop], dict[int, set[int]]],
) -> None:
    stops, needs = day
    arranged = routes.arrange(stops, start=START, needs=needs)
    if not arranged.missed_before:
        assert list(arranged.missed) == []


def test_a_zigzag_is_straightened_to_the_shortest_way() -> None:
    line = [(-76.61 + n * 0.01, 39.29) for n in range(1, 7)]
    mixed = [Stop(n, line[n], 10) for n in (3, 0, 5, 1, 4, 2)]
    arranged = routes.arrange(mixed, start=START, needs={})
    assert list(arranged.stops) == [0, 1, 2, 3, 4, 5]
    assert arranged.minutes < arranged.minutes_before


def test_small_days_are_as_short_as_trying_everything() -> None:
    spots = [(-76.60, 39.31), (-76.64, 39.28), (-76.58, 39.27), (-76.62, 39.33), (-76.66, 39.30)]
    stops = [Stop(n, spot, 10) for n, spot in enumerate(spots)]
    arranged = routes.arrange(stops, start=START, needs={})
    best = min(routes.cost_of(order, start=START).metres for order in permutations(stops))
    assert abs(arranged.metres - best) < 1


def test_who_waits_in_the_morning_comes_before_the_nearest() -> None:
    near = Stop(1, (-76.611, 39.29), 60)
    far = Stop(2, (-76.65, 39.29), 30, opens=0, closes=30)
    arranged = routes.arrange([near, far], start=START, needs={})
    assert list(arranged.stops) == [2, 1]
    assert (list(arranged.missed_before), list(arranged.missed)) == ([2], [])
