"""Clusters in space and time of one service: the space-time permutation scan statistic.

Cylinders of hexagons and weeks are compared with what the service's own usual places and its own
seasons give (Kulldorff, Heffernan, Hartman, Assuncao and Mostashari 2005): a busy place is no
cluster by being busy, nor is a busy week.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from citycall.analytics.places.chances import by_replication

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]

# Rings of hexagons around a middle one, and weeks that a cluster may last.
RINGS: Final = (0, 1, 2, 3)
WEEKS: Final = (1, 2, 3, 4, 6, 8)
# Fewer are nothing that a meeting could act on, and more than this part is no place but the city.
FEWEST: Final = 4
LARGEST_PART: Final = 0.25
# A log-likelihood ratio that chance exceeds somewhere in nearly every study.
WEAKEST: Final = 3.0
REPLICATES: Final = 199
# Clusters of one service that lie on each other in space, and this near in time, are one.
APART_WEEKS: Final = 4
MOST: Final = 5


@dataclass(frozen=True)
class Cases:
    """The problems of one service: the hexagon (an index) and the week of each."""

    hexagons: Sequence[int]
    where: Ints
    week: Ints
    weeks: int

    @property
    def grid(self) -> Ints:
        """How many there were, by hexagon and week."""
        return self._counted(self.week)

    def shuffled(self, rng: np.random.Generator) -> Ints:
        """The same places and the same weeks, put together by chance."""
        return self._counted(rng.permutation(self.week))

    def _counted(self, week: Ints) -> Ints:
        size = len(self.hexagons) * self.weeks
        flat = np.bincount(self.where * self.weeks + week, minlength=size).astype(np.int32)
        return flat.reshape(len(self.hexagons), self.weeks)


@dataclass(frozen=True, slots=True)
class Cylinder:
    """A place and a time that hold more than expected; weeks are counted from the study's first.

    ``until`` is the first week after it. ``chance`` is that of so strong a cluster anywhere in the
    service's study if times and places had nothing to do with each other.
    """

    middle: int
    rings: int
    hexagons: tuple[int, ...]
    since: int
    until: int
    observed: int
    expected: float
    strength: float
    chance: float


class _Shapes:
    """Every disk of hexagons, and what every cylinder expects."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        grid = cases.grid
        self.total = int(grid.sum())
        self.disks, self.middles, self.rings = _disks(cases.hexagons, grid.sum(axis=1))
        usual = self.disks @ grid.sum(axis=1)
        by_week = np.concatenate([[0], np.cumsum(grid.sum(axis=0))])
        self.windows = [w for w in WEEKS if w <= cases.weeks // 3]
        self.expected = [
            usual[:, None] * (by_week[w:] - by_week[:-w])[None, :] / max(self.total, 1)
            for w in self.windows
        ]

    def strengths(self, running: Ints, window: int) -> tuple[Ints, Ints, Floats]:
        """Disk, first week and log-likelihood ratio of the cylinders that hold too many."""
        width = self.windows[window]
        inside = running[:, width:] - running[:, :-width]
        enough = np.flatnonzero(inside >= FEWEST)
        count, usual = inside.ravel()[enough].astype(float), self.expected[window].ravel()[enough]
        # The likelihood ratio is at most half of this: what cannot matter needs no logarithm.
        many = (count > usual) & ((count - usual) ** 2 > 2 * WEAKEST * usual)
        enough, count, usual = enough[many], count[many], usual[many]
        rest, other = self.total - count, self.total - usual
        outside = rest * np.log(np.maximum(rest, 1e-9) / np.maximum(other, 1e-9))
        disk, week = np.divmod(enough, inside.shape[1])
        return disk, week, count * np.log(count / usual) + outside

    def running(self, grid: Ints) -> Ints:
        """How many each disk had held before each week."""
        running = np.zeros((self.disks.shape[0], self.cases.weeks + 1), dtype=np.int32)
        np.cumsum(self.disks @ grid, axis=1, out=running[:, 1:])
        return running

    def strongest(self, grid: Ints) -> float:
        """The largest log-likelihood ratio of all cylinders."""
        running = self.running(grid)
        found = [self.strengths(running, window)[2] for window in range(len(self.windows))]
        return max((float(each.max()) for each in found if len(each)), default=0.0)

    def listed(self, grid: Ints) -> list[Cylinder]:
        """All cylinders that hold too many, the strongest first; their chances not known yet."""
        running = self.running(grid)
        found = [self.strengths(running, window) for window in range(len(self.windows))]
        rows = [
            (float(s), window, int(d), int(w))
            for window, each in enumerate(found)
            for d, w, s in zip(*each, strict=True)
        ]
        rows.sort(key=lambda row: -row[0])
        return [self._cylinder(grid, *row) for row in _apart(rows, self)]

    def members(self, disk: int) -> Ints:
        """The hexagons of a disk that have any case at all, by index."""
        return np.asarray(self.disks.indices[self.disks.indptr[disk] : self.disks.indptr[disk + 1]])

    def _cylinder(self, grid: Ints, strength: float, window: int, disk: int, week: int) -> Cylinder:
        members, until = self.members(disk), week + self.windows[window]
        return Cylinder(
            middle=self.middles[disk],
            rings=self.rings[disk],
            hexagons=tuple(self.cases.hexagons[m] for m in members.tolist()),
            since=week,
            until=until,
            observed=int(grid[members, week:until].sum()),
            expected=float(self.expected[window][disk, week]),
            strength=strength,
            chance=1.0,
        )


def _disks(hexagons: Sequence[int], cases: Ints) -> tuple[sparse.csr_array, list[int], list[int]]:
    """Which hexagons lie within so many rings of each, a row each; their middles and rings.

    A disk that holds no more hexagons with cases than the next smaller one is left out, and so is
    one that holds too much of the city.
    """
    index = {cell: n for n, cell in enumerate(hexagons)}
    columns: list[int] = []
    ends, middles, rings_of = [0], [], []
    most = LARGEST_PART * float(cases.sum())
    for cell in hexagons:
        before = 0
        for rings in RINGS:
            near = sorted(index[other] for other in h3.grid_disk(cell, rings) if other in index)
            if len(near) > before and float(cases[near].sum()) <= most:
                columns += near
                ends.append(len(columns))
                middles.append(cell)
                rings_of.append(rings)
            before = len(near)
    ones = np.ones(len(columns), dtype=np.int32)
    disks = sparse.csr_array((ones, columns, ends), shape=(len(middles), len(hexagons)))
    return disks, middles, rings_of


def _apart(
    rows: list[tuple[float, int, int, int]], shapes: _Shapes
) -> list[tuple[float, int, int, int]]:
    """The strongest, and those after it that neither lie nor happen where a stronger one does."""
    kept: list[tuple[set[int], int, int]] = []
    found = []
    for row in rows:
        _strength, window, disk, week = row
        until = week + shapes.windows[window]
        place = set(shapes.members(disk).tolist())
        if any(
            place & other and week < last + APART_WEEKS and until > first - APART_WEEKS
            for other, first, last in kept
        ):
            continue
        kept.append((place, week, until))
        found.append(row)
        if len(found) == MOST:
            break
    return found


def scan(cases: Cases, *, rng: np.random.Generator, replicates: int = REPLICATES) -> list[Cylinder]:
    """The strongest clusters of a service with their chances; the likeliest by far comes first.

    Later ones are judged against the strongest of every replicate, which is careful.
    """
    if len(cases.where) < FEWEST:
        return []
    shapes = _Shapes(cases)
    found = shapes.listed(cases.grid)
    judged = []
    for each in found:
        chance = by_replication(
            each.strength,
            lambda: shapes.strongest(cases.shuffled(rng)),
            most=replicates,
        )
        judged.append(replace(each, chance=chance))
        if chance > 0.05:
            break
    return judged
