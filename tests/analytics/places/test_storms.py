"""Storms are days on which many services surge at once, and take no more than they brought."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.analytics.places import storms
from citycall.analytics.places.levels import Floats, Ints

DAYS, SERVICES = 140, 20
WEEKDAY = np.arange(DAYS) % 7


def usual() -> Floats:
    """What services get: more on Mondays, less at weekends, and some services more than others."""
    week = np.array([1.3, 1.1, 1.1, 1.0, 1.0, 0.8, 0.7])[WEEKDAY]
    return np.asarray(np.linspace(0.5, 6, SERVICES)[:, None] * week[None, :])


def counts(seed: int, *, stormy: int = 0, brought: float = 9.0) -> Ints:
    """Two calm months around two days of storm, which so many services have."""
    mean = usual()
    mean[:stormy, 70:72] += brought
    return np.random.default_rng(seed).poisson(mean)


def test_a_storm_is_found_with_its_days_and_services() -> None:
    found = storms.find(counts(1, stormy=6), WEEKDAY)
    (storm,) = found.storms
    assert (storm.first, storm.last) == (70, 71)
    assert set(range(6)) <= set(storm.services)


def test_about_as_many_are_attributed_as_the_storm_brought() -> None:
    drawn = counts(2, stormy=6)
    found = storms.find(drawn, WEEKDAY)
    attributed = float((found.share * drawn).sum())
    assert 0.8 * 6 * 2 * 9 < attributed < 1.2 * 6 * 2 * 9
    assert np.all(found.share[:, :69] == 0)


def test_a_surge_of_one_service_is_no_storm() -> None:
    assert storms.find(counts(3, stormy=1, brought=60.0), WEEKDAY).storms == []


def test_calm_years_have_hardly_a_storm() -> None:
    told = sum(len(storms.find(counts(seed), WEEKDAY).storms) for seed in range(10))
    assert told <= 1


def test_a_city_of_a_few_weeks_can_be_looked_at() -> None:
    drawn = counts(4)[:, :7]
    assert storms.find(drawn, WEEKDAY[:7]).usual.shape == drawn.shape


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 8), st.floats(0, 30))
def test_a_share_is_a_share(seed: int, stormy: int, brought: float) -> None:
    drawn = counts(seed, stormy=stormy, brought=brought)
    found = storms.find(drawn, WEEKDAY)
    assert np.all((found.share >= 0) & (found.share <= 1))
    assert np.all(found.share[drawn == 0] == 0)
