"""Areas in memory: which areas hold a point, for one point quickly and for many at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon

from citycall.core.errors import NotFound
from citycall.places.coordinates import METRES_PER_DEGREE, Point

Ids = NDArray[np.int64]
# So many points are looked up at a time, so that a file of ten million needs no more memory.
AT_ONCE = 250_000
# Two layers' borders never match to the metre; areas that share less than this part of the
# smaller one are neighbours, not overlapping.
SHARED_PART = 0.01


class UnknownArea(NotFound):
    """There is no area of this id."""

    code = "unknown_area"


@dataclass(frozen=True, slots=True)
class AreaRef:
    """An area as others speak of it. ``layer`` and ``code`` stay the same between cities' loads.

    ``phone`` and ``website`` are how to reach the body of a neighbor area, where known.
    """

    id: int
    layer: str
    code: str
    name: str
    phone: str = ""
    website: str = ""
    retired: bool = False

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class StoredArea:
    """An area with its shape, in degrees of longitude and latitude."""

    ref: AreaRef
    shape: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class AreasOfPoints:
    """The areas of many points: for each layer an area id per point, -1 where there is none."""

    by_layer: Mapping[str, Ids]
    points: int

    def rows(self) -> Iterator[list[int]]:
        """For each point, in order, the ids of its areas in the order of the layers."""
        if not self.by_layer:
            yield from ([] for _point in range(self.points))
            return
        for row in np.column_stack(list(self.by_layer.values())).tolist():
            yield [area_id for area_id in row if area_id >= 0]


class _Cover:
    """Shapes that can be asked which of them hold a point; borders belong to the shape."""

    def __init__(self, shapes: Sequence[Polygon | MultiPolygon]) -> None:
        self.shapes = np.array(shapes, dtype=object)
        shapely.prepare(self.shapes)
        self.tree = shapely.STRtree(self.shapes)
        bounds = shapely.bounds(self.shapes).reshape(-1, 4).T
        self._west, self._south, self._east, self._north = map(np.ascontiguousarray, bounds)
        # GEOS builds its indexes at the first question, which is not safe in two threads at
        # once: ask every shape once here.
        for shape in shapes:
            west, south, east, north = shape.bounds
            self.holding((west + east) / 2, (south + north) / 2)

    def holding(self, longitude: float, latitude: float) -> list[int]:
        """Positions of the shapes that hold the point, lowest first."""
        # Comparing all bounds at once is quicker for one point than asking the tree.
        across = (self._west <= longitude) & (longitude <= self._east)
        near = np.flatnonzero(across & (self._south <= latitude) & (latitude <= self._north))
        if not len(near):
            return []
        held = near[shapely.intersects_xy(self.shapes[near], longitude, latitude)]
        positions: list[int] = held.tolist()
        return positions

    def pairs(
        self, longitudes: NDArray[np.float64], latitudes: NDArray[np.float64]
    ) -> tuple[Ids, Ids]:
        """Positions of points and of the shapes that hold them."""
        points, shapes = self.tree.query(shapely.points(longitudes, latitudes))
        held = shapely.intersects_xy(self.shapes[shapes], longitudes[points], latitudes[points])
        return points[held], shapes[held]


class AreaIndex:
    """An immutable picture of all layers.

    A point on a border, or where a layer's areas overlap, belongs to that one of them whose code
    comes first; so the answer is the same in every process and for every way of asking.
    """

    def __init__(
        self,
        *,
        partitions: Iterable[StoredArea] = (),
        boundary: Iterable[StoredArea] = (),
        neighbors: Iterable[StoredArea] = (),
        retired: Iterable[AreaRef] = (),
    ) -> None:
        self._stored = sorted(partitions, key=lambda area: (area.ref.layer, area.ref.code))
        self._refs = [area.ref for area in self._stored]
        self.layers: tuple[str, ...] = tuple(dict.fromkeys(ref.layer for ref in self._refs))
        numbers = {layer: number for number, layer in enumerate(self.layers)}
        self._layer_of = np.array([numbers[ref.layer] for ref in self._refs], dtype=np.int64)
        self._ids = np.array([ref.id for ref in self._refs], dtype=np.int64)
        self._areas = _Cover([area.shape for area in self._stored])
        self._outline = [area.shape for area in boundary]
        self._boundary = _Cover(self._outline)
        neighbors = sorted(neighbors, key=lambda area: (area.ref.layer, area.ref.code))
        self._neighbor_refs = [area.ref for area in neighbors]
        self._neighbors = _Cover([area.shape for area in neighbors])
        self._by_id = {ref.id: ref for ref in (*self._refs, *self._neighbor_refs, *retired)}
        self._by_code = {(ref.layer, ref.code): ref for ref in self._by_id.values()}

    def at(self, longitude: float, latitude: float) -> tuple[AreaRef, ...]:
        """The partition areas that hold the point, one of each layer, in the order of layers."""
        refs = self._refs
        found: dict[str, AreaRef] = {}
        for position in self._areas.holding(longitude, latitude):
            found.setdefault(refs[position].layer, refs[position])
        return tuple(found.values())

    def neighborhood_at(self, longitude: float, latitude: float) -> AreaRef | None:
        """The neighborhood that holds the point, where the city has such a layer."""
        here = self.at(longitude, latitude)
        return next((area for area in here if area.layer.startswith("neighborhood")), None)

    def at_many(self, longitudes: ArrayLike, latitudes: ArrayLike) -> AreasOfPoints:
        """The partition areas of n points, given as two arrays of n degrees (NaN: no point)."""
        x, y = (np.asarray(values, dtype=np.float64) for values in (longitudes, latitudes))
        if x.ndim != 1 or x.shape != y.shape:
            raise ValueError(f"expected two arrays of one length, got {x.shape} and {y.shape}")
        ids = np.full((len(self.layers), len(x)), -1, dtype=np.int64)
        for start in range(0, len(x), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            points, shapes = self._areas.pairs(x[part], y[part])
            # Written from the last to the first, so that the lowest position stays.
            order = np.argsort(-shapes, kind="stable")
            points, shapes = points[order], shapes[order]
            ids[self._layer_of[shapes], points + start] = self._ids[shapes]
        return AreasOfPoints(dict(zip(self.layers, ids, strict=True)), len(x))

    def inside_city(self, longitude: float, latitude: float) -> bool:
        """Whether the point is in the city; true everywhere while no boundary is loaded."""
        return not self._outline or bool(self._boundary.holding(longitude, latitude))

    def metres_to_city(self, longitude: float, latitude: float) -> float:
        """How far outside the boundary a point lies, in metres; 0 inside. For nearby points."""
        if self.inside_city(longitude, latitude):
            return 0.0
        # Degrees shrunk to the same length both ways, so that the nearest is the nearest.
        shrink = np.array([np.cos(np.radians(latitude)), 1.0])
        outline = shapely.transform(self._outline, lambda xy: xy * shrink)
        point = shapely.points(longitude * shrink[0], latitude)
        return float(np.min(shapely.distance(outline, point))) * METRES_PER_DEGREE

    def neighbor_at(self, longitude: float, latitude: float) -> AreaRef | None:
        """The neighbouring body whose area holds the point, if one is loaded."""
        held = self._neighbors.holding(longitude, latitude)
        return self._neighbor_refs[held[0]] if held else None

    def area(self, area_id: int) -> AreaRef:
        """A partition or neighbor area, retired ones too; raises ``UnknownArea``."""
        try:
            return self._by_id[area_id]
        except KeyError:
            raise UnknownArea(_("There is no such area."), field="area") from None

    def areas_of(self, area_ids: Collection[int]) -> tuple[AreaRef, ...]:
        """The areas of these ids, in their order; ids that no longer exist are left out."""
        return tuple(self._by_id[area_id] for area_id in area_ids if area_id in self._by_id)

    def find(self, layer: str, code: str) -> AreaRef | None:
        """The area of this code in this layer, retired ones too."""
        return self._by_code.get((layer, code))

    def of_layer(self, layer: str) -> tuple[AreaRef, ...]:
        """The present areas of a partition layer, by code."""
        return tuple(ref for ref in self._refs if ref.layer == layer)

    def can_share_point(self, first: int, second: int) -> bool:
        """Whether one point can be in both areas of these ids: not so within one layer."""
        if first == second:
            return first in self._position
        at_first, at_second = self._position.get(first), self._position.get(second)
        if at_first is None or at_second is None:
            return False
        if self._layer_of[at_first] == self._layer_of[at_second]:
            return False
        a, b = self._stored[at_first].shape, self._stored[at_second].shape
        if not a.intersects(b):
            return False
        return bool(a.intersection(b).area > SHARED_PART * min(a.area, b.area))

    @cached_property
    def middle(self) -> Point | None:
        """A (longitude, latitude) in the middle of what is loaded, if anything is."""
        shapes = self._outline or [area.shape for area in self._stored]
        if not shapes:
            return None
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        return (west + east) / 2, (south + north) / 2

    @cached_property
    def _position(self) -> Mapping[int, int]:
        return {ref.id: position for position, ref in enumerate(self._refs)}
