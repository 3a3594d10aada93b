"""A forecast learns what comes back, and does not learn what was only once."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pytest

from citycall.calls.staffing.forecast import FEWEST_DAYS, HALF_HOURS, Learned, TooShort, smoothed

MONDAY = date(2026, 3, 2)
SHAPE = np.array([0.0] * 14 + [1.0] * 8 + [2.0] * 10 + [1.0] * 8 + [0.0] * 8)
SHAPE /= SHAPE.sum()
OF_WEEKDAY = (1_000, 900, 850, 850, 800, 300, 200)


def history(days: int, *, start: date = MONDAY, seed: int = 1) -> dict[date, Sequence[float]]:
    """So many days whose calls come by chance around the weekday's number and one shape."""
    chance = np.random.default_rng(seed)
    dates = [start + timedelta(days=n) for n in range(days)]
    return {day: chance.poisson(OF_WEEKDAY[day.weekday()] * SHAPE).tolist() for day in dates}


def after(past: Mapping[date, Sequence[float]], days: int = 7) -> list[date]:
    return [max(past) + timedelta(days=n + 1) for n in range(days)]


def test_each_weekday_is_expected_as_it_was() -> None:
    past = history(70)
    for told in Learned(past).forecast(after(past)):
        assert told.calls == pytest.approx(OF_WEEKDAY[told.day.weekday()], rel=0.06)
        assert told.low < told.calls < told.high


def test_the_hours_have_the_shape_of_the_days_gone_by() -> None:
    past = history(70)
    (told,) = Learned(past).forecast(after(past, 1))
    shape = np.array(told.half_hours) / told.calls
    assert len(told.half_hours) == HALF_HOURS
    assert np.abs(shape - smoothed(SHAPE)).max() < 0.004


def test_the_level_follows_the_last_weeks() -> None:
    past = history(70)
    for n, day in enumerate(sorted(past)):
        past[day] = [count * (1 + n / 70) for count in past[day]]
    told = Learned(past).forecast(after(past))
    assert sum(each.calls for each in told) > 1.6 * sum(OF_WEEKDAY)


def test_a_storm_is_told_and_not_learned() -> None:
    past = history(70)
    calm = Learned(past).forecast(after(past))
    storm = MONDAY + timedelta(days=58)
    past[storm] = [count * 6 for count in past[storm]]
    learned = Learned(past)
    assert [each.day for each in learned.unusual] == [storm]
    assert learned.storm() == pytest.approx(6, rel=0.15)
    for told, without in zip(learned.forecast(after(past)), calm, strict=True):
        assert told.calls == pytest.approx(without.calls, rel=0.05)


def test_what_if_a_storm_comes_is_asked_with_its_times() -> None:
    past = history(28)
    learned = Learned(past)
    (usual,), (stormy,) = (learned.forecast(after(past, 1), times=times) for times in (1.0, 6.0))
    assert stormy.calls == pytest.approx(6 * usual.calls)
    assert stormy.high == pytest.approx(6 * usual.high)


def test_holidays_are_a_sort_of_day_of_their_own() -> None:
    past = history(70)
    holidays = [MONDAY + timedelta(days=n) for n in (7, 28, 49)]
    for day in holidays:
        past[day] = [count / 5 for count in past[day]]
    coming = after(past, 1)
    learned = Learned(past, holidays=[*holidays, *coming])
    assert learned.forecast(coming)[0].calls == pytest.approx(200, rel=0.1)


def test_seasons_come_back_where_the_history_shows_them() -> None:
    past = history(730)
    for day in past:
        turn = 2 * math.pi * day.timetuple().tm_yday / 365.2425
        past[day] = [count * (1 + 0.5 * math.sin(turn)) for count in past[day]]
    learned = Learned(past)
    spring, autumn = (
        sum(each.calls for each in learned.forecast([start + timedelta(n) for n in range(7)]))
        for start in (date(2028, 4, 1), date(2028, 10, 1))
    )
    assert spring / autumn == pytest.approx(3.0, rel=0.1)


def test_a_line_that_nobody_called_is_expected_to_stay_silent() -> None:
    silent = {day: [0.0] * HALF_HOURS for day in history(FEWEST_DAYS)}
    told = Learned(silent).forecast(after(silent, 2))
    assert all(0 <= each.calls < 1 for each in told)


def test_a_history_of_less_than_two_weeks_is_refused() -> None:
    with pytest.raises(TooShort, match="14 days"):
        Learned(history(FEWEST_DAYS - 1))


def test_a_short_history_does_not_claim_to_be_sure() -> None:
    past = history(FEWEST_DAYS)
    for told in Learned(past).forecast(after(past)):
        assert told.low < told.calls < told.high
