"""Photos that look alike: when they do, and how much that says.

The pairs from which the score is learned have no photos, so what photos say cannot be learned with
the rest. It is one published number, and told apart from the learned ones: where no photos are
alike, they stay exactly what they are. ``docs/explanation/duplicates.md`` says what was measured.
"""

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from citycall.service_requests.photo_looks import apart

Floats = NDArray[np.float64]
# Of 64 bits, as many may differ between two copies of a picture.
CLOSE: Final = 10
# Of two requests that are one problem, so rarely do both have the same picture (assumed, low), and
# so often do different pictures look alike (measured, rounded up): alike photos speak a hundred
# times for it.
_SENT_TWICE: Final = 0.02
_ALIKE_BY_CHANCE: Final = 0.0002
SPEAKS_FOR: Final = _SENT_TWICE / _ALIKE_BY_CHANCE
# More photos of a request are not looked at.
MOST: Final = 10


def alike(some: Collection[int], others: Collection[int]) -> bool:
    """Whether any of some photos, by their bits, looks like any of others."""
    return any(apart(one, other) <= CLOSE for one in some for other in others)


def weighed(probabilities: Floats, like_photos: NDArray[np.bool_]) -> Floats:
    """The probabilities with what the photos say; unlike photos, or none, say nothing.

    Bayes' rule over all candidates and "none of them": the others lose what the alike ones gain.
    """
    if not like_photos.any():
        return probabilities
    none = max(0.0, 1.0 - float(probabilities.sum()))
    told = np.where(like_photos, probabilities * SPEAKS_FOR, probabilities)
    found: Floats = told / (told.sum() + none)
    return found
