"""Positions along blocks: where a house number stands, and what number a position has."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString

from citycall.places.coordinates import METRES_PER_DEGREE
from citycall.places.search.picture import NO_NUMBER, BlockTable

# Houses stand back from the middle of their street, and none stands in the crossing.
SET_BACK_M = 13.0
FROM_CORNER_M = 9.0
LEFT, RIGHT = 0, 1
# Cities give whole hundreds to blocks whose houses need fewer: such a side ends in 98 or 99.
WHOLE_HUNDRED = 97
# Numbers beyond what would fit the block are pressed into this last part of it.
LAST_PART = 0.2


@dataclass(frozen=True, slots=True)
class OnBlock:
    """A number on a block: its side (0 left, 1 right) and how well it fits, from 0 to 1."""

    block: int
    side: int
    share: float
    fit: float


def place_number(table: BlockTable, block: int, number: int) -> OnBlock | None:
    """Where a house number falls on a block, if it does."""
    best: OnBlock | None = None
    for side in (LEFT, RIGHT):
        start, end = table.numbers[block, 2 * side : 2 * side + 2].tolist()
        low, high = min(start, end), max(start, end)
        if NO_NUMBER in {start, end} or not low <= number <= high:
            continue
        share = _share(table, block, number, low, high)
        fit = 1.0 if number % 2 == start % 2 or start % 2 != end % 2 else 0.9
        if best is None or fit > best.fit:
            best = OnBlock(block, side, share if start <= end else 1.0 - share, fit)
    return best


def _share(table: BlockTable, block: int, number: int, low: int, high: int) -> float:
    """How far along its side a number stands, from 0 at the lower end to 1.

    Where the side's numbers are a whole hundred, its houses are as wide as others around, which
    most often leaves the hundred's upper part unused.
    """
    if high % 100 < WHOLE_HUNDRED:
        return (number - low + 1) / (high - low + 2)
    lots = (high - low) / 2 + 1
    room = (float(table.metres[block]) - 2 * FROM_CORNER_M) / table.lot_width_near(block)
    fitting = min(max(room, 1.0), lots)
    at, regular = (number - low) / 2 + 0.5, fitting * (1.0 - LAST_PART)
    if at <= regular:
        return at / fitting
    return 1.0 - LAST_PART + LAST_PART * min((at - regular) / max(lots - regular, 1.0), 1.0)


def gap_to(table: BlockTable, block: int, number: int) -> int:
    """How far a number is from those of a block; a large figure where it has none."""
    known = table.numbers[block]
    known = known[known != NO_NUMBER]
    if not len(known):
        return 10**9
    return int(max(known.min() - number, number - known.max(), 0))


def point_on(
    line: LineString, share: float, *, side: int | None, inset_m: float = FROM_CORNER_M
) -> tuple[float, float]:
    """(longitude, latitude) at a share of a line's length, set back to one side where told."""
    flat, stretch = _flat(line)
    length = flat.length
    inset = inset_m if length > 4 * inset_m else 0.0
    along = inset + min(max(share, 0.0), 1.0) * (length - 2 * inset)
    x, y = flat.interpolate(along).coords[0]
    if side is not None:
        (x0, y0), (x1, y1) = _around(flat, along)
        east, north = x1 - x0, y1 - y0
        norm = float(np.hypot(east, north)) or 1.0
        sign = 1.0 if side == LEFT else -1.0
        x, y = x - sign * north / norm * SET_BACK_M, y + sign * east / norm * SET_BACK_M
    return x / stretch[0], y / stretch[1]


def _flat(line: LineString) -> tuple[LineString, tuple[float, float]]:
    latitude = line.coords[0][1]
    stretch = (METRES_PER_DEGREE * float(np.cos(np.radians(latitude))), METRES_PER_DEGREE)
    return shapely.transform(line, lambda xy: xy * np.array(stretch)), stretch


def _around(flat: LineString, along: float) -> tuple[tuple[float, float], tuple[float, float]]:
    before = flat.interpolate(max(along - 2.0, 0.0)).coords[0]
    after = flat.interpolate(min(along + 2.0, flat.length)).coords[0]
    return (before[0], before[1]), (after[0], after[1])
