"""How long until done, from requests of which some still wait: the Kaplan-Meier estimate. Pure.

Leaving out what still waits would make every backlog look quick. Kaplan and Meier (1958) count
each open request as what is known of it: that it took longer than until now.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PERCENTS: Final = 99
# Below this nothing is said, and below that it is said that there are few examples.
FEWEST: Final = 5
FEW: Final = 30


@dataclass(frozen=True, slots=True)
class Course:
    """Days after which 1, 2, ... percent were done, as far as known, and from how many.

    ``days`` never falls, and ends early where so many still wait that the rest is not known.
    """

    days: tuple[float, ...]
    done: int
    waiting: int

    @property
    def few(self) -> bool:
        """Whether there are too few examples to rely on."""
        return self.done < FEW

    def share_within(self, days: float) -> float:
        """The part, from 0 to 1, that was done within so many days; rounded down to percents."""
        return bisect_right(self.days, days) / 100

    def days_until(self, share: float, *, waited: float = 0.0) -> float | None:
        """Days from the report after which ``share`` (0 to 1) of such requests are done.

        Of those only that took longer than ``waited`` days already, which a request is that has
        been open for so long. None where that is not known: too many still wait.
        """
        if not 0 < share < 1 or waited < 0:
            raise ValueError(f"no such share or wait: {share}, {waited}")
        passed = self.share_within(waited) if waited else 0.0
        # A hair is taken off, so that 0.5 of 100 percents is the fiftieth and not the next.
        percent = int(np.ceil(100 * (passed + (1 - passed) * share) - 1e-9))
        if percent > len(self.days):
            return None
        return max(self.days[percent - 1], waited)


def course(days: ArrayLike, done: ArrayLike) -> Course:
    """The course of n requests: for each the days until it was done, or as long as it was seen.

    ``done`` is false for those that were last seen undone: open still, or ended otherwise.
    """
    taken = np.asarray(days, dtype=np.float64)
    ended = np.asarray(done, dtype=bool)
    if taken.shape != ended.shape or taken.ndim != 1:
        raise ValueError(f"expected two arrays of one length, got {taken.shape}, {ended.shape}")
    if not np.all(taken >= 0):
        raise ValueError("Nothing is done before it is reported.")
    times, left = _left_waiting(taken, ended)
    return Course(
        days=_percentiles(times, left), done=int(ended.sum()), waiting=int((~ended).sum())
    )


def _left_waiting(taken: Floats, ended: Bools) -> tuple[Sequence[float], Sequence[float]]:
    """The moments at which any was done, and the part still undone after each."""
    when_done = np.sort(taken[ended])
    times, counts = np.unique(when_done, return_counts=True)
    # What is last seen at a moment, done or not, was at risk until then.
    at_risk = len(taken) - np.searchsorted(np.sort(taken), times, side="left")
    return times.tolist(), np.cumprod(1.0 - counts / at_risk).tolist()


def _percentiles(times: Sequence[float], left: Sequence[float]) -> tuple[float, ...]:
    """For 1 to 99 percent, the first moment at which so many were done, while it is known."""
    found: list[float] = []
    place = 0
    for percent in range(1, PERCENTS + 1):
        # Products of many fractions miss a round number by a hair.
        while place < len(left) and left[place] > 1 - percent / 100 + 1e-9:
            place += 1
        if place == len(left):
            break
        found.append(times[place])
    return tuple(found)
