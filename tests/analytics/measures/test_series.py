"""Periods follow each other without a gap, and every day is in one."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from citycall.analytics.measures.measure import Period
from citycall.analytics.measures.series import begin, later, periods_between

DAYS = st.dates(date(2001, 1, 1), date(2090, 1, 1))
PERIODS = st.sampled_from(list(Period))


@given(DAYS, PERIODS)
def test_a_day_is_in_the_period_that_begins_last_before_it(day: date, period: Period) -> None:
    first = begin(day, period)
    assert first <= day < later(first, period)
    assert begin(later(first, period) - timedelta(days=1), period) == first


@given(DAYS, PERIODS, st.integers(-40, 40))
def test_later_and_back_is_where_one_was(day: date, period: Period, count: int) -> None:
    first = begin(day, period)
    assert later(later(first, period, count), period, -count) == first


@given(DAYS, st.integers(1, 900), PERIODS)
def test_periods_follow_each_other_up_to_the_last(day: date, length: int, period: Period) -> None:
    until = day + timedelta(days=length)
    found = periods_between(day, until, period)
    assert found[0] <= day
    assert found[-1] < until <= later(found[-1], period)
    assert all(later(a, period) == b for a, b in pairwise(found))
