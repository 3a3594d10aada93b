"""The gazetteer in memory: streets with their blocks, corners and houses, and named places."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from citycall.places.coordinates import METRES_PER_DEGREE
from citycall.places.models import AddressPoint, Block, Corner, LocationKind, Place
from citycall.places.search.kinds import KIND_OF
from citycall.places.search.names import NameIndex
from citycall.places.search.streets import StreetIndex

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NO_NUMBER = -1
# The width of lots is taken from cells of about half a kilometre and those around them.
CELL_DEGREES = 0.006
FEWEST_LOTS = 5
USUAL_LOT_M = 8.0


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A named place as the search needs it; ``reach_m`` is the radius its point stands for."""

    code: str
    kind: str
    name: str
    parent: str
    address: str
    longitude: float
    latitude: float
    reach_m: float

    @property
    def label(self) -> str:
        """The place's own name with what it lies in: ``Hooper's Field, Herring Run Park``."""
        return f"{self.name}, {self.parent}" if self.parent else self.name


@dataclass(frozen=True, slots=True)
class StreetCorner:
    """Where streets meet; ``streets`` are ids."""

    code: str
    streets: tuple[int, ...]
    longitude: float
    latitude: float


class BlockTable:
    """All blocks, a row each: street id, numbers on either side (-1: none), class and line."""

    def __init__(self, rows: Sequence[tuple[Any, ...]], street_ids: Mapping[str, int]) -> None:
        self.codes = [row[0] for row in rows]
        self.street: Ints = np.array([street_ids[row[1]] for row in rows], dtype=np.int64)
        # Columns: left from, left to, right from, right to.
        self.numbers: Ints = np.array(
            [[NO_NUMBER if n is None else n for n in row[3:7]] for row in rows], dtype=np.int64
        ).reshape(-1, 4)
        self.road_class = [row[2] for row in rows]
        self.zips = [(row[7], row[8]) for row in rows]
        self.lines = shapely.from_wkb([bytes(row[9]) for row in rows])
        order = np.argsort(self.street, kind="stable")
        self._order, self._sorted = order, self.street[order]
        # Worked out now, so that nobody's search waits for it.
        self.metres = _lengths_m(self.lines)
        self._cells = _cells(self.lines)
        self._widths = self._usual_widths()
        self.tree = shapely.STRtree(self.lines)

    def of_street(self, street: int) -> Ints:
        """The blocks of a street."""
        start, end = np.searchsorted(self._sorted, [street, street + 1])
        return self._order[start:end]

    def lot_width_near(self, block: int) -> float:
        """How wide houses are around a block in metres, from sides whose numbers are their own."""
        column, row = self._cells[block].tolist()
        return self._widths.get((column, row), self._widths[None])

    def _usual_widths(self) -> dict[tuple[int, int] | None, float]:
        """The usual width of a lot in each cell and its neighbours, and in the city (None)."""
        known: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
        for side in (0, 2):
            low = self.numbers[:, side : side + 2].min(axis=1)
            high = self.numbers[:, side : side + 2].max(axis=1)
            width = self.metres / ((high - low) / 2 + 1)
            own = (low > 0) & (high - low >= 6) & (high % 100 < 97) & (width > 3) & (width < 60)
            for (column, row), metres in zip(
                self._cells[own].tolist(), width[own].tolist(), strict=True
            ):
                known[column, row].append(metres)
        every = [metres for found in known.values() for metres in found]
        widths: dict[tuple[int, int] | None, float] = {None: _middle_of(every, USUAL_LOT_M)}
        for column, row in {(c, r) for c, r in self._cells.tolist()}:
            near = [
                metres
                for east in (-1, 0, 1)
                for north in (-1, 0, 1)
                for metres in known.get((column + east, row + north), ())
            ]
            if len(near) >= FEWEST_LOTS:
                widths[column, row] = _middle_of(near, USUAL_LOT_M)
        return widths


class Gazetteer:
    """An immutable picture of the gazetteer's tables."""

    def __init__(
        self,
        *,
        blocks: Sequence[tuple[Any, ...]] = (),
        street_aliases: Iterable[tuple[str, str]] = (),
        houses: Iterable[tuple[str, int, float, float]] = (),
        corners: Iterable[tuple[str, Sequence[str], float, float]] = (),
        places: Iterable[tuple[NamedPlace, Sequence[str]]] = (),
        shapes: Mapping[int, Any] | None = None,
    ) -> None:
        houses, corners = list(houses), list(corners)
        names = dict.fromkeys(row[1] for row in blocks)
        names.update(dict.fromkeys(row[0] for row in houses))
        names.update(dict.fromkeys(name for row in corners for name in row[1]))
        ids = {name: number for number, name in enumerate(names)}
        self.streets = StreetIndex(
            list(names), [(other, ids[name]) for other, name in street_aliases]
        )
        self.blocks = BlockTable(blocks, ids)
        self.houses = _houses(houses, ids)
        self.corners = [
            StreetCorner(code, tuple(ids[name] for name in names), x, y)
            for code, names, x, y in corners
        ]
        self.corners_of: dict[int, list[int]] = defaultdict(list)
        for number, corner in enumerate(self.corners):
            for street in corner.streets:
                self.corners_of[street].append(number)
        found = list(places)
        self.places = [place for place, _others in found]
        self.names = NameIndex(
            ((place.name, *others), f"{place.parent} {place.address}") for place, others in found
        )
        self.by_code = {
            _code_key(place.code): number
            for number, place in enumerate(self.places)
            if KIND_OF.get(place.kind) is LocationKind.ASSET
        }
        self._numbers = {place.code: number for number, place in enumerate(self.places)}
        # The places that are more than a point: their positions, and a tree of their shapes.
        self.shaped = list(shapes or ())
        self.shape_tree = shapely.STRtree(list((shapes or {}).values()))
        self._longitudes: Floats = np.array([place.longitude for place in self.places])
        self._latitudes: Floats = np.array([place.latitude for place in self.places])

    def __len__(self) -> int:
        return len(self.blocks.codes) + len(self.corners) + len(self.places)

    def places_near(
        self, longitude: float, latitude: float, *, metres: float
    ) -> Iterator[NamedPlace]:
        """The named places whose point lies in a square of twice this width around a point."""
        north = metres / METRES_PER_DEGREE
        east = north / max(float(np.cos(np.radians(latitude))), 0.01)
        near = (abs(self._longitudes - longitude) <= east) & (
            abs(self._latitudes - latitude) <= north
        )
        return (self.places[number] for number in np.flatnonzero(near).tolist())

    def place_named(self, code: str) -> NamedPlace | None:
        """The place that has exactly this code in the gazetteer."""
        number = self._numbers.get(code)
        return self.places[number] if number is not None else None

    def shape_of(self, code: str) -> Any:
        """The shape of the place with this code; none where it is but a point."""
        number = self._numbers.get(code)
        at = self.shaped.index(number) if number in self.shaped else None
        return None if at is None else self.shape_tree.geometries[at]

    def place_of_code(self, text: str) -> NamedPlace | None:
        """The place whose own number or code this is, case and separators aside."""
        number = self.by_code.get(_code_key(text))
        return self.places[number] if number is not None else None


def _lengths_m(lines: Any) -> Floats:
    middle = shapely.get_coordinates(lines)[:, 1].mean() if len(lines) else 0.0
    stretch = METRES_PER_DEGREE * np.array([np.cos(np.radians(middle)), 1.0])
    lengths: Floats = shapely.length(shapely.transform(lines, lambda xy: xy * stretch))
    return lengths


def _cells(lines: Any) -> Ints:
    """The column and row of the cell that each line's middle lies in."""
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    cells: Ints = np.floor(shapely.get_coordinates(middles) / CELL_DEGREES).astype(np.int64)
    return cells


def _middle_of(values: Sequence[float], usual: float) -> float:
    return float(np.median(values)) if values else usual


def _code_key(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _houses(
    rows: Iterable[tuple[str, int, float, float]], ids: Mapping[str, int]
) -> dict[tuple[int, int], tuple[float, float]]:
    return {(ids[street], number): (x, y) for street, number, x, y in rows}


def load() -> Gazetteer:
    """The picture of the tables as they are now."""
    places, shapes = _places()
    others = Block.objects.exclude(other_names=[]).values_list("name", "other_names").distinct()
    fields = ("code", "name", "road_class", "left_from", "left_to", "right_from", "right_to")
    picture = Gazetteer(
        blocks=_rows(Block, (*fields, "zip_left", "zip_right", "shape")),
        street_aliases=[(other, name) for name, more in others for other in more],
        houses=_rows(AddressPoint, ("street", "number", "longitude", "latitude")),
        corners=_rows(Corner, ("code", "streets", "longitude", "latitude")),
        places=places,
        shapes=shapes,
    )
    # It stays until the next build: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    return picture


def _rows(model: Any, fields: Sequence[str]) -> list[Any]:
    return list(model.objects.order_by("pk").values_list(*fields))


def _places() -> tuple[list[tuple[NamedPlace, list[str]]], dict[int, Any]]:
    """The named places with their other names, and the shapes of those that have one."""
    fields = ("code", "kind", "name", "parent", "address", "longitude", "latitude", "accuracy_m")
    found, shapes = [], {}
    for number, row in enumerate(_rows(Place, (*fields, "aliases", "names", "shape"))):
        code, kind, name, parent, address, x, y, reach, aliases, names, stored = row
        if stored:
            shapes[number] = shape = shapely.from_wkb(bytes(stored))
            reach = reach or _reach_m(shape)
        place = NamedPlace(code, kind, name, parent, address, x, y, reach)
        found.append((place, [*aliases, *names.values()]))
    return found, shapes


def _reach_m(shape: Any) -> float:
    """Half of the diagonal: enough to say how exact the shape's point is."""
    west, south, east, north = shapely.bounds(shape).tolist()
    wide = (east - west) * METRES_PER_DEGREE * float(np.cos(np.radians((south + north) / 2)))
    return float(np.hypot(wide, (north - south) * METRES_PER_DEGREE)) / 2
