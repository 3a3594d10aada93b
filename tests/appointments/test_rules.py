"""Which dates are offered: examples, and what holds whatever a service says."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.appointments import rules
from citycall.catalog.booking import BookingCrew, BookingMaterial, BookingSpec

ZONE = ZoneInfo("America/New_York")
EVERY_DAY = list(range(1, 8))

weekdays = st.lists(st.sampled_from(EVERY_DAY), min_size=1, max_size=7, unique=True)
# Days around both changes of the clocks, and others.
moments = st.datetimes(datetime(2026, 2, 20), datetime(2026, 11, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


@st.composite
def bookings(draw: st.DrawFn) -> BookingSpec:
    return BookingSpec.model_validate(
        {
            "hours": "06:00-18:00",
            "weekdays": draw(weekdays),
            "capacity": draw(st.integers(1, 5)),
            "days_ahead": draw(st.integers(1, 60)),
            "closes_days": draw(st.integers(1, 5)),
            "closes_at": draw(st.times()).strftime("%H:%M"),
        }
    )


def route_of(booking: BookingSpec) -> rules.Route:
    route = rules.route_for(booking, ())
    assert route is not None
    return route


def works(day: date) -> bool:
    """An agency that rests on each tenth of a month."""
    return day.day != 10


def free(
    booking: BookingSpec, at: datetime, taken: dict[date, int] | None = None
) -> list[rules.FreeDate]:
    seats = rules.Taken({(day, ""): count for day, count in (taken or {}).items()})
    return rules.free_dates(booking, route_of(booking), at=at, zone=ZONE, works=works, taken=seats)


@settings(deadline=None)
@given(bookings(), moments, st.dictionaries(st.dates(), st.integers(0, 9)))
def test_every_offered_date_can_be_kept(
    booking: BookingSpec, at: datetime, taken: dict[date, int]
) -> None:
    today = at.astimezone(ZONE).date()
    for each in free(booking, at, taken):
        assert each.day.isoweekday() in {int(day) for day in booking.weekdays}
        assert works(each.day)
        assert today <= each.day <= today + timedelta(days=booking.days_ahead)
        assert at < each.closes_at <= each.starts_at < each.ends_at
        assert each.left == booking.capacity - taken.get(each.day, 0) > 0


@settings(deadline=None)
@given(bookings(), moments, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_time_alone_never_brings_a_date_back(
    booking: BookingSpec, at: datetime, later: timedelta
) -> None:
    reach = at.astimezone(ZONE).date() + timedelta(days=booking.days_ahead)
    before = {each.day for each in free(booking, at)}
    after = {each.day for each in free(booking, at + later)}
    assert {day for day in after if day <= reach} <= before


@settings(deadline=None)
@given(bookings(), st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_a_date_closes_by_the_clock_on_the_wall(booking: BookingSpec, day: date) -> None:
    closes = rules.closes_at(booking, day, zone=ZONE)
    shown = closes.astimezone(ZONE)
    assert shown.date() == day - timedelta(days=booking.closes_days)
    skipped = shown.date() == date(2026, 3, 8) and booking.closes_at.hour == 2
    assert skipped or shown.time() == booking.closes_at
    # A later date never closes earlier.
    assert closes < rules.closes_at(booking, day + timedelta(days=1), zone=ZONE)


def test_the_crew_comes_at_the_same_hour_when_the_clocks_change() -> None:
    booking = BookingSpec.model_validate({"weekdays": EVERY_DAY, "capacity": 1})
    hours = [
        rules.window(booking, day, zone=ZONE)[0].hour
        for day in (date(2026, 3, 7), date(2026, 3, 8), date(2026, 11, 1))
    ]
    assert hours == [11, 10, 11]


def test_a_closing_time_that_the_clocks_skip_is_the_moment_of_the_change() -> None:
    booking = BookingSpec.model_validate(
        {"weekdays": EVERY_DAY, "capacity": 1, "closes_at": "02:30"}
    )
    closes = rules.closes_at(booking, date(2026, 3, 9), zone=ZONE)
    assert closes == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)


def test_the_first_route_whose_area_holds_the_place_serves_it() -> None:
    booking = BookingSpec.model_validate(
        {
            "capacity": 9,
            "routes": [
                {"area": "days/MON", "weekdays": ["tuesday"]},
                {"area": "days/TUE", "weekdays": ["friday"], "capacity": 4},
            ],
        }
    )
    assert rules.route_for(booking, {"days/MON"}) == rules.Route("days/MON", frozenset({2}), 9)
    assert rules.route_for(booking, {"days/TUE"}) == rules.Route("days/TUE", frozenset({5}), 4)
    assert rules.route_for(booking, {"days/WED"}) is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"capacity": 1}, "weekdays"),
        ({"weekdays": ["monday"], "capacity": 0}, "capacity"),
        ({"weekdays": ["monday"], "capacity": 1, "most_items": 3}, "most_items"),
        ({"weekdays": ["monday"], "capacity": 1, "closes_days": 0}, "closes_at"),
        ({"weekdays": ["monday"], "capacity": 1, "routes": [{"area": "x"}]}, "routes.0"),
    ],
)
def test_what_contradicts_itself_is_refused_beside_its_field(
    wrong: dict[str, object], field: str
) -> None:
    from citycall.agencies.documents import read
    from citycall.core.errors import Faults

    with pytest.raises(Faults) as caught:
        read(BookingSpec, wrong)
    assert any(name.startswith(field) for name in caught.value.faults)


CREWS = ("red", "blue", "green")


@st.composite
def with_crews(draw: st.DrawFn) -> BookingSpec:
    crews = [
        {
            "code": code,
            "name": code,
            "capacity": draw(st.integers(1, 4)),
            **({"weekdays": draw(weekdays)} if draw(st.booleans()) else {}),
        }
        for code in CREWS[: draw(st.integers(1, 3))]
    ]
    material = {"code": "mattress", "name": "Mattresses", "question": "n", "a_day": 3}
    return draw(bookings()).model_copy(
        update={
            "crews": tuple(BookingCrew.model_validate(crew) for crew in crews),
            "materials": (BookingMaterial.model_validate(material),),
        }
    )


@settings(deadline=None)
@given(
    with_crews(),
    moments,
    st.integers(0, 40),
    st.sampled_from(("", *CREWS)),
    st.one_of(st.none(), st.integers(1, 9)),
)
def test_nobody_comes_on_a_day_that_is_called_off_but_on_the_one_instead(
    booking: BookingSpec, at: datetime, ahead: int, crew: str, instead: int | None
) -> None:
    route = route_of(booking)
    day = at.astimezone(ZONE).date() + timedelta(days=ahead)
    other = day + timedelta(days=instead) if instead else None
    change = rules.Change(day=day, crew=crew, instead=other)
    before = {pool.crew for pool in rules.pools_on(route, day, ())}
    after = {pool.crew for pool in rules.pools_on(route, day, (change,))}
    assert after == (set() if not crew else before - {crew})
    if other is not None:
        there = {pool.crew for pool in rules.pools_on(route, other, (change,))}
        usual = {pool.crew for pool in rules.pools_on(route, other, ())}
        assert there == usual | (before - after)


@settings(deadline=None)
@given(
    with_crews(),
    moments,
    st.dictionaries(st.tuples(st.integers(0, 9), st.sampled_from(CREWS)), st.integers(0, 5)),
    st.dictionaries(st.tuples(st.integers(0, 9), st.sampled_from(CREWS)), st.integers(0, 5)),
    st.integers(0, 4),
)
def test_an_offered_date_has_a_crew_with_room_for_everything(
    booking: BookingSpec,
    at: datetime,
    seats: dict[tuple[int, str], int],
    units: dict[tuple[int, str], int],
    need: int,
) -> None:
    route, today = route_of(booking), at.astimezone(ZONE).date()
    taken = rules.Taken(
        {(today + timedelta(days=n), crew): count for (n, crew), count in seats.items()},
        {
            (today + timedelta(days=n), crew, "mattress"): count
            for (n, crew), count in units.items()
        },
    )
    wanted = {"mattress": need} if need else {}
    offered = rules.free_dates(
        booking, route, at=at, zone=ZONE, works=works, taken=taken, need=wanted
    )
    for free_date in offered:
        pools = rules.pools_on(route, free_date.day, ())
        rooms = rules.room(booking, pools, free_date.day, taken=taken, need=wanted)
        assert sum(rooms.values()) == free_date.left > 0
        for pool, left in rooms.items():
            assert left + taken.seats.get((free_date.day, pool.crew), 0) == pool.capacity
            used = taken.units.get((free_date.day, pool.crew, "mattress"), 0)
            assert not need or used + need <= 3


def test_a_crew_is_back_within_so_many_working_days() -> None:
    # The ninth is a Monday; the tenth of a month nobody works.
    assert rules.return_day(date(2026, 3, 9), 2, works=works) == date(2026, 3, 12)
