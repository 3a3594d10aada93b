"""Which days roll, on which days answers are mailed, and when something is beyond its bound."""

from datetime import UTC, date, datetime, timedelta
from math import nan
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.analytics.measures.measure import Period
from citycall.analytics.measures.series import begin, later
from citycall.analytics.watch.models import Bound, Rhythm
from citycall.analytics.watch.rules import (
    Begins,
    Ends,
    Seen,
    crossings,
    day_of_sending,
    last_sending,
    stretch,
)

ZONE = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
DAYS = st.dates(date(2019, 1, 1), date(2032, 12, 31))
RHYTHMS = st.one_of(
    st.tuples(st.sampled_from([Rhythm.DAILY.value, Rhythm.MONTHLY.value]), st.none()),
    st.tuples(st.just(Rhythm.WEEKLY.value), st.integers(0, 6)),
)


@given(DAYS, RHYTHMS)
def test_every_day_belongs_to_exactly_one_sending(day: date, often: tuple[str, int | None]) -> None:
    sending = last_sending(day, *often)
    assert sending <= day
    assert last_sending(sending, *often) == sending
    following = last_sending(day + DAY, *often)
    assert following in {sending, day + DAY}


@given(DAYS, st.integers(0, 6))
def test_a_weekly_answer_comes_on_its_day_of_the_week(day: date, weekday: int) -> None:
    sending = last_sending(day, Rhythm.WEEKLY, weekday)
    assert sending.weekday() == weekday
    assert day - sending < 7 * DAY


@given(DAYS)
def test_a_monthly_answer_comes_on_the_first_of_every_month(day: date) -> None:
    assert last_sending(day, Rhythm.MONTHLY) == date(day.year, day.month, 1)


@given(st.datetimes(datetime(2019, 1, 1), datetime(2032, 1, 1)), st.integers(0, 90_000))  # noqa: DTZ001
def test_the_day_of_sending_never_goes_back(moment: datetime, seconds: int) -> None:
    at = moment.replace(tzinfo=UTC)
    first = day_of_sending(at, zone=ZONE)
    second = day_of_sending(at + timedelta(seconds=seconds), zone=ZONE)
    assert first <= second <= first + 2 * DAY


@pytest.mark.parametrize(
    ("at", "day"),
    [
        # Before and after both changes of the clock, six in the morning is six by the clock.
        (datetime(2026, 3, 7, 10, 59, tzinfo=UTC), date(2026, 3, 6)),
        (datetime(2026, 3, 7, 11, 0, tzinfo=UTC), date(2026, 3, 7)),
        (datetime(2026, 3, 8, 9, 59, tzinfo=UTC), date(2026, 3, 7)),
        (datetime(2026, 3, 8, 10, 0, tzinfo=UTC), date(2026, 3, 8)),
        (datetime(2026, 11, 1, 10, 59, tzinfo=UTC), date(2026, 10, 31)),
        (datetime(2026, 11, 1, 11, 0, tzinfo=UTC), date(2026, 11, 1)),
    ],
)
def test_messages_go_out_from_six_by_the_city_s_clocks(at: datetime, day: date) -> None:
    assert day_of_sending(at, zone=ZONE) == day


@given(DAYS, st.integers(1, 60), st.sampled_from(Period))
def test_whole_periods_end_before_the_running_one(today: date, last: int, unit: Period) -> None:
    since, until = stretch(today, last=last, unit=unit, running=False)
    assert until == begin(today, unit)
    assert later(since, unit, last) == until
    assert begin(since, unit) == since


@given(DAYS, st.integers(1, 60), st.sampled_from(Period))
def test_with_the_running_period_today_is_the_last_day(
    today: date, last: int, unit: Period
) -> None:
    since, until = stretch(today, last=last, unit=unit, running=True)
    assert until == today + DAY
    assert later(since, unit, last - 1) == begin(today, unit)


@given(DAYS, st.sampled_from(Period))
def test_the_last_whole_periods_follow_each_other_without_a_gap(day: date, unit: Period) -> None:
    _since, until = stretch(day, last=1, unit=unit, running=False)
    next_since, next_until = stretch(later(until, unit), last=1, unit=unit, running=False)
    assert (next_since, next_until) == (until, later(until, unit))


def weeks(*values: float) -> list[Seen]:
    return [Seen(date(2026, 1, 5) + 7 * n * DAY, value) for n, value in enumerate(values)]


def test_an_alert_begins_once_and_ends_once() -> None:
    seen = weeks(5, 11, 12, 13, 9, 12)
    found = list(crossings(seen, bound=Bound.ABOVE, number=10, open_already=False))
    assert found == [Begins(seen[1]), Ends(seen[4]), Begins(seen[5])]


def test_what_is_exactly_at_the_number_is_not_beyond_it() -> None:
    for bound in (Bound.ABOVE, Bound.BELOW):
        assert not [*crossings(weeks(10), bound=bound, number=10, open_already=False)]


def test_a_number_that_is_not_known_neither_begins_nor_ends() -> None:
    seen = weeks(nan, nan)
    assert not [*crossings(seen, bound=Bound.ABOVE, number=1, open_already=False)]
    assert not [*crossings(seen, bound=Bound.ABOVE, number=1, open_already=True)]


def test_without_limits_nothing_is_outside_them() -> None:
    unknown = [Seen(date(2026, 1, 5), 1e6, outside=False)]
    assert not [*crossings(unknown, bound=Bound.OUTSIDE, number=None, open_already=True)]


@given(st.lists(st.floats(0, 20), max_size=30), st.booleans(), st.floats(1, 19))
def test_beginnings_and_ends_take_turns(
    values: list[float], open_already: bool, number: float
) -> None:
    state = open_already
    for each in crossings(
        weeks(*values), bound=Bound.BELOW, number=number, open_already=open_already
    ):
        assert isinstance(each, Ends) == state
        state = not state
    assert not values or state == (values[-1] < number)
