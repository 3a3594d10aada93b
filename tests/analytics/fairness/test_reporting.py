"""Areas that tell less are found from further reports alone, and what is said of them is true."""

from datetime import timedelta
from functools import cache

import numpy as np
import pytest
from scipy.stats import spearmanr

from bench import fairness as measured
from citycall.analytics.fairness import reporting, untold
from citycall.analytics.fairness.cells import EDGES, Standing

PARTS = len(EDGES) - 1


@cache
def of_seed(seed: int) -> dict[str, float]:
    """What is found of a city as large as the demo's."""
    return measured.of_seed(requests=20_000, seed=seed)


def invented(
    *, areas: int, seed: int, fades: float = 0.5, spread: float = 0.4
) -> tuple[Standing, np.ndarray]:
    """Counts drawn from the model itself, with the true factors."""
    rng = np.random.default_rng(seed)
    truth = np.exp(spread * rng.standard_normal(areas))
    exposure = rng.gamma(5, 30, (areas, 12, PARTS))
    rates = np.outer(rng.gamma(2, 0.02, 12), fades ** np.arange(PARTS))
    further = rng.poisson(truth[:, None, None] * rates * exposure)
    return (
        Standing(
            areas=np.arange(areas),
            services=np.arange(12),
            scale=np.ones(12),
            requests=np.full((areas, 12), 40),
            exposure=exposure,
            further=further,
        ),
        truth,
    )


def test_factors_are_found_again_and_nine_of_ten_intervals_hold() -> None:
    held = []
    for seed in range(8):
        seen, truth = invented(areas=40, seed=seed)
        found = reporting.fit(seen)
        truth = truth / np.average(truth, weights=found.expected)
        low, high = np.quantile(found.factors, (0.05, 0.95), axis=0)
        held.append(np.mean((low <= truth) & (truth <= high)))
        assert spearmanr(truth, np.median(found.factors, axis=0))[0] > 0.9
    assert np.mean(held) == pytest.approx(0.9, abs=0.04)


def test_where_all_tell_alike_hardly_any_area_stands_out() -> None:
    beyond = []
    for seed in range(10):
        seen, _truth = invented(areas=40, seed=seed, spread=0.0)
        found = reporting.fit(seen)
        beyond.append(np.mean((found.factors < 1).mean(axis=0) > 0.975))
    assert np.mean(beyond) < 0.02


def test_an_area_without_exposure_is_said_to_be_as_the_city_is_with_all_doubt() -> None:
    seen, _truth = invented(areas=30, seed=1)
    seen.exposure[0], seen.further[0] = 0.001, 0
    found = reporting.fit(seen)
    low, middle, high = np.quantile(found.factors[:, 0], (0.05, 0.5, 0.95))
    assert middle == pytest.approx(1, abs=0.15)
    assert high - low > 0.8
    assert found.expected[0] < reporting.ENOUGH_OF_AREA


def test_the_rate_of_the_beginning_is_told_and_not_that_of_faded_interest() -> None:
    seen, _truth = invented(areas=60, seed=2, fades=0.3)
    steady = seen.further.sum() / seen.exposure.sum()
    assert np.mean(reporting.fit(seen).first) > 2 * steady


def test_problems_that_differ_much_make_wider_intervals() -> None:
    seen, _truth = invented(areas=40, seed=3)
    alike, apart = reporting.fit(seen), reporting.fit(seen, scatter=3.0)
    assert apart.factors.std(axis=0).mean() > 1.2 * alike.factors.std(axis=0).mean()


def test_without_any_further_report_nothing_is_learned() -> None:
    seen, _truth = invented(areas=5, seed=4)
    seen.further[:] = 0
    with pytest.raises(ValueError, match="no further reports"):
        reporting.fit(seen)
    assert untold.meaning(seen, reporting.fit(invented(areas=5, seed=4)[0])) is None


def test_what_stays_longer_untold_is_missed_less() -> None:
    seen, _truth = invented(areas=20, seed=5)
    found = reporting.fit(seen)
    short = untold.meaning(seen, found, untold_days=10)
    long = untold.meaning(seen, found, untold_days=100)
    assert short is not None
    assert long is not None
    assert short.city_untold.low > long.city_untold.high


def test_the_demo_city_is_ranked_and_nine_of_ten_intervals_hold_the_truth() -> None:
    found = [of_seed(seed) for seed in (1, 2, 3)]
    assert min(each["rank"] for each in found) >= 0.8
    assert np.mean([each["held"] for each in found]) >= 0.85
    assert np.mean([each["later_held"] for each in found]) >= 0.85
    assert np.mean([each["untold_held"] for each in found]) >= 0.8


def test_the_slow_neighborhoods_of_the_demo_city_are_found() -> None:
    found = [of_seed(seed) for seed in (1, 2)]
    assert min(each["slow_rank"] for each in found) >= 0.8
    assert min(each["late_rank"] for each in found) >= 0.7
    # Nobody is verified less by neighborhood in this city.
    assert max(each["verified_stand_out"] for each in found) <= 2


def test_reports_after_the_end_of_a_problem_do_not_count() -> None:
    from citycall.analytics.fairness import cells
    from tests.analytics.fairness import populations

    world = populations.world(requests=3_000, seed=1)
    since = populations.UNTIL - timedelta(days=740)
    scope = cells.Scope(populations.LAYER, since, populations.UNTIL)
    before = cells.standing(world.facts, scope)
    world.facts.db.execute("UPDATE reports SET hours_after_first = 1e6 WHERE further")
    after = cells.standing(world.facts, scope)
    assert before.further.sum() > 0
    assert after.further.sum() == 0
    assert after.exposure.sum() == pytest.approx(before.exposure.sum())
