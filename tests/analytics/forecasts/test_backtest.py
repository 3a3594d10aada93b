"""Tried on the past: nearer than what was before, in intervals that hold four times of five."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from citycall.analytics.forecasts import backtest, intervals
from citycall.analytics.forecasts.weeks import AREA, SERVICE, SERVICE_AREA
from tests.analytics.forecasts.towns import Town, drawn

LEVELS = [(SERVICE, ""), (AREA, "districts"), (SERVICE_AREA, "districts")]


@lru_cache(maxsize=8)
def levels(town: Town, seed: int) -> tuple[backtest.Tried, ...]:
    return backtest.trials(drawn(town, seed=seed)).levels


def trial(town: Town, seed: int, level: str, layer: str) -> backtest.Tried:
    found = levels(town, seed)
    return next(one for one in found if (one.level, one.layer) == (level, layer))


@pytest.mark.parametrize(("level", "layer"), LEVELS)
def test_nearer_than_the_week_before_and_the_week_of_last_year(level: str, layer: str) -> None:
    found = [backtest.errors(trial(Town(), seed, level, layer)) for seed in (1, 2, 3)]
    ours = np.mean([each for each, _naive in found], axis=0)
    for season in (52, 1):
        theirs = np.mean([naive[season] for _ours, naive in found], axis=0)
        assert (ours[:4] < 0.9 * theirs[:4]).all()
        assert ours[4] < theirs[4]


@pytest.mark.parametrize(("level", "layer"), LEVELS)
def test_four_of_five_lie_within_the_interval(level: str, layer: str) -> None:
    held = [backtest.judged(trial(Town(), seed, level, layer))[0] for seed in (1, 2, 3)]
    by_week = np.mean([np.nanmean(each, axis=(0, 1)) for each in held], axis=0)
    assert ((by_week > 0.75) & (by_week < 0.85)).all()


def test_no_interval_before_enough_was_tried() -> None:
    one = trial(Town(), 1, SERVICE, "")
    held, _known = backtest.judged(one)
    warming = backtest.WARMING + 3
    assert np.isnan(held[:warming]).all()
    assert not np.isnan(held[warming:]).any()


def test_an_interval_knows_nothing_of_weeks_that_are_not_over() -> None:
    one = trial(Town(), 1, SERVICE, "")
    place = 20
    before = backtest.judged(one)[0][place]
    real = one.real.copy()
    real[place - 3 : place] = 10_000
    again, _known = backtest.judged(replace(one, real=real))
    np.testing.assert_array_equal(again[place], before)


def test_series_with_hardly_anything_are_not_tried_by_themselves() -> None:
    one = trial(Town(sizes=(20.0, 5.0, 0.1), swings=(0.0,) * 3), 1, SERVICE, "")
    assert one.rows.tolist() == [0, 1]


def test_without_a_year_the_week_before_is_the_only_yardstick() -> None:
    assert set(trial(Town(weeks=40), 1, SERVICE, "").naive) == {1}


def test_nothing_is_tried_where_too_little_is_known() -> None:
    assert backtest.trials(drawn(Town(weeks=11), seed=1)).levels == ()


def test_bounds_hold_what_scores_say_they_hold() -> None:
    rng = np.random.default_rng(1)
    means = rng.uniform(0.3, 40, 3000)
    known = intervals.Calibration(rng.uniform(0.001, 0.5, 3000), (0.2, 0.12, 0.1))
    real = rng.poisson(means).astype(float)
    low, high = known.bounds(means)
    within = (real >= low) & (real <= high)
    by_score = intervals.scores(real, means, known.excess) >= known.tail(means)
    np.testing.assert_array_equal(within, by_score)


def test_a_shock_that_is_over_does_not_widen_intervals_for_ever() -> None:
    rng = np.random.default_rng(2)
    means = np.full((30, 60), 20.0)
    real = rng.poisson(means).astype(float)
    real[:, :6] *= 4
    none = np.full(real.shape, np.nan)
    just_after = intervals.calibrated(real[:, :8], means[:, :8], none[:, :8]).excess
    long_after = intervals.calibrated(real, means, none).excess
    assert long_after.mean() < 0.35 * just_after.mean()
