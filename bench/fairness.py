"""How well the demo city's truth is found: who tells less, what is never told, who waits longer.

The history is drawn without a database, as facts. The estimates never read the truth.
"""

import time
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

import numpy as np

SEEDS = tuple(range(1, 9))


def measure(*, sizes: Sequence[int], seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """The mean over the seeds, and the worst rank, by size of the city's history."""
    found = {}
    for requests in sizes:
        each = [of_seed(requests=requests, seed=seed) for seed in seeds]
        means = {name: round(float(np.mean([e[name] for e in each])), 3) for name in each[0]}
        worst = {
            f"worst_{name}": round(min(e[name] for e in each), 3)
            for name in ("rank", "held", "slow_rank")
        }
        found[str(requests)] = {**means, **worst}
    return {"seeds": len(seeds), "neighborhoods": 48, **found}


def of_seed(*, requests: int, seed: int) -> dict[str, float]:
    """Ranks (Spearman) and shares of 90% intervals that hold the truth, in one seed's history."""
    from scipy.stats import spearmanr

    from citycall.analytics.fairness import findings
    from tests.analytics.fairness import populations

    world = populations.world(requests=requests, seed=seed)
    begun = time.perf_counter()
    as_of = populations.UNTIL.astimezone(UTC).replace(tzinfo=None)
    found = findings.find(world.facts, layer=populations.LAYER, as_of=as_of)
    seconds = time.perf_counter() - begun
    heard = found.heard
    assert heard is not None
    areas = np.array([each.area for each in heard.areas]) - 1
    truth = np.array(list(world.truth.reporting_rate.values()))[areas]
    rates = [each.rate for each in heard.areas]
    # Both are told against the city, which each area is part of by its reports.
    weight = np.array([each.further / each.rate.value for each in heard.areas])
    truth = truth / np.average(truth, weights=weight)
    return {
        "further_reports": float(heard.further),
        "rank": float(spearmanr(truth, [each.value for each in rates])[0]),
        "held": _held(rates, truth),
        "width": float(np.mean([each.high / each.low for each in rates])),
        **_meanings(heard, world, areas, truth, weight),
        **_slow(found, world),
        "seconds": seconds,
    }


def _held(found: Sequence[Any], truth: Any) -> float:
    return float(np.mean([e.low <= t <= e.high for e, t in zip(found, truth, strict=True)]))


def _meanings(heard: Any, world: Any, areas: Any, truth: Any, weight: Any) -> dict[str, float]:
    """Days until half is told, and problems never told: of the services that are spoken of."""
    from citycall.analytics.fairness import cells, reporting
    from citycall.demo.history import untold as true_untold
    from tests.analytics.fairness import populations

    since = populations.UNTIL - timedelta(days=731)
    seen = cells.standing(world.facts, cells.Scope(populations.LAYER, since, populations.UNTIL))
    told_of = seen.further.sum(axis=(0, 2)) >= reporting.ENOUGH_OF_SERVICE
    services = seen.services[told_of] - 1
    never = world.untold[np.ix_(areas, services)].sum(axis=1)
    problems = (world.untold + world.told)[:, services].sum(axis=0)
    own = np.array(list(world.truth.reporting_rate.values()))
    usual = (true_untold.rates(world.truth) / own[:, None])[0, services]
    usual = usual * np.average(own[areas], weights=weight)

    def half(factor: float) -> float:
        days = np.geomspace(0.01, 1_000, 4_000)
        left = np.exp(-factor * np.outer(days, usual)) @ (problems / problems.sum())
        return float(days[np.searchsorted(-left, -0.5)])

    later = np.array([half(each) for each in truth]) - half(1.0)
    return {
        "half_days_true": half(1.0),
        "half_days_found": heard.half_days.value,
        "later_held": _held([each.later for each in heard.areas], later),
        "untold_true": float(never.sum()),
        "untold_found": heard.untold.value,
        "untold_held": _held([each.untold for each in heard.areas], never),
        "untold_rank": _rank([each.untold.value for each in heard.areas], never),
        "share_spoken_of": heard.share,
    }


def _rank(found: Any, truth: Any) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(found, truth)[0])


def _slow(found: Any, world: Any) -> dict[str, float]:
    slowness = np.array(list(world.truth.slowness.values()))

    def of(what: str) -> tuple[list[Any], Any]:
        areas = found.served[what].areas
        return areas, slowness[np.array([each.area for each in areas]) - 1]

    days, slow = of("days")
    late, slow_too = of("late")
    log = np.log(slow) - np.average(np.log(slow), weights=[each.of for each in days])
    return {
        "slow_rank": _rank([each.times.value for each in days], slow),
        "slow_held": _held([each.times for each in days], np.exp(log)),
        "raw_slow_rank": _rank([each.raw for each in days], slow),
        "late_rank": _rank([each.value.value for each in late], slow_too),
        "days_stand_out": float(sum(each.stands_out != 0 for each in days)),
        "verified_stand_out": float(
            sum(each.stands_out != 0 for each in found.served["verified"].areas)
        ),
    }
