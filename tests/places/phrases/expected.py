"""Where the phrases of this folder are, worked out from the city's own layers and nothing else.

A reference names features and never holds a copied coordinate:

    {layer: parks, name: "Herring Run Park"}     other keys must equal that property too
    {block: "HARFORD ROAD", number: 3200}        a house, by the segments' number ranges
    {block: "E MONUMENT ST", hundred: 1200}      the whole 1200 block
    {corner: ["LIGHT ST", "E PRATT ST"]}         where segments of both names end
    {between: ["E PRATT ST", "LIGHT ST", "S GAY ST"]}   the first street from second to third
    {longitude: -76.6, latitude: 39.3}           only for phrases that say a coordinate

A list of references means that any one of them is right. Street names are the layer's full names.
"""

import heapq
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyarrow import parquet
from shapely import LineString, MultiPoint, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

NEAR_M = 50.0
AROUND_A_NUMBER_M = 25.0
NAME_FIELDS = {
    "explore_baltimore": "title",
    "public_art": "title",
    "schools_21stc": "school_name",
}
# Metres of one degree east and north at 39.3 degrees: one scale is enough for one city.
SCALE = np.array([86_190.0, 111_020.0])
STREET_COLUMNS = ["fullname", "feanme", "fraddl", "toaddl", "fraddr", "toaddr", "geometry_wkb"]

Reference = Mapping[str, Any]
Node = tuple[float, float]
Range = tuple[int, int]


class NoSuchPlace(LookupError):
    """The layers hold nothing that the reference names."""


@dataclass(frozen=True)
class Segment:
    """A piece of street, drawn in metres."""

    street: str
    base: str
    ranges: tuple[Range, ...]
    line: LineString

    @property
    def ends(self) -> tuple[Node, Node]:
        first, *_, last = self.line.coords
        return (round(first[0], 1), round(first[1], 1)), (round(last[0], 1), round(last[1], 1))


@dataclass(frozen=True)
class Feature:
    properties: Mapping[str, Any]
    geometry: BaseGeometry


@dataclass(frozen=True)
class Expected:
    """One right place, in degrees."""

    geometry: BaseGeometry

    def is_right(self, longitude: float, latitude: float) -> bool:
        """Whether the point is inside the place or no more than 50 m from it."""
        there = to_metres(Point(longitude, latitude))
        return to_metres(self.geometry).distance(there) <= NEAR_M


class Layers:
    """The layers in a folder, each read when a reference first needs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.streets: dict[str, list[Segment]] = defaultdict(list)
        self.by_base: dict[str, list[Segment]] = defaultdict(list)
        for row in parquet.read_table(
            folder / "streets.parquet", columns=STREET_COLUMNS
        ).to_pylist():
            for segment in segments_of(row):
                self.streets[segment.street].append(segment)
                self.by_base[segment.base].append(segment)
        self.layer = cache(self._layer)

    def _layer(self, name: str) -> list[Feature]:
        content = json.loads((self.folder / f"{name}.geojson").read_text())
        return [
            Feature(row["properties"], shapely.from_geojson(json.dumps(row["geometry"])))
            for row in content["features"]
            if row["geometry"]
        ]

    def expected(self, references: Reference | Sequence[Reference]) -> Expected:
        """The place of one reference, or of several of which any is right; else NoSuchPlace."""
        several = [references] if isinstance(references, Mapping) else references
        found = shapely.union_all([self.geometry(reference) for reference in several])
        return Expected(found)

    def geometry(self, reference: Reference) -> BaseGeometry:
        """The geometry of one reference in degrees; never empty."""
        match reference:
            case {"layer": str(layer), **properties}:
                found = self.feature(layer, properties)
            case {"block": str(street), "number": int(number)}:
                found = to_degrees(self.house(street, number))
            case {"block": str(street), "hundred": int(hundred)}:
                found = to_degrees(self.hundred(street, hundred))
            case {"corner": [str(one), str(other)]}:
                found = to_degrees(MultiPoint(sorted(self.corner(one, other))))
            case {"between": [str(street), str(one), str(other)]}:
                found = to_degrees(self.between(street, one, other))
            case {"longitude": float(longitude), "latitude": float(latitude)}:
                found = Point(longitude, latitude)
            case _:
                raise NoSuchPlace(f"not a reference: {reference}")
        if found.is_empty:
            raise NoSuchPlace(f"nothing is {reference}")
        return found

    def feature(self, layer: str, properties: Mapping[str, Any]) -> BaseGeometry:
        name_field = NAME_FIELDS.get(layer, "name")
        wanted = {name_field if key == "name" else key: v for key, v in properties.items()}
        return shapely.union_all(
            [
                feature.geometry
                for feature in self.layer(layer)
                if all(feature.properties.get(key) == v for key, v in wanted.items())
            ]
        )

    def street(self, name: str) -> list[Segment]:
        if name not in self.streets:
            raise NoSuchPlace(f"there is no street {name}")
        return self.streets[name]

    def house(self, street: str, number: int) -> BaseGeometry:
        """The stretch around a house number, of the side with its parity if there is one."""
        for same_parity in (True, False):
            found = [
                piece
                for segment in self.street(street)
                for piece in stretches(segment, number, same_parity=same_parity)
            ]
            if found:
                return shapely.union_all(found)
        raise NoSuchPlace(f"no segment of {street} has the number {number}")

    def hundred(self, street: str, hundred: int) -> BaseGeometry:
        return shapely.union_all(
            [
                segment.line
                for segment in self.street(street)
                if any(overlaps(r, (hundred, hundred + 99)) for r in segment.ranges)
            ]
        )

    def nodes(self, street: str) -> set[Node]:
        return {end for segment in self.street(street) for end in segment.ends}

    def corner(self, one: str, other: str) -> set[Node]:
        found = self.nodes(one) & self.nodes(other)
        if not found:
            raise NoSuchPlace(f"{one} and {other} do not meet")
        return found

    def between(self, street: str, one: str, other: str) -> BaseGeometry:
        """The shortest way along one street from a corner with the second to one with the third."""
        starts, goals = self.corner(street, one), self.corner(street, other)
        path = shortest_path(self.street(street), starts, goals)
        if not path:
            raise NoSuchPlace(f"{street} does not lead from {one} to {other}")
        return shapely.union_all(path)

    def all_named(self, base: str) -> list[Segment]:
        """The segments of that name in any direction and of any type."""
        if base not in self.by_base:
            raise NoSuchPlace(f"there is no street {base}")
        return self.by_base[base]

    def metres_between(self, one: str, other: str) -> float:
        """How near two streets come, by their names without direction and type."""
        first, second = (
            shapely.union_all([segment.line for segment in self.all_named(base)])
            for base in (one, other)
        )
        return float(first.distance(second))


def to_metres(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda degrees: degrees * SCALE)


def to_degrees(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda metres: metres / SCALE)


def segments_of(row: Mapping[str, Any]) -> Iterator[Segment]:
    """A row's lines: few rows have more than one."""
    ranges = tuple(
        (row[first] or 0, row[last] or 0)
        for first, last in (("fraddl", "toaddl"), ("fraddr", "toaddr"))
        if row[first] or row[last]
    )
    for line in shapely.get_parts(to_metres(shapely.from_wkb(row["geometry_wkb"]))):
        if not line.is_empty:
            yield Segment(row["fullname"] or "", row["feanme"] or "", ranges, line)


def overlaps(one: Range, other: Range) -> bool:
    return min(one) <= max(other) and min(other) <= max(one)


def stretches(segment: Segment, number: int, *, same_parity: bool) -> Iterator[BaseGeometry]:
    for first, last in segment.ranges:
        fits = not same_parity or number % 2 in {first % 2, last % 2}
        if fits and min(first, last) <= number <= max(first, last):
            share = (number - first) / (last - first) if last != first else 0.5
            at = share * segment.line.length
            yield substring(
                segment.line,
                max(0.0, at - AROUND_A_NUMBER_M),
                min(segment.line.length, at + AROUND_A_NUMBER_M),
            )


def shortest_path(
    segments: Sequence[Segment], starts: set[Node], goals: set[Node]
) -> list[LineString]:
    """The lines of the shortest way from any start to any goal; none if there is no way."""
    ways: dict[Node, list[tuple[Node, LineString]]] = defaultdict(list)
    for segment in segments:
        one, other = segment.ends
        ways[one].append((other, segment.line))
        ways[other].append((one, segment.line))
    order = count()
    queue: list[tuple[float, int, Node, list[LineString]]] = [
        (0.0, next(order), start, []) for start in sorted(starts)
    ]
    seen: set[Node] = set()
    while queue:
        length, _, node, path = heapq.heappop(queue)
        if node in goals:
            return path
        if node in seen:
            continue
        seen.add(node)
        for following, line in ways[node]:
            step = (length + line.length, next(order), following, [*path, line])
            heapq.heappush(queue, step)
    return []
