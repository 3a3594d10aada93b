"""What is called a change is one, and what varies by chance is let alone."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citycall.analytics.measures import limits
from citycall.analytics.measures.measure import Unit

RNG = np.random.default_rng(7)
LINES = 4000


def alarms(values: np.ndarray, sizes: np.ndarray, unit: Unit) -> float:
    return float(np.mean(limits.judge(values, sizes, unit).outside))


def test_counts_that_vary_as_counts_do_raise_few_alarms() -> None:
    counts = RNG.poisson(20, (LINES, 27)).astype(float)
    assert alarms(counts, counts, Unit.COUNT) < 0.01


def test_shares_that_vary_as_shares_do_raise_few_alarms() -> None:
    sizes = RNG.integers(20, 200, (LINES, 27)).astype(float)
    shares = RNG.binomial(sizes.astype(int), 0.8) / sizes
    assert alarms(shares, sizes, Unit.SHARE) < 0.01


def test_shares_that_wobble_more_than_chance_raise_few_alarms_too() -> None:
    """The fault of the plain chart of shares, which Laney put right."""
    sizes = np.full((LINES, 27), 5000.0)
    real = np.clip(RNG.normal(0.8, 0.03, (LINES, 27)), 0, 1)
    shares = RNG.binomial(5000, real) / sizes
    assert alarms(shares, sizes, Unit.SHARE) < 0.02


def test_durations_that_vary_raise_few_alarms() -> None:
    durations = np.exp(RNG.normal(1, 0.2, (LINES, 27)))
    assert alarms(durations, np.full_like(durations, 50.0), Unit.DAYS) < 0.02


@pytest.mark.parametrize(
    ("usual", "last", "size", "unit"),
    [
        (20.0, 45.0, 45.0, Unit.COUNT),
        (0.8, 0.5, 100.0, Unit.SHARE),
        (4.0, 11.0, 50.0, Unit.DAYS),
    ],
)
def test_a_real_change_is_outside(usual: float, last: float, size: float, unit: Unit) -> None:
    values = usual * np.exp(RNG.normal(0, 0.03, (1, 27)))
    sizes = np.full((1, 27), size)
    values[0, -1] = last
    found = limits.judge(values, sizes, unit)
    assert bool(found.outside[0])
    assert (last > found.high[0]) or (last < found.low[0])


def test_of_a_short_past_nothing_is_said() -> None:
    values = RNG.poisson(20, (1, limits.FEWEST)).astype(float)
    found = limits.judge(values, values, Unit.COUNT)
    assert not found.outside[0]
    assert np.isnan(found.expected[0])


def test_limits_do_not_know_the_future() -> None:
    values = RNG.poisson(20, (1, 40)).astype(float)
    then = limits.judge(values, values, Unit.COUNT, at=30)
    values[0, 31:] = 500
    assert limits.judge(values, values, Unit.COUNT, at=30).high[0] == then.high[0]


def test_of_many_without_a_change_hardly_any_is_called_one() -> None:
    called = [limits.changes(RNG.normal(0, 1, 500)).any() for _ in range(300)]
    assert np.mean(called) < 0.2


# The first example waits for the numerical libraries.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.floats(-8, 8) | st.just(float("nan")), min_size=1, max_size=40))
def test_what_is_farther_off_is_called_a_change_before_what_is_nearer(z: list[float]) -> None:
    far = np.array(z)
    called = limits.changes(far)
    assert not called[np.isnan(far)].any()
    if called.any() and not called.all():
        rest = np.abs(far[~called & ~np.isnan(far)])
        assert rest.size == 0 or rest.max() <= np.abs(far[called]).min() + 1e-12
