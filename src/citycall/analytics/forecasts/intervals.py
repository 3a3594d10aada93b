"""Eighty percent intervals of counts, as wide as past forecasts were wrong. Pure.

Around a mean a count is taken as negative binomial. How much it varies more than chance alone is
learned from earlier forecasts of the same series, and which tails to cut off from how often such
intervals held before (conformal calibration), by the size of what is expected.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betainc
from scipy.stats import nbinom

from citycall.analytics.forecasts.seasons import dispersion
from citycall.analytics.forecasts.weeks import Floats

SHARE: Final = 0.8
# Upper ends of the sizes that are calibrated apart.
BANDS: Final = (2.0, 8.0, np.inf)
# So many scores of a forecaster that is right are added to those that were seen.
_BELIEVED = 20
# What a forecast's outcome still says a week later, and what is too little to count at all.
FORGOTTEN: Final = 0.96
LEAST_WORTH: Final = 0.25
_LEAST_MEAN = 1e-6


@dataclass(frozen=True, slots=True)
class Calibration:
    """The excess dispersion of every series and the tail to cut off by size of the mean."""

    excess: Floats
    tails: tuple[float, ...]

    def tail(self, means: Floats) -> Floats:
        """The part to cut off at each end."""
        return np.asarray(self.tails)[np.searchsorted(BANDS, means, side="right")]

    def bounds(self, means: Floats) -> tuple[Floats, Floats]:
        """The lowest and highest count of each interval, both within it."""
        size, chance = _shape(means, self.excess)
        tail = self.tail(means)
        return nbinom.ppf(tail, size, chance), nbinom.ppf(1 - tail, size, chance)


def scores(real: Floats, means: Floats, excess: Floats) -> Floats:
    """How deep inside each count lay: an interval with so much cut off at each end holds it."""
    size, chance = _shape(means, excess)
    within = betainc(size, real + 1, chance)
    below = np.where(real > 0, betainc(size, np.maximum(real, 1), chance), 0.0)
    return np.asarray(np.minimum(within, 1.0 - below))


def calibrated(real: Floats, means: Floats, past_scores: Floats) -> Calibration:
    """From forecasts (series by times) whose outcome is known, and their scores when made.

    What is longer ago counts less: a shock, once over, does not widen intervals for ever.
    """
    lately = FORGOTTEN ** np.arange(means.shape[1] - 1, -1, -1.0)
    excess = dispersion(real, means, np.broadcast_to(lately, means.shape))
    band = np.searchsorted(BANDS, means, side="right")
    believed = (np.arange(_BELIEVED) + 0.5) / (2 * _BELIEVED)
    tails = []
    for number in range(len(BANDS)):
        mine = past_scores[(band == number) & ~np.isnan(past_scores) & (lately > LEAST_WORTH)]
        tails.append(float(np.quantile(np.concatenate([mine, believed]), 1 - SHARE)))
    return Calibration(excess, tuple(tails))


def _shape(means: Floats, excess: Floats) -> tuple[Floats, Floats]:
    spread = np.broadcast_to(excess, means.shape)
    return 1.0 / spread, 1.0 / (1.0 + spread * np.maximum(means, _LEAST_MEAN))
