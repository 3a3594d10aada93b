"""How much of what is planted in the demo city is found, and how much else is told.

Histories are drawn without a database (``tests/analytics/places/drawn.py``) and looked at as a
city's facts are. In a larger history the same hot spots are planted fainter, so that each brings
about as many problems: the city around them is busier, and they are harder to see.
"""

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from time import perf_counter
from typing import Any

import numpy as np

from citycall.analytics.places import looking
from citycall.analytics.places.findings import Cluster, Findings, StormDays, Turn
from citycall.analytics.places.study import Study
from citycall.demo.history.planted import HotSpot
from tests.analytics.places import drawn
from tests.analytics.places.drawn import Drawn

SEEDS = (11, 12, 13, 14)
METRES_A_DEGREE = 111_195.0
# A step is found where it is told within so many days of the true one, or its interval holds it.
NEAR_DAYS = 28
# Weeks are told by their first day, and a level may change on any of their days.
A_WEEK = timedelta(days=7)


def measure(*, requests: int, seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """For each seed, precision and recall by kind, and what the look took."""
    by_seed = {str(seed): of_seed(seed=seed, requests=requests) for seed in seeds}
    kinds = ("hot_spots", "shifts", "paces", "storms")
    return {
        "requests": requests,
        **{kind: _together([each[kind] for each in by_seed.values()]) for kind in kinds},
        "seconds": max(each["seconds"] for each in by_seed.values()),
        "seeds": by_seed,
    }


def _together(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    planted, hit = sum(f["planted"] for f in found), sum(f["found"] for f in found)
    told, true = sum(f["told"] for f in found), sum(f["true"] for f in found)
    return {
        "planted": planted,
        "found": hit,
        "recall": round(hit / max(planted, 1), 3),
        "told": told,
        "precision": round(true / max(told, 1), 3),
    }


def of_seed(*, seed: int, requests: int) -> dict[str, Any]:
    """What is found of one seed's history."""
    history = drawn.draw(seed, requests)
    begun = perf_counter()
    found = looking.look(Study(drawn.facts(history)), at=drawn.AT)
    seconds = perf_counter() - begun
    return {**judged(history, found), "seconds": round(seconds, 1)}


def judged(history: Drawn, found: Findings) -> dict[str, Any]:
    """What was planted beside what was told, by kind."""
    planted, codes = history.truth.planted, history.codes
    hits = {
        n: [m for m, cluster in enumerate(found.clusters) if same_spot(spot, cluster, codes)]
        for n, spot in enumerate(planted.hot_spots)
    }
    return {
        "hot_spots": _counted(len(planted.hot_spots), hits.values(), told=len(found.clusters)),
        "shifts": _steps(planted.shifts, found.turns, codes, "received"),
        "paces": _steps(planted.paces, found.turns, codes, "days"),
        "storms": _storms(history, found.storms),
    }


def _counted(planted: int, hits: Any, *, told: int) -> dict[str, Any]:
    hits = list(hits)
    return {
        "planted": planted,
        "found": sum(bool(each) for each in hits),
        "told": told,
        "true": len({m for each in hits for m in each}),
    }


def same_spot(spot: HotSpot, cluster: Cluster, codes: Sequence[str]) -> bool:
    """Whether a cluster is this hot spot: its service, at that time, over that place."""
    aside = METRES_A_DEGREE * float(np.cos(np.radians(spot.latitude)))
    apart = np.hypot(
        (cluster.longitude - spot.longitude) * aside,
        (cluster.latitude - spot.latitude) * METRES_A_DEGREE,
    )
    in_time = cluster.since <= spot.until.date() and cluster.until >= spot.since.date()
    return bool(codes[cluster.service] == spot.service and in_time and apart <= spot.radius_m)


def _steps(
    planted: Any, turns: Sequence[Turn], codes: Sequence[str], measured: str
) -> dict[str, Any]:
    """Steps of services: told ones are true where they hold the true day and its direction."""
    mine = [turn for turn in turns if turn.by == "service" and turn.measure == measured]
    hits = [
        [n for n, turn in enumerate(mine) if codes[turn.key] == each.service and _near(each, turn)]
        for each in planted
    ]
    intervals = [
        turn.low <= each.factor <= turn.high
        for each, hit in zip(planted, hits, strict=True)
        for turn in (mine[n] for n in hit)
    ]
    days = [
        turn.earliest - A_WEEK < each.since.date() < turn.latest + A_WEEK
        for each, hit in zip(planted, hits, strict=True)
        for turn in (mine[n] for n in hit)
    ]
    looked = _counted(len(planted), hits, told=len(mine))
    return {**looked, "size_in_interval": sum(intervals), "day_in_interval": sum(days)}


def _near(planted: Any, turn: Turn) -> bool:
    since: date = planted.since.date()
    held = turn.earliest <= since <= turn.latest
    near = abs((turn.since - since).days) <= NEAR_DAYS
    return (held or near) and (turn.factor > 1) == (planted.factor > 1)


def _storms(history: Drawn, storms: Sequence[StormDays]) -> dict[str, Any]:
    """Storms, and of the requests that they truly brought how many are attributed to storms."""
    services = history.truth.services
    hits = []
    for each in history.truth.storms:
        first = each.at.astimezone(UTC).date()
        days = (first, date.fromordinal(first.toordinal() + int(each.days) + 1))
        hits.append([n for n, s in enumerate(storms) if s.first <= days[1] and s.last >= days[0]])
    brought = sum(
        one.storm_share * int((history.found.service == n).sum()) for n, one in enumerate(services)
    )
    attributed = sum(storm.received - storm.usual for storm in storms)
    return {
        **_counted(len(hits), hits, told=len(storms)),
        "brought": round(brought),
        "attributed": round(attributed),
    }


def false_alarms(*, looks: int, problems: int = 400, weeks: int = 104) -> dict[str, Any]:
    """Of looks at a service where nothing is going on, how many have a chance of 5% or less."""
    from citycall.analytics.places import changes, scan
    from citycall.analytics.places.levels import Series
    from tests.analytics.places.nothing import cases

    clusters, steps = [], []
    for look in range(looks):
        rng = np.random.default_rng([look, 5])
        found = scan.scan(cases(rng, problems=problems, weeks=weeks), rng=rng)
        clusters.append(found[0].chance if found else 1.0)
        level = np.exp(0.4 * np.sin(np.arange(weeks) * 2 * np.pi / 52)) * problems / weeks
        counts = rng.poisson(rng.gamma(level / 0.5, 0.5)).astype(float)
        steps.append(changes.find(Series(counts, np.ones(weeks)), rng=rng)[0].chance)
    return {
        "looks": looks,
        "clusters_at_5_percent": round(float(np.mean(np.array(clusters) <= 0.05)), 3),
        "steps_at_5_percent": round(float(np.mean(np.array(steps) <= 0.05)), 3),
    }
