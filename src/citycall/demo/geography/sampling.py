"""Random addresses and places, drawn by where people live; millions in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from .addressing import beside, numbers_of, share_along
from .model import AddressTable, Area, City, Floats, Ints, Landmark, Layer, Segment, Stop, Texts
from .plane import points_at, to_degrees, to_metres

PLACE_KINDS = (
    "address",
    "intersection",
    "park",
    "park_feature",
    "landmark",
    "public_building",
    "school",
    "station",
    "stop",
    "bridge",
    "pole",
    "segment",
)


class Sample(NamedTuple):
    """Drawn places: degrees, what people would say, and the index of the neighborhood."""

    lon: Floats
    lat: Floats
    text: Texts
    neighborhood: Ints


@dataclass(frozen=True)
class Place:
    """One drawn place; `code` is empty for plain addresses."""

    kind: str
    code: str
    text: str
    lon: float
    lat: float
    neighborhood: str


def sample_addresses(city: City, rng: np.random.Generator, n: int) -> Sample:
    """`n` addresses with replacement, each as likely as it has residents."""
    table = city.addresses
    total = table.cumulative_weight
    row = np.searchsorted(total, rng.random(n) * total[-1], side="right")
    return Sample(table.lon[row], table.lat[row], table.text[row], table.neighborhood[row])


def sample_places(city: City, rng: np.random.Generator, n: int, kind: str) -> Sample:
    """`n` places of one of PLACE_KINDS with replacement, busier neighborhoods more often.

    Raises ValueError for an unknown kind.
    """
    if kind == "address":
        return sample_addresses(city, rng, n)
    _, text, lonlat, neighborhood, total = _pool(city, kind)
    row = np.searchsorted(total, rng.random(n) * total[-1], side="right")
    return Sample(lonlat[row, 0], lonlat[row, 1], text[row], neighborhood[row])


def random_address(city: City, rng: np.random.Generator) -> Place:
    """One address, as likely as it has residents."""
    return random_place(city, rng, "address")


def random_place(city: City, rng: np.random.Generator, kind: str) -> Place:
    """One place of one of PLACE_KINDS. Raises ValueError for an unknown kind."""
    areas = city.layers["neighborhoods"].areas
    if kind == "address":
        drawn = sample_addresses(city, rng, 1)
        return Place(
            kind,
            "",
            str(drawn.text[0]),
            float(drawn.lon[0]),
            float(drawn.lat[0]),
            areas[int(drawn.neighborhood[0])].name,
        )
    codes, text, lonlat, neighborhood, total = _pool(city, kind)
    row = int(np.searchsorted(total, rng.random() * total[-1], side="right"))
    return Place(
        kind,
        str(codes[row]),
        str(text[row]),
        float(lonlat[row, 0]),
        float(lonlat[row, 1]),
        areas[int(neighborhood[row])].name,
    )


def neighborhood_at(city: City, lon: Floats, lat: Floats) -> Ints:
    """The index of the neighborhood at each position; outside the city, the nearest."""
    return _area_index(city.layers["neighborhoods"], points_at(np.column_stack((lon, lat))))


def address_table(
    segments: tuple[Segment, ...], neighborhoods: Layer, boundary: Area, closed: list[Area]
) -> AddressTable:
    """Every lot of the city; none lies in water, park or enclave (`closed`)."""
    rows = _lots(segments)
    lines = np.array([shapely.transform(s.geometry, to_metres) for s in segments], dtype=object)
    lonlat = to_degrees(beside(lines[rows.segment], rows.share, rows.left))
    points = points_at(lonlat)
    barred = shapely.STRtree(closed).query(points, predicate="intersects")[0]
    shapely.prepare(boundary)
    good = shapely.contains(boundary, points)
    good[barred] = False
    area = _area_index(neighborhoods, points[good])
    people = np.array([a.properties["population"] for a in neighborhoods.areas], dtype=float)
    number, segment = rows.number[good], rows.segment[good]
    text = np.array(
        [
            f"{a} {segments[b].street}"
            for a, b in zip(number.tolist(), segment.tolist(), strict=True)
        ],
        dtype=object,
    )
    share = people / np.maximum(1, np.bincount(area, minlength=len(people)))
    return AddressTable(
        lon=lonlat[good, 0],
        lat=lonlat[good, 1],
        number=number,
        segment=segment,
        text=text,
        neighborhood=area,
        weight=share[area],
    )


@dataclass(frozen=True)
class _Lots:
    segment: Ints
    number: Ints
    share: Floats
    left: np.ndarray


def _lots(segments: tuple[Segment, ...]) -> _Lots:
    """House numbers in use on each side of every street but alleys, spaced by lot width."""
    rows: list[tuple[int, int, float, bool]] = []
    for index, segment in enumerate(segments):
        if segment.road_class == "alley":
            continue
        for left in (True, False):
            numbers = numbers_of(segment, left=left)
            count = min(len(numbers), max(1, int(segment.length_m / segment.lot_width_m)))
            used = [numbers[k * len(numbers) // count] for k in range(count)]
            rows += [
                (index, number, share_along(segment, number, left=left), left) for number in used
            ]
    segment_of, number_of, share, left_of = zip(*rows, strict=True)
    return _Lots(np.array(segment_of), np.array(number_of), np.array(share), np.array(left_of))


_Pool = tuple[Texts, Texts, Floats, Ints, Floats]
_POOLS: WeakKeyDictionary[City, dict[str, _Pool]] = WeakKeyDictionary()


def _pool(city: City, kind: str) -> _Pool:
    """Codes, texts, positions, neighborhoods and running weights of one kind of place."""
    pools = _POOLS.setdefault(city, {})
    if kind not in pools:
        pools[kind] = _gathered(city, kind)
    return pools[kind]


def _gathered(city: City, kind: str) -> _Pool:
    rows = _rows(city, kind)
    codes = np.array([code for code, _, _ in rows], dtype=object)
    text = np.array([name for _, name, _ in rows], dtype=object)
    points = np.array([point for _, _, point in rows], dtype=object)
    areas = city.layers["neighborhoods"]
    area = _area_index(areas, points)
    people = np.array([a.properties["population"] for a in areas.areas], dtype=float)
    share = people[area] / np.bincount(area, minlength=len(people))[area]
    return codes, text, np.round(shapely.get_coordinates(points), 6), area, np.cumsum(share)


def _rows(city: City, kind: str) -> list[_Row]:
    """Code, text and position of every place of a kind."""
    if kind not in PLACE_KINDS:
        raise ValueError(f"{kind} is not one of {', '.join(PLACE_KINDS)}.")
    if kind in _ROWS:
        return list(_ROWS[kind](city))
    named: list[Landmark | Stop] = [*city.landmarks, *city.stops]
    return [(place.code, place.name, place.point) for place in named if place.kind == kind]


def _segment_row(segment: Segment) -> _Row:
    hundred = segment.left_from // 100 * 100
    middle = segment.geometry.interpolate(0.5, normalized=True)
    return segment.code, f"{hundred} block of {segment.street}", middle


_Row = tuple[str, str, shapely.Point]
_ROWS: dict[str, Callable[[City], Iterable[_Row]]] = {
    "intersection": lambda city: [(i.code, i.name, i.point) for i in city.intersections],
    "park": lambda city: [(p.code, p.name, p.polygon.representative_point()) for p in city.parks],
    "park_feature": lambda city: [
        (f.code, f"{f.name}, {f.parent}", f.point) for f in city.features
    ],
    "pole": lambda city: [(p.code, f"{p.code}, {p.location}", p.point) for p in city.poles],
    "segment": lambda city: map(_segment_row, city.streets),
}


def _area_index(layer: Layer, points: np.ndarray) -> Ints:
    """The area at each point: the first that contains it, else the nearest."""
    shapes = [area.polygon for area in layer.areas]
    tree = shapely.STRtree(shapes)
    found = np.full(len(points), -1)
    hit, area = tree.query(points, predicate="intersects")
    found[hit[::-1]] = area[::-1]
    lost = np.flatnonzero(found < 0)
    if len(lost):
        found[lost] = tree.nearest(points[lost])
    return found.astype(np.int64)
