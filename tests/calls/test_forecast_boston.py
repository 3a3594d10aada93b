"""The forecast against half a year of Boston's calls, a hurricane and holidays among them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import holidays
import numpy as np
import pytest
from pyarrow import parquet

from citycall.calls.staffing.forecast import HALF_HOURS, Learned
from tests import real_data

pytestmark = pytest.mark.real_data

FIRST, LAST = date(2011, 7, 1), date(2011, 12, 31)
FIRST_FORECAST = date(2011, 8, 29)
HURRICANE = date(2011, 8, 28)
WEEK = timedelta(days=7)
HOLIDAYS = holidays.country_holidays("US", subdiv="MA", years=2011)
History = dict[date, Sequence[float]]


@pytest.fixture(scope="module")
def calls() -> History:
    """The calls of each half hour; skipped without the data, but never in CI."""
    path = real_data.found("boston/311_2011.parquet")
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    counted = {day: [0.0] * HALF_HOURS for day in days}
    table = parquet.read_table(path, columns=["open_dt", "source"])
    for row in table.to_pylist():
        if row["source"] == "Constituent Call":
            at = datetime.fromisoformat(row["open_dt"])
            counted[at.date()][2 * at.hour + at.minute // 30] += 1
    return dict(counted)


def learned_before(day: date, calls: History) -> Learned:
    past = {each: counts for each, counts in calls.items() if each < day}
    return Learned(past, holidays=set(HOLIDAYS))


def test_weeks_ahead_it_is_better_than_last_weeks_half_hour(calls: History) -> None:
    apart, naive, mean, inside = [], [], [], []
    start = FIRST_FORECAST
    while start + WEEK - timedelta(days=1) <= LAST:
        days = [start + timedelta(days=n) for n in range(7)]
        for told in learned_before(start, calls).forecast(days):
            came = np.array(calls[told.day])
            before = [np.array(calls[told.day - n * WEEK]) for n in range(1, 5)]
            apart.append(np.abs(came - told.half_hours).mean())
            naive.append(np.abs(came - before[0]).mean())
            mean.append(np.abs(came - np.mean(before, axis=0)).mean())
            inside.append(told.low <= came.sum() <= told.high)
        start += WEEK
    assert len(inside) == 119
    assert np.mean(apart) < 0.72 * np.mean(naive)
    assert np.mean(apart) < 0.88 * np.mean(mean)
    assert np.mean(inside) > 0.65


def test_the_hurricane_is_known_as_unusual(calls: History) -> None:
    assert HURRICANE in {each.day for each in learned_before(LAST, calls).unusual}
