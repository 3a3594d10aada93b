"""Which dates are offered: examples, and what holds whatever a service says."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.appointments import rules
from citycall.catalog.booking import BookingSpec

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
    return rules.free_dates(
        booking, route_of(booking), at=at, zone=ZONE, works=works, taken=taken or {}
    )


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
