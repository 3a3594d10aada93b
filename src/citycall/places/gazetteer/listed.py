"""Corners that the city lists: taken where the network does not show them already."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely import Point as Dot

from citycall.places.gazetteer.alleys import is_made_up
from citycall.places.gazetteer.built import BadRow, BuiltCorner, Codes, Refused, clean
from citycall.places.gazetteer.ground import Ground
from citycall.places.gazetteer.manifest import CornersLayer
from citycall.places.gazetteer.network import FoundCorner, bare, corner_key
from citycall.places.gazetteer.readers import Row
from citycall.places.gazetteer.wordings import told
from citycall.places.street_names import standard

SAME_CORNER_M = 30.0


def add_listed(
    code: str,
    layer: CornersLayer,
    rows: Iterable[Row],
    ground: Ground,
    codes: Codes,
    known: Sequence[FoundCorner],
) -> tuple[list[BuiltCorner], int, list[Refused]]:
    """The listed corners that the known ones lack, how many they had, and the rows refused.

    A listed corner may gather several that are known; of its streets only those are kept that
    meet nowhere near in the network.
    """
    read, refused = _read(code, layer, rows, ground, codes)
    near = _Near(known, ground)
    added = []
    for corner in read:
        streets = _lacking(corner, near.corners(corner))
        if streets:
            added.append(replace(corner, streets=streets))
    return added, len(read) - len(added), refused


def _lacking(corner: BuiltCorner, known: Sequence[FoundCorner]) -> tuple[str, ...]:
    """The streets of a listed corner of which some pair is no known corner."""
    lacking: set[str] = set()
    for first, second in combinations(corner.streets, 2):
        pair = {bare(first), bare(second)}
        if len(pair) == 2 and not any(pair <= one.known for one in known):
            lacking |= {first, second}
    return tuple(sorted(lacking))


class _Near:
    def __init__(self, known: Sequence[FoundCorner], ground: Ground) -> None:
        self._ground, self._known = ground, known
        self._owner = [number for number, one in enumerate(known) for _node in one.nodes]
        nodes = np.array([node for one in known for node in one.nodes]).reshape(-1, 2)
        self._tree = shapely.STRtree(np.asarray(shapely.points(nodes), dtype=object))

    def corners(self, corner: BuiltCorner) -> list[FoundCorner]:
        dot = Dot(self._ground.to_metres([corner.point])[0])
        found = self._tree.query(dot, predicate="dwithin", distance=SAME_CORNER_M)
        return [self._known[self._owner[node]] for node in found.tolist()]


def _read(
    code: str, layer: CornersLayer, rows: Iterable[Row], ground: Ground, codes: Codes
) -> tuple[list[BuiltCorner], list[Refused]]:
    corners: list[BuiltCorner] = []
    refused: list[Refused] = []
    for row in rows:
        streets = _streets(layer, row)
        try:
            corners.append(_corner(code, layer, row, streets, ground, codes))
        except BadRow as error:
            own = told(layer.code, row.properties)
            refused.append(Refused(code, row.number, own, " & ".join(streets), str(error)))
    return corners, refused


def _streets(layer: CornersLayer, row: Row) -> tuple[str, ...]:
    texts = (told(name, row.properties) for name in layer.streets)
    parts = (part.strip() for text in texts for part in text.split(layer.separator))
    blank = layer.folded_blank()
    names = (
        standard(part)
        for part in parts
        if part and part.casefold() not in blank and not (layer.alleys_between and is_made_up(part))
    )
    return tuple(sorted(set(filter(None, names))))


def _corner(
    code: str,
    layer: CornersLayer,
    row: Row,
    streets: tuple[str, ...],
    ground: Ground,
    codes: Codes,
) -> BuiltCorner:
    if row.shape is None:
        raise BadRow(row.fault)
    fault = ground.fault_of(row.shape)
    if fault:
        raise BadRow(fault)
    if len(set(map(bare, streets))) < 2:
        raise BadRow(_("It names fewer than two streets."))
    for name in streets:
        clean(name)
    middle = row.shape if isinstance(row.shape, Dot) else row.shape.representative_point()
    point = (round(middle.x, 6), round(middle.y, 6))
    content = corner_key(streets, point)
    own = codes.take(code, layer.code, row.properties, content=content)
    return BuiltCorner(code=own, layer=code, streets=streets, point=point)
