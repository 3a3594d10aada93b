"""Where trouble returns: spots are found alike every time, and only returns count."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citycall.duplicates.rules import SPOT_M, Trouble, spots, times

AT = datetime(2026, 1, 1, tzinfo=UTC)


def trouble(number: int, day: float, ended: float | None, east: float = 0.0) -> Trouble:
    end = None if ended is None else AT + timedelta(days=ended)
    return Trouble(number, east, 0.0, AT + timedelta(days=day), end)


def test_each_return_after_the_end_counts() -> None:
    assert times([trouble(n, n * 10, n * 10 + 3) for n in range(5)]) == 5


def test_what_is_told_while_it_is_open_counts_once() -> None:
    assert times([trouble(n, n, 100) for n in range(5)]) == 1


def test_what_is_not_over_does_not_return() -> None:
    assert times([trouble(1, 0, 2), trouble(2, 5, None), trouble(3, 9, None)]) == 2


def test_a_later_request_joins_the_first_spot_within_reach() -> None:
    found = spots([trouble(1, 0, 1), trouble(2, 1, 2, east=20), trouble(3, 2, 3, east=40)])
    assert [[each.id for each in spot] for spot in found] == [[1, 2], [3]]


TROUBLES = st.lists(
    st.builds(
        trouble,
        st.integers(1, 10_000),
        st.floats(0, 300),
        st.none() | st.floats(0, 400),
        st.floats(-100, 100),
    ),
    max_size=25,
    unique_by=lambda each: each.id,
)


@given(troubles=TROUBLES, chance=st.randoms())
def test_the_same_requests_make_the_same_spots_in_any_order(troubles, chance) -> None:
    shuffled = list(troubles)
    chance.shuffle(shuffled)
    assert spots(shuffled) == spots(troubles)


@given(troubles=TROUBLES)
def test_every_request_is_in_one_spot_and_near_its_first(troubles: list[Trouble]) -> None:
    found = spots(troubles)
    assert sorted(each.id for spot in found for each in spot) == sorted(t.id for t in troubles)
    assert all(abs(spot[0].east - each.east) <= SPOT_M for spot in found for each in spot)


@given(troubles=TROUBLES)
def test_trouble_never_returns_more_often_than_it_was_told(troubles: list[Trouble]) -> None:
    assert (1 if troubles else 0) <= times(troubles) <= len(troubles)
