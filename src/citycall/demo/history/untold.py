"""Problems that nobody ever told the city of: invented, so that their number is known.

How many problems arise in a neighborhood follows from how many were told of and how readily it
tells. They are drawn for whoever holds estimates against the truth; the city never hears of them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from citycall.demo.history.incidents import Floats, Ints
from citycall.demo.history.truth import Truth

# A problem that nobody tells of is there for so long, and then gone or found.
UNTOLD_DAYS: Final = 60.0


def rates(truth: Truth) -> Floats:
    """Reports a day that a problem gets while interest is fresh, by neighborhood and service."""
    area = np.array(list(truth.reporting_rate.values()))
    service = np.array([each.reports_each / each.median_days for each in truth.services])
    return np.asarray(np.outer(area, service))


def chances(truth: Truth) -> Floats:
    """The chance that a problem is told of at all, by neighborhood and service."""
    return np.asarray(-np.expm1(-rates(truth) * UNTOLD_DAYS))


def draw(truth: Truth, told: Ints) -> NDArray[np.int64]:
    """How many were never told of beside those that were, by neighborhood and service.

    What is so rarely told of that nobody could say is left out: fewer than one in a hundred.
    """
    chance = chances(truth)
    sayable = (told > 0) & (chance >= 0.01)
    rng = np.random.default_rng([truth.seed, 6])
    drawn = rng.negative_binomial(np.maximum(told, 1), np.where(sayable, chance, 1.0))
    return np.where(sayable, drawn, 0)
