"""Whether a number moved beyond its own noise: the measures' control limits, by fortnights. Pure.

The limits are those that every page draws (see ``measures.limits``), set by up to a year of
fortnights before. Many numbers are looked at for one pack, so that some are outside by chance: of
those that are listed as moved, at most one in ten is expected to be.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from citycall.analytics.measures.measure import Unit
from citycall.analytics.packs.content import BETTER, MOVED, UNKNOWN, USUAL, WORSE

# So many periods before the last one are drawn.
PERIODS: Final = 12
# A duration that half of so few had says nothing.
FEWEST_DURATIONS: Final = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which two numbers one lies if nothing changed; ``z`` is how far off it is."""

    low: float
    high: float
    z: float


def limits(values: Sequence[float | None], sizes: Sequence[int], *, unit: str) -> Limits | None:
    """The limits of the last value, from those before it; none where too few are known."""
    import numpy as np

    from citycall.analytics.measures.limits import judge

    told = np.array([[math.nan if value is None else value for value in values]])
    found = judge(told, np.array([list(sizes)], dtype=float), Unit(unit))
    low, high, z = (float(each[0]) for each in (found.low, found.high, found.z))
    return None if math.isnan(low) or math.isnan(z) else Limits(low, high, z)


def changed(distances: Sequence[float]) -> list[bool]:
    """Which of many are changes, by how many standard deviations they are off."""
    import numpy as np

    from citycall.analytics.measures.limits import changes

    return [bool(each) for each in changes(np.array(distances, dtype=float))]


def verdict(value: float | None, found: Limits | None, *, good: str) -> str:
    """What a number is against its limits; ``good`` is "up", "down" or empty for neither."""
    if value is None or found is None:
        return UNKNOWN
    if found.low <= value <= found.high:
        return USUAL
    if not good:
        return MOVED
    return BETTER if (value > found.high) == (good == "up") else WORSE
