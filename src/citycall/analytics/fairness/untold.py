"""What the rates mean: how much later an area tells, and how many problems it never tells. Pure.

Two things are taken for granted here that no data can tell. People tell of a problem that nobody
has told of yet as readily as they do right after somebody has; and a problem that nobody tells of
is there for so many days, a number that the city chooses, and then goes away or is found.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from citycall.analytics.fairness.cells import Floats, Ints, Standing
from citycall.analytics.fairness.reporting import ENOUGH_OF_SERVICE, Fit

UNTOLD_DAYS: Final = 60.0
LOW, HIGH = 0.05, 0.95
_CITY_MOST: Final = 10_000.0
_SOME: Final = 400
LEAST_CHANCE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Between:
    """A likely value between two others: in nine of ten cases the truth lies between them."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """For each area: days until half of the problems are told, against the city; never told ones.

    ``told`` counts the requests of the services that something can be said about.
    """

    half_days: tuple[Between, ...]
    later: tuple[Between, ...]
    untold: tuple[Between, ...]
    told: tuple[int, ...]
    city_half_days: Between
    city_untold: Between
    services: int
    share: float


def between(draws: Floats) -> Between:
    """The middle of likely values, and where nine of ten of them lie."""
    low, value, high = (float(v) for v in np.quantile(draws, (LOW, 0.5, HIGH)))
    return Between(value, low, high)


def meaning(
    seen: Standing, found: Fit, *, untold_days: float = UNTOLD_DAYS, seed: int = 0
) -> Meaning | None:
    """In days and numbers of problems; none where no service has further reports enough.

    An area's services are given the city's mix, so that only how readily it tells makes a
    difference to the days. Its numbers of untold problems are those of its own requests.
    """
    known = seen.further.sum(axis=(0, 2)) >= ENOUGH_OF_SERVICE
    if not known.any():
        return None
    requests, first = seen.requests[:, known], found.first[:_SOME, known]
    factors = found.factors[:_SOME]
    areas, rng = range(len(seen.areas)), np.random.default_rng(seed)
    untold = [
        _untold(requests[a], first * factors[:, a, None], untold_days=untold_days, rng=rng)
        for a in areas
    ]
    mix = requests.sum(axis=0) + np.sum(untold, axis=0)
    mix = mix / mix.sum(axis=1, keepdims=True)
    city = _half(first, mix, np.ones(len(first)))
    half = [_half(first, mix, factors[:, a]) for a in areas]
    by_area = [each.sum(axis=1) for each in untold]
    return Meaning(
        half_days=tuple(between(each) for each in half),
        later=tuple(between(each - city) for each in half),
        untold=tuple(between(each) for each in by_area),
        told=tuple(int(n) for n in requests.sum(axis=1)),
        city_half_days=between(city),
        city_untold=between(np.sum(by_area, axis=0)),
        services=int(known.sum()),
        share=float(requests.sum() / max(seen.requests.sum(), 1)),
    )


def _untold(
    told: Ints, rate: Floats, *, untold_days: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """By draw and service: so many are missed until so many have been told of, chance included."""
    chance = np.clip(-np.expm1(-rate * untold_days), LEAST_CHANCE, 1.0)
    drawn = rng.negative_binomial(np.maximum(told, 1), chance)
    return np.where(told > 0, drawn, 0)


def _half(first: Floats, mix: Floats, factor: Floats) -> Floats:
    """Days after which half of the problems of a mix of services have been told, by draw."""
    low, high = np.full(len(first), 1e-3), np.full(len(first), _CITY_MOST)
    for _round in range(40):
        middle = np.sqrt(low * high)
        untold = np.sum(mix * np.exp(-factor[:, None] * first * middle[:, None]), axis=1)
        low, high = np.where(untold > 0.5, middle, low), np.where(untold > 0.5, high, middle)
    return np.asarray(np.sqrt(low * high))
