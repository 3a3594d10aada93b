"""Changes of level are found in their week and size, and seasons and noise are none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.analytics.places.changes import believable, find
from citycall.analytics.places.levels import Floats, Series

WEEKS = np.arange(104)


def counted(rng: np.random.Generator, level: Floats) -> Series:
    """Counts around a level, somewhat more scattered than chance alone."""
    return Series(rng.poisson(rng.gamma(level * 2, 0.5)).astype(float), np.ones(len(level)))


def season(height: float) -> Floats:
    return np.asarray(np.exp(height * np.sin(WEEKS * 2 * np.pi / 52)))


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_step_is_found_in_its_week_and_size_whatever_the_season(factor: float) -> None:
    rng = np.random.default_rng(3)
    level = 12 * season(0.5) * np.where(WEEKS >= 60, factor, 1.0)
    first = find(counted(rng, level), rng=rng)[0]
    assert first.chance < 1e-4
    assert abs(first.week - 60) <= 3
    assert first.earliest <= 60 <= first.latest


def test_the_interval_holds_the_true_size_nearly_always() -> None:
    level = 12 * season(0.5) * np.where(WEEKS >= 60, 2.0, 1.0)
    held = 0
    for seed in range(40):
        rng = np.random.default_rng([seed, 10])
        first = find(counted(rng, level), rng=rng, replicates=19)[0]
        held += first.low < 2.0 < first.high
    assert held >= 33


def test_two_steps_are_both_found() -> None:
    rng = np.random.default_rng(4)
    level = 15 * np.where(WEEKS >= 30, 2.0, 1.0) * np.where(WEEKS >= 75, 0.4, 1.0)
    found = believable([find(counted(rng, level), rng=rng)])[0]
    assert sorted(round(step.week / 5) * 5 for step in found) == [30, 75]


def test_days_to_complete_that_take_longer_are_found_too() -> None:
    rng = np.random.default_rng(5)
    cases = rng.poisson(6, len(WEEKS)).astype(float)
    logs = np.log(3) + np.where(WEEKS >= 40, np.log(2), 0)
    means = logs + rng.normal(size=len(WEEKS)) * 0.8 / np.sqrt(np.maximum(cases, 1))
    first = find(Series(means, cases, is_count=False), rng=rng)[0]
    assert first.chance < 1e-4
    assert abs(first.week - 40) <= 4
    assert first.low < 2.0 < first.high
    assert first.before == pytest.approx(3, rel=0.25)


def test_weeks_that_say_nothing_are_passed_over() -> None:
    rng = np.random.default_rng(6)
    full = counted(rng, 10 * np.where(WEEKS >= 50, 2.0, 1.0))
    weight = np.ones(len(WEEKS))
    weight[20:24] = 0.0
    values = np.where(weight > 0, full.values, 0.0)
    assert abs(find(Series(values, weight), rng=rng)[0].week - 50) <= 3


def test_a_short_or_nearly_empty_series_says_nothing() -> None:
    rng = np.random.default_rng(7)
    assert find(Series(np.full(20, 9.0), np.ones(20)), rng=rng) == []
    assert find(Series(np.eye(1, 104)[0], np.ones(104)), rng=rng) == []


def test_where_nothing_changes_a_step_is_told_as_seldom_as_said() -> None:
    alarms = 0
    for seed in range(100):
        rng = np.random.default_rng([seed, 8])
        found = find(counted(rng, 6 * season(0.4)), rng=rng, replicates=199)
        alarms += found[0].chance <= 0.05
    # One in twenty is the rate; twelve of a hundred would be seen once in three hundred times.
    assert alarms <= 12


def test_of_many_series_without_a_step_hardly_any_is_believed() -> None:
    found = []
    for seed in range(40):
        rng = np.random.default_rng([seed, 9])
        found.append(find(counted(rng, np.full(104, 5.0)), rng=rng, replicates=199))
    assert sum(map(len, believable(found))) <= 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=30, max_size=110), st.integers(0, 5))
def test_any_counts_give_ordered_steps_with_honest_intervals(counts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = find(
        Series(np.array(counts, dtype=float), np.ones(len(counts))), rng=rng, replicates=39
    )
    for step in found:
        assert 0 < step.week < len(counts)
        assert step.earliest <= step.week <= step.latest
        assert 0 < step.low <= step.factor <= step.high
        assert 0 <= step.chance <= 1
