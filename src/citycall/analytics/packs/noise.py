"""Whether a number moved beyond its own noise: control limits from the periods before. Pure.

The limits are those of Shewhart's chart for single values: the mean of the periods before, and 2.66
mean moving ranges to each side, which is three standard deviations of what varies by chance. They
are never narrower than what chance alone does to so few: three standard deviations of a count, or
of a share of so many, and never less than three things. With twelve periods before, a number that
only varies lies outside about twice in a hundred.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from citycall.analytics.packs.content import BETTER, MOVED, UNKNOWN, USUAL, WORSE

# So many periods before are looked at, and so many of them at least have to be known.
PERIODS: Final = 12
FEWEST: Final = 8
# A duration that half of so few had says nothing.
FEWEST_DURATIONS: Final = 5
_RANGES: Final = 2.66
_SIGMAS: Final = 3.0
_THINGS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which two numbers the next one lies if nothing changed."""

    low: float
    high: float

    def distance(self, value: float) -> float:
        """How far from the middle a number is, in widths from there to a limit."""
        arm = (self.high - self.low) / 2
        return abs(value - (self.low + self.high) / 2) / arm if arm else math.inf


def limits(
    before: Sequence[float | None], *, unit: str, size: int = 0, sizes: Sequence[int] = ()
) -> Limits | None:
    """The limits that the periods before set; none where too few of them are known.

    ``unit`` is "count", "share", or anything else that is not negative. Of a share, ``sizes`` are
    the numbers that the periods before rest on, and ``size`` the present one. A gap breaks a moving
    range.
    """
    known = [value for value in before if value is not None]
    ranges = [abs(b - a) for a, b in pairwise(before) if a is not None and b is not None]
    if len(known) < FEWEST or not ranges:
        return None
    middle = sum(known) / len(known)
    reach = _RANGES * sum(ranges) / len(ranges)
    if unit == "count":
        reach = max(reach, _SIGMAS * math.sqrt(middle), _THINGS)
    if unit == "share":
        reach = max(reach, _chance(before, sizes, size))
    most = 1.0 if unit == "share" else math.inf
    return Limits(max(0.0, middle - reach), min(most, middle + reach))


def _chance(before: Sequence[float | None], sizes: Sequence[int], size: int) -> float:
    """Three standard deviations of a share of ``size``, or three of them where that is more."""
    of = sum(n for value, n in zip(before, sizes, strict=True) if value is not None)
    so = sum(value * n for value, n in zip(before, sizes, strict=True) if value is not None)
    share = (so + 1) / (of + 2)
    number = max(size, 1)
    return max(_SIGMAS * math.sqrt(share * (1 - share) / number), _THINGS / number)


def verdict(value: float | None, found: Limits | None, *, good: str) -> str:
    """What a number is against its limits; ``good`` is "up", "down" or empty for neither."""
    if value is None or found is None:
        return UNKNOWN
    if found.low <= value <= found.high:
        return USUAL
    if not good:
        return MOVED
    return BETTER if (value > found.high) == (good == "up") else WORSE
