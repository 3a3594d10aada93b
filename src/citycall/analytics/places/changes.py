"""Weeks from which on a series lies on another level: when, by how much, and how sure that is.

Steps are sought one after the other (binary segmentation) in a regression that knows the season.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from citycall.analytics.places.chances import believed, from_replicates
from citycall.analytics.places.levels import Fit, Floats, Series, waves

FEWEST_WEEKS: Final = 26
FEWEST_CASES: Final = 30
MOST_STEPS: Final = 3
REPLICATES: Final = 999
FALSE_SHARE: Final = 0.01
# Weeks that fit nearly as well as the best are in the interval of 95% (Hansen 2000).
HANSEN: Final = 7.35
Z95: Final = 1.96


@dataclass(frozen=True, slots=True)
class Change:
    """A step: its first week, the earliest and latest it may be, and how many times the level.

    ``before`` and ``after`` are the means of a week on either side. ``chance`` is that of so large
    a step anywhere in a series whose level never changes.
    """

    week: int
    earliest: int
    latest: int
    factor: float
    low: float
    high: float
    before: float
    after: float
    chance: float


def find(series: Series, *, rng: np.random.Generator, replicates: int = REPLICATES) -> list[Change]:
    """The steps of one series as they were found, each with its chance of being nothing.

    The last one may be far from certain: ``believable`` says which to believe, over many series.
    """
    if len(series.kept) < FEWEST_WEEKS or series.cases < FEWEST_CASES:
        return []
    harmonics = waves(series)
    found: dict[int, float] = {}
    while len(found) < MOST_STEPS:
        fit = Fit(series, list(found), harmonics)
        if not len(fit.candidates):
            break
        week = int(fit.candidates[np.argmax(fit.own_gains)])
        found[week] = _chance(fit, rng, replicates)
        if found[week] > 0.05:
            break
    return [_told(series, found, week, harmonics) for week in found]


def believable(
    found: list[list[Change]], *, false_share: float = FALSE_SHARE
) -> list[list[Change]]:
    """What is to be believed of the steps of many series; those without a step count as looked at.

    The first step of each series is judged over all series; a later one needs a chance as small as
    the largest that was believed.
    """
    first = [each[0].chance if each else 1.0 for each in found]
    verdict = believed(first, false_share=false_share)
    most = max((p for p, good in zip(first, verdict, strict=True) if good), default=0.0)
    return [
        [step for step in each if good and step.chance <= most]
        for each, good in zip(found, verdict, strict=True)
    ]


def _chance(fit: Fit, rng: np.random.Generator, replicates: int) -> float:
    """The chance of so strong a further step where there is none."""
    drawn = _drawn(fit, fit.spread(with_step=True), rng, replicates)
    seen = _evidence(fit.gains(drawn).max(axis=0), fit.rest(drawn), fit.freedom)
    own = np.array([fit.own_gains.max()])
    observed = _evidence(own, np.array([fit.own_rest]), fit.freedom)
    return from_replicates(float(observed[0]), seen)


def _evidence(gain: Floats, rest: Floats, freedom: int) -> Floats:
    """The likelihood ratio of a step whose noise is not known beforehand."""
    left = np.maximum(rest - gain, 1e-9)
    return np.asarray(freedom * np.log1p(gain / left))


def _drawn(fit: Fit, spread: float, rng: np.random.Generator, replicates: int) -> Floats:
    """Residuals as they are where nothing changes, with the noise that the series has."""
    shape = (len(fit.weight), replicates)
    if not fit.series.is_count:
        return rng.standard_normal(shape) * np.sqrt(fit.weight * spread)[:, None]
    mean = np.broadcast_to(fit.weight[:, None], shape)
    if spread > 1.001:
        size = mean / (spread - 1.0)
        return rng.poisson(rng.gamma(size, mean / size)) - mean
    return rng.poisson(mean) - mean


def _told(series: Series, found: dict[int, float], week: int, harmonics: int) -> Change:
    """A step with its interval and its size, given all other steps."""
    others = [other for other in found if other != week]
    fit = Fit(series, [*others, week], harmonics)
    size = float(fit.coefficients[-1])
    error = float(np.sqrt(fit.inverse[-1, -1] * fit.spread(with_step=False)))
    without = Fit(series, others, harmonics)
    gains = without.own_gains
    near = without.candidates[gains >= gains.max() - HANSEN * fit.spread(with_step=False)]
    edges = sorted({0, *found, int(series.kept[-1]) + 1})
    place = edges.index(week)
    return Change(
        week=week,
        earliest=min(week, int(near.min())),
        latest=max(week, int(near.max())),
        factor=float(np.exp(size)),
        low=float(np.exp(size - Z95 * error)),
        high=float(np.exp(size + Z95 * error)),
        before=_level(series, edges[place - 1], week),
        after=_level(series, week, edges[place + 1]),
        chance=found[week],
    )


def _level(series: Series, first: int, last: int) -> float:
    """The mean of the weeks from one to before another."""
    rows = series.kept[(series.kept >= first) & (series.kept < last)]
    whole = max(float(series.weight[rows].sum()), 1e-9)
    if series.is_count:
        return float(series.values[rows].sum()) / whole
    return float(np.exp((series.values[rows] * series.weight[rows]).sum() / whole))
