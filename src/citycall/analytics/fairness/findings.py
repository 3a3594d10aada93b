"""What was found out of a layer of areas, as it is kept and shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter

from citycall.analytics.fairness import cells, reporting, service, untold
from citycall.analytics.fairness.cells import Facts, Floats, Scope, Standing
from citycall.analytics.fairness.reporting import Fit
from citycall.analytics.fairness.service import Compared, Gap
from citycall.analytics.fairness.untold import Between, between
from citycall.analytics.public import SMALLEST

SINCE: Final = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class AreaHeard:
    """How readily an area tells. ``rate`` is 1 where it does as the city as a whole.

    ``later`` is by how many days half of the problems are told of later than in the city;
    ``untold`` how many are never told of, beside ``told``. ``few``: the area's own reports hardly
    weigh. ``stands_out`` is 1 above the city, -1 below, else 0.
    """

    area: int
    requests: int
    further: int
    rate: Between
    stands_out: int
    few: bool
    half_days: Between | None = None
    later: Between | None = None
    told: int = 0
    untold: Between | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """Under-reporting by area, lowest rate first; the city's own numbers beside.

    ``services`` and ``share`` say for how many services, and which part of the requests, days and
    untold problems could be told. ``scatter`` is how much more reports vary than by chance.
    """

    areas: tuple[AreaHeard, ...]
    further: int
    half_days: Between | None
    untold: Between | None
    told: int
    services: int
    share: float
    untold_days: float
    spread: float
    scatter: float


@dataclass(frozen=True, slots=True)
class AreaServed:
    """How an area is served at the city's mix of services: days, or a share from 0 to 1.

    ``raw`` is the area's own, with the mix of services that it has. ``times`` is by what factor
    the same work takes longer, or the odds differ.
    """

    area: int
    of: int
    raw: float
    value: Between
    times: Between
    stands_out: int
    few: bool


@dataclass(frozen=True, slots=True)
class Served:
    """One measure of service by area, the most days or highest share first."""

    areas: tuple[AreaServed, ...]
    city: float
    gap: Gap | None
    spread: float
    scatter: float


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything of a layer. ``served`` has ``days``, ``late``, ``verified`` and ``disputed``.

    Of what there was nothing to learn from, there is none. ``hidden`` counts the areas of which
    nothing at all is told in public.
    """

    layer: str
    since: datetime
    as_of: datetime
    heard: Heard | None
    served: Mapping[str, Served]
    hidden: int = 0


_FINDINGS: Final = TypeAdapter(Findings)


def as_json(found: Findings) -> Any:
    """Plain values that JSON has."""
    return _FINDINGS.dump_python(found, mode="json")


def from_json(plain: Any) -> Findings:
    """What ``as_json`` made."""
    return _FINDINGS.validate_python(plain)


def find(
    facts: Facts,
    *,
    layer: str,
    as_of: datetime,
    services: Collection[int] | None = None,
    untold_days: float = untold.UNTOLD_DAYS,
) -> Findings:
    """Everything that two years of facts until ``as_of`` (naive UTC) say of a layer's areas.

    With ``services`` only requests of these count in anything.
    """
    scope = Scope(layer, since=as_of - SINCE, until=as_of, services=services)
    served = {}
    seen = cells.days(facts, scope)
    if seen.done.sum():
        compared = service.compare_days(seen)
        served["days"] = _served(compared, shares=False)
    for what in ("late", "verified", "disputed"):
        counted = cells.shares(facts, scope, what=what)
        if counted.so.sum():
            served[what] = _served(service.compare_shares(counted), shares=True)
    return Findings(
        layer=layer,
        since=scope.since,
        as_of=as_of,
        heard=hear(facts, scope, untold_days=untold_days),
        served=served,
    )


def hear(facts: Facts, scope: Scope, *, untold_days: float = untold.UNTOLD_DAYS) -> Heard | None:
    """How readily areas tell; none where nobody ever told of anything a second time."""
    seen = cells.standing(facts, scope)
    if not seen.further.sum():
        return None
    first = reporting.fit(seen)
    squares, expected = cells.scatter(
        facts,
        scope,
        rates=dict(zip(seen.services.tolist(), first.rates, strict=True)),
        areas=dict(zip(seen.areas.tolist(), np.median(first.factors, axis=0), strict=True)),
    )
    found = reporting.fit(seen, scatter=max(1.0, squares / max(expected, 1e-9)))
    return _heard(seen, found, untold_days=untold_days)


def _heard(seen: Standing, found: Fit, *, untold_days: float) -> Heard:
    means = untold.meaning(seen, found, untold_days=untold_days)
    rates = [between(found.factors[:, n]) for n in range(len(seen.areas))]
    below = (found.factors < 1).mean(axis=0)
    few = found.expected < reporting.ENOUGH_OF_AREA
    sure = np.where(below >= service.SURE, -1, np.where(1 - below >= service.SURE, 1, 0))
    areas = [
        AreaHeard(
            area=int(area),
            requests=int(seen.requests[n].sum()),
            further=int(seen.further[n].sum()),
            rate=rates[n],
            stands_out=0 if few[n] else int(sure[n]),
            few=bool(few[n]),
            half_days=means.half_days[n] if means else None,
            later=means.later[n] if means else None,
            told=means.told[n] if means else 0,
            untold=means.untold[n] if means else None,
        )
        for n, area in enumerate(seen.areas.tolist())
    ]
    return Heard(
        areas=tuple(sorted(areas, key=lambda each: each.rate.value)),
        further=int(seen.further.sum()),
        half_days=means.city_half_days if means else None,
        untold=means.city_untold if means else None,
        told=sum(means.told) if means else 0,
        services=means.services if means else 0,
        share=means.share if means else 0.0,
        untold_days=untold_days,
        spread=found.spread,
        scatter=found.scatter,
    )


def _served(found: Compared, *, shares: bool) -> Served:
    low, high = found.low_high()
    usual = service.usual_days(found)

    def values(effect: Floats) -> Floats:
        return service.share_at(found, effect) if shares else usual * np.exp(effect)

    middle, least, most = values(found.effect), values(low), values(high)
    times, sure = np.exp([found.effect, low, high]), found.stands_out
    areas = [
        AreaServed(
            area=int(area),
            of=int(found.of[n]),
            raw=float(found.raw[n]),
            value=Between(float(middle[n]), float(least[n]), float(most[n])),
            times=Between(*(float(each) for each in times[:, n])),
            stands_out=int(sure[n]),
            few=bool(found.of[n] < service.FEW),
        )
        for n, area in enumerate(found.areas.tolist())
    ]
    return Served(
        areas=tuple(sorted(areas, key=lambda each: -each.value.value)),
        city=float(values(np.zeros(1))[0]),
        gap=service.gap(found, shares=shares),
        spread=found.spread,
        scatter=found.scatter,
    )


def public(found: Findings) -> Findings:
    """Without the areas of which so few requests are known that they could lead to a person.

    What is given rests on public services that show their places (``actions.compute``).
    """
    heard = found.heard
    known: set[int] = set()
    shown: set[int] = set()
    if heard is not None:
        kept = tuple(each for each in heard.areas if each.requests >= SMALLEST)
        known |= {each.area for each in heard.areas}
        shown |= {each.area for each in kept}
        heard = replace(heard, areas=kept)
    served = {}
    for what, each in found.served.items():
        told = tuple(area for area in each.areas if area.of >= SMALLEST)
        known |= {area.area for area in each.areas}
        shown |= {area.area for area in told}
        served[what] = replace(each, areas=told, gap=_whole(each.gap, {one.area for one in told}))
    return replace(found, heard=heard, served=served, hidden=len(known - shown))


def _whole(gap: Gap | None, told: set[int]) -> Gap | None:
    """The gap where all areas of both fifths are told of; it is not that of a part of them."""
    return gap if gap and {*gap.most, *gap.least} <= told else None
