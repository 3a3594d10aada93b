"""What is expected: parts add up, seasons are found, and small services lean on the others."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from citycall.analytics.forecasts import expecting
from citycall.analytics.forecasts.weeks import (
    AGENCY,
    AHEAD,
    AREA,
    CITY,
    SERVICE,
    SERVICE_AREA,
    WEEK,
    Floats,
    History,
)
from tests.analytics.forecasts.towns import UNTIL, Town, drawn


def error(past: History, town: Town) -> Floats:
    """How far each service's four weeks are from their true mean, as a part of it."""
    real = town.means(ahead=AHEAD)[:, -AHEAD:].sum(axis=1)
    return np.asarray(np.abs(expecting.expect(past).services.sum(axis=1) / real - 1))


def test_parts_add_up_at_every_level() -> None:
    past = drawn(Town(layers=(("districts", 6), ("hoods", 20))), seed=1)
    now, (_ids, agencies) = expecting.expect(past), expecting.agency_matrix(past)
    city = now.of_level(CITY, "", agencies)[0]
    for level, layer in [(AGENCY, ""), (SERVICE, ""), (AREA, "districts"), (AREA, "hoods")]:
        np.testing.assert_allclose(now.of_level(level, layer, agencies).sum(axis=0), city)
    cells = now.of_level(SERVICE_AREA, "hoods", agencies).reshape(len(past.services), 21, AHEAD)
    np.testing.assert_allclose(cells.sum(axis=1), now.services)
    np.testing.assert_allclose(cells.sum(axis=0), now.of_level(AREA, "hoods", agencies))


def test_the_season_of_each_service_is_found() -> None:
    town = Town(sizes=(60.0,) * 6, swings=(0.8, -0.6, 0.1) * 2, storms=0.0)
    assert error(drawn(town, seed=2), town).max() < 0.12


def test_a_small_service_leans_on_the_others() -> None:
    town = Town(sizes=(40.0,) * 8 + (0.6,), swings=(0.8,) * 9, storms=0.0)
    off = [
        (error(past, town)[-1], abs(past.received[-1, -AHEAD:].sum() / (AHEAD * 0.6) - 1))
        for past in (drawn(town, seed=seed) for seed in range(12))
    ]
    ours, last_weeks = np.mean(off, axis=0)
    assert ours < 0.6 * last_weeks


def test_a_service_that_nobody_asks_for_any_more_is_not_expected() -> None:
    past = drawn(Town(), seed=3)
    received = past.received.copy()
    received[0, -60:] = 0
    assert expecting.expect(replace(past, received=received)).services[0].sum() == 0


def test_a_new_service_is_expected_as_it_is_since_it_began() -> None:
    past = drawn(Town(storms=0.0, swings=(0.0,) * 21), seed=4)
    received = past.received.copy()
    received[0, :-20] = 0
    found = expecting.expect(replace(past, received=received)).services[0].mean()
    assert 54 < found < 66


def test_a_level_that_changed_is_followed() -> None:
    past = drawn(Town(sizes=(50.0,) * 6, swings=(0.0,) * 6, storms=0.0), seed=5)
    received = past.received.copy()
    received[:, -12:] *= 2
    found = expecting.expect(replace(past, received=received)).services.mean()
    assert found > 80


def test_a_week_with_days_off_is_expected_lower() -> None:
    past = drawn(Town(swings=(0.0,) * 21, storms=0.0), seed=6)
    off = [UNTIL + timedelta(days=1), *(UNTIL - n * WEEK for n in range(3, 100, 9))]
    starts = past.starts()
    received = past.received.copy()
    for day in off[1:]:
        received[:, (day - starts[0]).days // 7] //= 2
    now = expecting.expect(replace(past, received=received, holidays=frozenset(off)))
    weeks = now.services.sum(axis=0)
    assert weeks[0] < 0.7 * weeks[1:].min()


def test_the_future_is_not_known_beforehand() -> None:
    past = drawn(Town(), seed=7)
    other = past.received.copy()
    other[:, 80:] = 999
    layers = {
        code: replace(layer, counts=np.where(np.arange(104) >= 80, 9, layer.counts))
        for code, layer in past.layers.items()
    }
    changed = replace(past, received=other, layers=layers)
    then, as_then = expecting.expect(past, weeks=80), expecting.expect(changed, weeks=80)
    np.testing.assert_array_equal(then.services, as_then.services)
    np.testing.assert_array_equal(then.shares["districts"], as_then.shares["districts"])
