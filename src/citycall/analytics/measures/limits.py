"""What is a change, and what is chance: control limits, as Shewhart drew them.

The limits of a period are worked out from the periods before it alone. How much chance there is
comes from how much neighboring periods differ, never less than what counting itself brings:

- counts: the mean of the baseline; chance as in a Poisson count or as the moving range says;
- shares: Laney's p-prime chart, so that large numbers do not make every wobble a signal;
- durations and ratios: individuals and moving range of their logarithms.

Sources: Shewhart 1931; Laney 2002 (p-prime); Wheeler, "Understanding Variation".
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from citycall.analytics.measures.measure import Unit

Floats = NDArray[np.float64]
BASELINE: Final = 26
FEWEST: Final = 12
SIGMAS: Final = 3.0
# A mean moving range, as a share of the standard deviation of what varies by chance.
_RANGE: Final = 1.128
# Of all that is called a change, at most this share is expected to be chance.
FALSE: Final = 0.1
_TINY: Final = 1e-9


@dataclass(frozen=True)
class Limits:
    """For each line: what was to be expected of one period, between what, and how far off it is.

    ``z`` is the distance in standard deviations, positive above. Not a number where the baseline
    is too short or empty.
    """

    value: Floats
    expected: Floats
    low: Floats
    high: Floats
    z: Floats

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Whether the value is beyond its limits."""
        with np.errstate(invalid="ignore"):
            return np.abs(self.z) > SIGMAS


def judge(values: Floats, sizes: Floats, unit: Unit, *, at: int = -1) -> Limits:
    """The limits of the period at index ``at`` (lines by periods), from those before it."""
    at = at % values.shape[1]
    first = max(0, at - BASELINE)
    base, of = values[:, first:at], sizes[:, first:at]
    value, size = values[:, at], sizes[:, at]
    with np.errstate(invalid="ignore", divide="ignore"):
        if unit is Unit.COUNT:
            told = _counts(base, value)
        elif unit is Unit.SHARE:
            told = _shares(base, of, value, size)
        else:
            told = _logarithms(base, value)
    known = np.sum(~np.isnan(base), axis=1) >= FEWEST
    return Limits(value, *(np.where(known, each, np.nan) for each in told))


def changes(z: Floats) -> NDArray[np.bool_]:
    """Which of many are changes, so that few of those called so are chance.

    Benjamini and Hochberg's bound at ``FALSE``; what is not known is none.
    """
    p = 2 * ndtr(-np.abs(np.where(np.isnan(z), 0.0, z)))
    order = np.argsort(p)
    allowed = FALSE * np.arange(1, len(p) + 1) / max(1, len(p))
    below = np.flatnonzero(p[order] <= allowed)
    found = np.zeros(len(p), dtype=bool)
    if len(below):
        found[order[: below[-1] + 1]] = True
    return found & ~np.isnan(z)


def _moving_range(base: Floats) -> Floats:
    return np.asarray(_mean(np.abs(np.diff(base, axis=1))) / _RANGE)


def _mean(base: Floats) -> Floats:
    known = ~np.isnan(base)
    return np.asarray(np.nansum(base, axis=1) / np.maximum(1, known.sum(axis=1)))


def _counts(base: Floats, value: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    middle = _mean(base)
    spread = np.maximum(np.sqrt(middle), _moving_range(base))
    return _around(middle, spread, value, least=0.0)


def _shares(
    base: Floats, of: Floats, value: Floats, size: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    counted = np.where(np.isnan(base), 0.0, of)
    middle = np.nansum(base * counted, axis=1) / counted.sum(axis=1)
    # As if one more had been seen and half of it were so, or no share of nought could ever differ.
    middle = (middle * counted.sum(axis=1) + 0.5) / (counted.sum(axis=1) + 1)
    by_chance = np.sqrt(middle * (1 - middle))
    scaled = (base - middle[:, None]) / (by_chance[:, None] / np.sqrt(counted))
    wider = np.maximum(1.0, _moving_range(np.where(counted > 0, scaled, np.nan)))
    spread = np.where(size > 0, by_chance / np.sqrt(np.maximum(size, 1)) * wider, np.nan)
    return _around(middle, spread, value, least=0.0, most=1.0)


def _logarithms(base: Floats, value: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    logs = np.log(np.maximum(base, _TINY))
    middle, spread = _mean(logs), np.maximum(_moving_range(logs), 0.01)
    expected, low, high, z = _around(middle, spread, np.log(np.maximum(value, _TINY)))
    return np.exp(expected), np.exp(low), np.exp(high), z


def _around(
    middle: Floats,
    spread: Floats,
    value: Floats,
    *,
    least: float = -np.inf,
    most: float = np.inf,
) -> tuple[Floats, Floats, Floats, Floats]:
    z = (value - middle) / np.maximum(spread, _TINY)
    z = np.where(np.isnan(value) | np.isnan(spread), np.nan, z)
    low = np.clip(middle - SIGMAS * spread, least, most)
    high = np.clip(middle + SIGMAS * spread, least, most)
    return middle, low, high, z
