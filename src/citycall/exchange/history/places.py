"""Where a record is: its point, its words for the place, and what kind of place these are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from citycall.exchange.history.faults import Oddity
from citycall.exchange.history.fields import Fields, one_line, pairs, reals, translated
from citycall.exchange.history.mapping import HistoryMapping
from citycall.places.models import LocationKind

Mask = NDArray[np.bool_]
Reals = NDArray[np.float64]
Note = Callable[[Oddity, Mask], None]

LONGEST_PLACE = 300
_CORNER = r"(?i)^intersection of | & | @ "
_HOUSE = r"^[0-9]"


@dataclass(frozen=True, slots=True)
class Placed:
    """The columns that say where; coordinates are NaN where a record has none."""

    kinds: Any
    longitudes: Reals
    latitudes: Reals
    places: Any
    directions: Any


def places_of(fields: Fields, mapping: HistoryMapping, note: Note) -> Placed:
    """Where each record is."""
    longitudes, latitudes = _points(fields, note)
    words = pc.fill_null(one_line(fields.text("place")), "")
    too_long = pc.greater(pc.utf8_length(words), LONGEST_PLACE)
    note(Oddity.LONG_PLACE, too_long.to_numpy(zero_copy_only=False))
    directions = pc.fill_null(fields.text("directions"), "")
    told_whole = pc.binary_join_element_wise(words, directions, "\n")
    return Placed(
        kinds=_kinds(fields, mapping, words, ~np.isnan(longitudes)),
        longitudes=longitudes,
        latitudes=latitudes,
        places=pc.utf8_slice_codeunits(words, 0, LONGEST_PLACE),
        directions=pc.if_else(too_long, told_whole, directions),
    )


def _points(fields: Fields, note: Note) -> tuple[Reals, Reals]:
    told_x, told_y = fields.text("longitude"), fields.text("latitude")
    pair_y, pair_x = pairs(fields.text("point"))
    either = pc.and_(pc.is_valid(told_x), pc.is_valid(told_y))
    x, bad_x = reals(pc.if_else(either, told_x, pair_x))
    y, bad_y = reals(pc.if_else(either, told_y, pair_y))
    # Zero and zero is how many systems write that they do not know.
    nowhere = (x == 0) & (y == 0)
    off = (np.abs(x) > 180) | (np.abs(y) > 85)
    note(Oddity.BAD_POINT, bad_x | bad_y | off)
    lost = nowhere | off | np.isnan(x) | np.isnan(y)
    x[lost] = y[lost] = np.nan
    note(Oddity.NO_POINT, lost)
    return x, y


def _kinds(fields: Fields, mapping: HistoryMapping, words: Any, has_point: Mask) -> Any:
    """What the source calls the place, or what its words look like."""
    pointed = pa.array(has_point)
    kinds = pc.if_else(pointed, LocationKind.POINT.value, LocationKind.WORDS.value)
    kinds = pc.if_else(pc.match_substring_regex(words, _HOUSE), LocationKind.ADDRESS.value, kinds)
    kinds = pc.if_else(
        pc.match_substring_regex(words, _CORNER), LocationKind.INTERSECTION.value, kinds
    )
    told = fields.text("location_kind")
    names = {name: kind.value for name, kind in mapping.location_kinds.items()}
    known = translated(told, names)
    # A point on the map needs one.
    pointless = pc.and_(pc.equal(known, LocationKind.POINT.value), pc.invert(pointed))
    known = pc.if_else(pc.fill_null(pointless, False), None, known)  # noqa: FBT003
    return pc.coalesce(known, kinds)
