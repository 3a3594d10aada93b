"""Dates of schedules, the two weeks of a meeting, and when owners are reminded."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citycall.meetings import rules

DAYS = st.dates(date(2015, 1, 1), date(2040, 1, 1))
WEEKS = st.integers(1, 26)


@given(DAYS, st.integers(0, 14))
def test_a_period_is_two_whole_weeks_that_are_over_when_the_paper_is_made(
    on: date, days_before: int
) -> None:
    period = rules.period_for(on, days_before=days_before)
    made = on - timedelta(days=days_before)
    assert period.days == 14
    assert (period.since.isoweekday(), period.until.isoweekday()) == (1, 7)
    assert timedelta(0) < made - period.until <= timedelta(days=7)


@given(DAYS, st.integers(0, 14))
def test_the_periods_of_a_fortnightly_schedule_neither_overlap_nor_leave_out(
    on: date, days_before: int
) -> None:
    first = rules.period_for(on, days_before=days_before)
    second = rules.period_for(on + timedelta(days=14), days_before=days_before)
    assert second.since == first.until + timedelta(days=1)


@given(DAYS, st.integers(1, 60))
def test_the_period_before_ends_the_day_before_and_last_year_has_the_same_weekdays(
    since: date, days: int
) -> None:
    period = rules.Period(since, since + timedelta(days=days - 1))
    assert period.before().until == period.since - timedelta(days=1)
    assert period.before().days == period.year_before().days == days
    assert period.year_before().since.weekday() == since.weekday()


@given(DAYS, WEEKS, DAYS)
def test_a_schedule_has_exactly_the_dates_that_are_so_many_weeks_apart(
    first: date, weeks: int, since: date
) -> None:
    until = since + timedelta(days=400)
    found = list(rules.dates(first, weeks, since=since, until=until))
    step = 7 * weeks
    every = [
        since + timedelta(days=n)
        for n in range(401)
        if since + timedelta(days=n) >= first and ((since - first).days + n) % step == 0
    ]
    assert found == every


@given(DAYS, WEEKS, st.integers(0, 14), st.integers(0, 500))
def test_every_meeting_has_a_day_on_which_its_paper_is_made(
    first: date, weeks: int, days_before: int, later: int
) -> None:
    nth = later // (7 * weeks)
    on = first + timedelta(days=7 * weeks * nth)
    made = on - timedelta(days=days_before)
    found = rules.to_make(first, weeks, days_before, today=made)
    # Where meetings are closer than the days before, the one before may still be ahead.
    assert found is not None
    assert made <= found <= on
    assert found == on or days_before >= 7 * weeks


@given(DAYS, st.integers(0, 400))
def test_an_owner_is_reminded_once_a_week_and_never_before_the_date(due: date, days: int) -> None:
    reminded: date | None = None
    moments = []
    for n in range(-3, days):
        today = due + timedelta(days=n)
        if rules.to_remind(due, reminded, today=today):
            reminded = today
            moments.append(n)
    assert moments == list(range(1, days, 7))


def test_what_was_put_off_is_reminded_of_anew() -> None:
    first, later = date(2026, 3, 1), date(2026, 3, 4)
    reminded = date(2026, 3, 2)
    assert not rules.to_remind(first, reminded, today=date(2026, 3, 5))
    assert rules.to_remind(later, reminded, today=date(2026, 3, 5))


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_goal_is_reached_from_one_side_or_the_other(value: float, goal: float) -> None:
    assert rules.is_reached(value, goal, at_most=True) or rules.is_reached(
        value, goal, at_most=False
    )
    assert rules.is_reached(goal, goal, at_most=True)


@given(DAYS, st.booleans(), DAYS)
def test_only_what_is_to_be_done_is_late(due: date, alive: bool, today: date) -> None:
    assert rules.is_late(due, alive=alive, today=today) == (alive and due < today)
