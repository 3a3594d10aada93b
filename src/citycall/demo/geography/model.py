"""The things a generated city is made of; all positions are WGS 84 degrees (EPSG:4326)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Point, Polygon

Area = Polygon | MultiPolygon
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Segment:
    """One block of a street; its line runs in the direction of rising house numbers."""

    code: str
    street: str
    road_class: str  # arterial, collector, local or alley
    geometry: LineString
    left_from: int
    left_to: int
    right_from: int
    right_to: int
    zip_left: str
    zip_right: str
    from_node: int
    to_node: int
    length_m: float
    lot_width_m: float


@dataclass(frozen=True)
class Intersection:
    """Where two differently named streets meet; a corner of three names is three of these."""

    code: str
    name: str
    streets: tuple[str, str]
    node: int
    point: Point


@dataclass(frozen=True)
class Park:
    """A park with its one official street address."""

    code: str
    name: str
    aliases: tuple[str, ...]
    address: str
    polygon: Area
    area_m2: float


@dataclass(frozen=True)
class Feature:
    """A named part of a park: a field, a playground, an entrance and the like."""

    code: str
    name: str
    kind: str  # field, court, playground, entrance, pavilion, garden, ...
    aliases: tuple[str, ...]
    parent: str  # the park's name
    geometry: Polygon | Point

    @cached_property
    def point(self) -> Point:
        """The position to send a crew to."""
        return _middle(self.geometry)


@dataclass(frozen=True)
class Landmark:
    """A named place that people know; `kind` is its kind in the gazetteer."""

    code: str
    name: str
    kind: str  # landmark, public_building, school or bridge
    subtype: str
    aliases: tuple[str, ...]
    address: str  # empty for bridges
    point: Point


@dataclass(frozen=True)
class Pole:
    """A street light with the number that is painted on it."""

    code: str
    location: str
    point: Point


@dataclass(frozen=True)
class Stop:
    """A rail station or bus stop with the operator's number and the lines that call there."""

    code: str
    name: str
    kind: str  # station or stop
    lines: tuple[str, ...]
    point: Point


@dataclass(frozen=True)
class AreaShape:
    """One area of a layer."""

    code: str
    name: str
    polygon: Area
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Layer:
    """A set of areas; every layer except `neighbors` partitions the city."""

    code: str
    name: str
    areas: tuple[AreaShape, ...]


@dataclass(frozen=True)
class AddressTable:
    """Every address of the city, one row each; `neighborhood` indexes the layer's areas.

    `weight` is the expected number of residents; its sum is the city's population.
    """

    lon: Floats
    lat: Floats
    number: Ints
    segment: Ints
    text: Texts
    neighborhood: Ints
    weight: Floats

    @cached_property
    def cumulative_weight(self) -> Floats:
        """Running sum of `weight`, for drawing addresses by population."""
        return np.cumsum(self.weight)


@dataclass(frozen=True, eq=False)
class City:
    """The whole generated city."""

    name: str
    state: str
    seed: int
    boundary: Area
    water: Area
    streets: tuple[Segment, ...]
    intersections: tuple[Intersection, ...]
    parks: tuple[Park, ...]
    features: tuple[Feature, ...]
    landmarks: tuple[Landmark, ...]
    poles: tuple[Pole, ...]
    stops: tuple[Stop, ...]
    layers: Mapping[str, Layer]
    addresses: AddressTable

    @cached_property
    def segments_of(self) -> Mapping[str, tuple[Segment, ...]]:
        """Segments by street name in lower case, in the order of their house numbers."""
        found: dict[str, list[Segment]] = {}
        for segment in self.streets:
            found.setdefault(segment.street.casefold(), []).append(segment)
        return {name: tuple(sorted(parts, key=_first_number)) for name, parts in found.items()}


def _first_number(segment: Segment) -> int:
    return min(segment.left_from, segment.right_from)


def _middle(geometry: Polygon | Point) -> Point:
    if isinstance(geometry, Point):
        return geometry
    x, y = np.round(geometry.centroid.coords[0], 6)
    return Point(float(x), float(y))
