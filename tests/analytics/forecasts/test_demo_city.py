"""What is promised of forecasts, on the demo city: nearer than what was, in honest intervals."""

import numpy as np
import pytest

from citycall.analytics.forecasts import backtest
from tests.analytics.forecasts.populations import demo

pytestmark = pytest.mark.slow

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def levels() -> dict[tuple[str, str], list[backtest.Tried]]:
    found: dict[tuple[str, str], list[backtest.Tried]] = {}
    for seed in SEEDS:
        for one in backtest.trials(demo(seed=seed, requests=40_000)).levels:
            found.setdefault((one.level, one.layer), []).append(one)
    return found


LEVELS = [
    ("service", ""),
    ("area", "neighborhoods"),
    ("service_area", "neighborhoods"),
    ("service_area", "council_districts"),
]


@pytest.mark.parametrize("level", LEVELS)
def test_a_tenth_nearer_than_the_week_before_and_that_of_last_year(levels, level) -> None:
    found = [backtest.errors(one) for one in levels[level]]
    ours = np.mean([each for each, _naive in found], axis=0)
    for season in (52, 1):
        theirs = np.mean([naive[season] for _ours, naive in found], axis=0)
        assert (ours <= 0.9 * theirs).all()


@pytest.mark.parametrize("level", [("agency", ""), *LEVELS])
def test_four_of_five_lie_within_the_intervals(levels, level) -> None:
    held = [np.nanmean(backtest.judged(one)[0], axis=(0, 1)) for one in levels[level]]
    found = np.mean(held, axis=0)
    assert ((found >= 0.75) & (found <= 0.85)).all()
