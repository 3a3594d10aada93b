"""How surprising a finding is: chances by replication, and which of many findings to believe."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

# Once so many replicates were as extreme, more of them would not change the verdict.
ENOUGH: Final = 10


def by_replication(observed: float, replicate: Callable[[], float], *, most: int) -> float:
    """The chance that nothing but chance gives as much as was observed.

    Stops early where it is plainly large (Besag and Clifford 1991). Where hardly any replicate came
    near, the tail is that of a Gumbel distribution fitted to them (Abrams, Kulldorff and Kleinman
    2010), so that few replicates can tell small chances apart.
    """
    seen: list[float] = []
    as_extreme = 0
    for number in range(1, most + 1):
        seen.append(replicate())
        as_extreme += seen[-1] >= observed
        if as_extreme >= ENOUGH:
            return as_extreme / number
    return from_replicates(observed, np.array(seen))


def from_replicates(observed: float, seen: Floats) -> float:
    """The chance of as much as was observed, after so many replicates."""
    as_extreme = int(np.sum(seen >= observed))
    by_rank = (as_extreme + 1) / (len(seen) + 1)
    spread = float(np.std(seen))
    if as_extreme >= ENOUGH or spread == 0.0:
        return by_rank
    scale = spread * np.sqrt(6) / np.pi
    middle = float(np.mean(seen)) - np.euler_gamma * scale
    return float(stats.gumbel_r.sf(observed, middle, scale))


def believed(chances: Sequence[float], *, false_share: float) -> list[bool]:
    """Which findings to believe, so that at most this share of them are false on average.

    Benjamini and Hochberg's rule over everything that was looked at, not only what stood out.
    """
    if not len(chances):
        return []
    p = np.asarray(chances)
    order = np.argsort(p)
    good = p[order] <= false_share * np.arange(1, len(p) + 1) / len(p)
    most = int(np.flatnonzero(good)[-1]) + 1 if good.any() else 0
    verdict = np.zeros(len(p), dtype=bool)
    verdict[order[:most]] = True
    return [bool(each) for each in verdict]
