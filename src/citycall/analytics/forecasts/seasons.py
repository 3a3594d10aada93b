"""The course of the year, the holidays and the trend of every service, small ones by the others.

A regression of counts (negative binomial, logarithmic link) is fitted twice: to the city's sum,
and to each service as its difference from the city. How far services may differ is learned from
all of them (empirical Bayes): one with few requests stays near what is common. Pure.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from citycall.analytics.forecasts.weeks import Floats

HARMONICS: Final = 3
# Less than a year does not tell a season from a change.
YEAR_WEEKS: Final = 52
_ROUNDS = 8
_LEARNING = 4
_SLOPE, _HOLIDAY = "slope", "holiday"
# Standard deviations, as logarithms, of what the whole city may do, and services at first.
# A trend that is only believed reluctantly: the level follows what really changed.
_CITY_SPREAD: Final = {_SLOPE: 0.05, _HOLIDAY: 0.15, "wave 1": 0.8, "wave 2": 0.3, "wave 3": 0.1}
_FIRST_SPREAD = 0.3
_LEAST_SPREAD = 0.02
_MOST_ETA = 14.0


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of each week beforehand: columns with a group's name each."""

    columns: Floats
    groups: tuple[str, ...]


def features(starts: Sequence[date], *, known: int, holidays: Collection[date]) -> Features:
    """Trend, waves of the year and days off of weeks, of which the first ``known`` are past."""
    middle = np.array([start.toordinal() + 3.0 for start in starts])
    off = np.array(
        [sum(start + timedelta(days=n) in holidays for n in range(7)) for start in starts]
    )
    columns: dict[str, list[Floats]] = {}
    if off[:known].any():
        columns[_HOLIDAY] = [off.astype(float)]
    if known >= YEAR_WEEKS:
        columns[_SLOPE] = [(middle - middle[:known].mean()) / 365.25]
        for order in range(1, HARMONICS + 1):
            turn = 2 * np.pi * order * middle / 365.25
            columns[f"wave {order}"] = [np.cos(turn), np.sin(turn)]
    groups = tuple(name for name, each in columns.items() for _one in each)
    stacked = [column for each in columns.values() for column in each]
    return Features(np.column_stack([np.ones(len(starts)), *stacked]), ("level", *groups))


def expected_course(counts: Floats, given: Features, *, began: Floats) -> tuple[Floats, Floats]:
    """Every service's fitted mean in each week, past and coming, and its excess dispersion.

    ``counts`` are services by past weeks; ``began`` the first week of each that counts. The
    dispersion v makes the variance ``mean + v * mean**2``.
    """
    weeks = counts.shape[1]
    past = given.columns[:weeks]
    seen = (np.arange(weeks)[None, :] >= began[:, None]).astype(float)
    city = counts.sum(axis=0, keepdims=True)
    spread = np.array([_CITY_SPREAD.get(g, 1.0) for g in given.groups])
    everyone = np.ones_like(city)
    still = np.zeros_like(city)
    common, _var = _fit(city, past, still, everyone, spread, np.array([0.02]))
    common[:, 0] = 0.0
    offset = np.repeat(common @ past.T, len(counts), axis=0)
    spread = np.full(len(given.groups), _FIRST_SPREAD)
    excess = np.full(len(counts), 0.05)
    for _round in range(_LEARNING):
        found, variance = _fit(counts, past, offset, seen, spread, excess)
        spread = _spread(found, variance, given.groups)
        means = np.exp(np.minimum(offset + found @ past.T, _MOST_ETA))
        excess = dispersion(counts, means, seen)
    return np.exp(np.minimum((common + found) @ given.columns.T, _MOST_ETA)), excess


def _fit(
    counts: Floats, past: Floats, offset: Floats, seen: Floats, spread: Floats, excess: Floats
) -> tuple[Floats, Floats]:
    """Coefficients by service and their variances; reweighted least squares with a ridge."""
    prior = 1.0 / spread**2
    prior[0] = 1e-3
    found = np.zeros((len(counts), past.shape[1]))
    exposed = np.maximum((np.exp(offset) * seen).sum(axis=1), 1e-9)
    found[:, 0] = np.log(((counts * seen).sum(axis=1) + 0.3) / exposed)
    for _round in range(_ROUNDS):
        eta = np.clip(offset + found @ past.T, -_MOST_ETA, _MOST_ETA)
        mean = np.exp(eta)
        weight = seen * mean / (1 + excess[:, None] * mean)
        target = eta - offset + (counts - mean) / mean
        # A wild first step is held: no count pulls more than so far.
        target = np.clip(target, eta - offset - 3, eta - offset + 3)
        matrix = np.einsum("st,ti,tj->sij", weight, past, past) + np.diag(prior)
        found = np.linalg.solve(matrix, ((weight * target) @ past)[:, :, None])[:, :, 0]
    return found, np.linalg.inv(matrix).diagonal(axis1=1, axis2=2)


def _spread(found: Floats, variance: Floats, groups: Sequence[str]) -> Floats:
    """How far services differ in each group of coefficients: learned from all of them."""
    names = np.array(groups)
    spread = np.empty(len(groups))
    for name in dict.fromkeys(groups):
        mine = names == name
        spread[mine] = np.sqrt(np.mean(found[:, mine] ** 2 + variance[:, mine]))
    return np.maximum(spread, _LEAST_SPREAD)


def dispersion(counts: Floats, means: Floats, seen: Floats) -> Floats:
    """The excess dispersion of every row, small samples near that of all rows together."""
    means = np.maximum(means, 1e-9)
    pooled = 0.1
    for _round in range(3):
        weight = seen / (1 + pooled * means) ** 2
        told = weight * ((counts - means) ** 2 - means)
        pooled = max(float(told.sum() / np.maximum((weight * means**2).sum(), 1e-9)), 1e-3)
    prior = 2.0 / pooled**2
    known = (weight * means**2).sum(axis=1)
    found = (told.sum(axis=1) + prior * pooled) / (known + prior)
    return np.asarray(np.maximum(found, 1e-4))
