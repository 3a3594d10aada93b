"""Problems that somebody told of as a new one: requests that repeat another, merged later.

They are further reports like the others and follow the same true rate: were they sprinkled evenly
over the city, they would hide how readily each neighborhood tells.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from citycall.demo.history.incidents import Incidents, Ints, Moments

# Of all requests, and how far in the list the row that takes over a further report may stand.
SHARE: Final = 0.03
NEAR: Final = 20


@dataclass(frozen=True)
class Told:
    """Further reports of each row, and for each row the one that it repeats, or -1."""

    rows: Ints
    at: Moments
    parent: Ints


def as_requests(
    found: Incidents, told: Ints, told_at: Moments, family: NDArray[np.bool_], seed: list[int]
) -> Told:
    """Let some rows be further reports that came as requests of their own.

    A row is taken that was told at about the time, and is not of a ``family`` of its own; it takes
    over the service and the place of what it repeats. Its own problem is no longer part of the
    history.
    """
    count = len(found)
    rng = np.random.default_rng(seed)
    most = min(round(SHARE * count), len(told) // 2)
    picked = rng.choice(len(told), most, replace=False)
    free = ~family
    free[told[picked]] = False
    parent = np.full(count, -1)
    kept = np.ones(len(told), dtype=bool)
    for one in picked.tolist():
        place, source = int(np.searchsorted(found.at, told_at[one])), int(told[one])
        taken = next((n for n in _around(place) if source < n < count and free[n]), None)
        if taken is None:
            continue
        free[taken] = kept[one] = False
        parent[taken] = source
    _move(found, parent, rng)
    kept &= parent[told] < 0
    return Told(rows=told[kept], at=told_at[kept], parent=parent)


def _around(place: int) -> list[int]:
    """Places in the list, the nearest first."""
    return [place + step for n in range(NEAR) for step in (n, -n - 1)]


def _move(found: Incidents, parent: Ints, rng: np.random.Generator) -> None:
    """Ten metres or so apart, as people point."""
    chosen = np.flatnonzero(parent >= 0)
    source = parent[chosen]
    for name in ("service", "place", "kind", "neighborhood", "repeat_place"):
        getattr(found, name)[chosen] = getattr(found, name)[source]
    found.longitude[chosen] = found.longitude[source] + rng.normal(0, 1e-4, len(chosen))
    found.latitude[chosen] = found.latitude[source] + rng.normal(0, 8e-5, len(chosen))
