"""Street lights, bus stops and rail stations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import shapely

from .addressing import Addresser, beside
from .model import Floats, Intersection, Pole, Segment, Stop
from .plane import XY, points_at, to_degrees, to_metres
from .segments import base_name

POLE_SETBACK_M = 6.5  # from the middle of the street
POLE_EVERY_M = 52.0  # along arterials
STOP_EVERY_M = 310.0
STOP_SETBACK_M = 7.0
BUS_LINES: dict[str, str] = {
    "Main St": "1", "Commerce St": "2", "Granary Ave": "4", "Crosstown Pkwy": "5",
    "Summit Ave": "8", "Calder Ave": "10", "Seminary Ave": "11", "Western Ave": "14",
    "Weavers Mill Rd": "16", "Southgate Ave": "18", "Tidewater Ave": "20", "Tern Point Rd": "22",
    "Foundry Rd": "23", "Ashby Rd": "26", "Valley Rd": "28", "Collier Ave": "30",
}  # fmt: skip
STATIONS: dict[str, tuple[XY, tuple[str, ...]]] = {
    "Calder Central Station": ((-60, 90), ("Blue Line", "Harbor Line")),
    "Haymarket Station": ((-330, 210), ("Blue Line",)),
    "Calder Circle Station": ((-900, 840), ("Blue Line",)),
    "University Station": ((-1500, 1900), ("Blue Line",)),
    "Lake Ansel Station": ((-2060, 2900), ("Blue Line",)),
    "Stadium Station": ((-250, -600), ("Harbor Line",)),
    "Cooper's Quay Station": ((-700, -1500), ("Harbor Line",)),
    "Southgate Station": ((-620, -2080), ("Harbor Line",)),
}  # fmt: skip


def to_poles(
    segments: tuple[Segment, ...], corners: tuple[Intersection, ...], addresser: Addresser
) -> tuple[Pole, ...]:
    """A light at every corner and every fifty metres along arterials."""
    places = [*_corner_poles(corners), *_roadside_poles(segments, addresser)]
    lonlat = to_degrees(np.array([xy for _, xy in places]))
    return tuple(
        Pole(f"PL-{serial + 1:05d}", location, point)
        for serial, ((location, _), point) in enumerate(zip(places, points_at(lonlat), strict=True))
    )


def _corner_poles(corners: tuple[Intersection, ...]) -> Iterator[tuple[str, Floats]]:
    """One at each corner, in one of its four quarters."""
    seen: set[int] = set()
    for corner in corners:
        if corner.node in seen:
            continue
        seen.add(corner.node)
        at = to_metres(shapely.get_coordinates(corner.point))[0]
        east, north = 1 - 2 * (corner.node % 2), 1 - 2 * (corner.node // 2 % 2)
        yield corner.name, at + np.array([east, north]) * POLE_SETBACK_M


def _roadside_poles(
    segments: tuple[Segment, ...], addresser: Addresser
) -> Iterator[tuple[str, Floats]]:
    """Mid-block lights, left and right in turn."""
    for segment in segments:
        count = round(segment.length_m / POLE_EVERY_M) if segment.road_class == "arterial" else 0
        if count == 0:
            continue
        line = np.full(count, shapely.transform(segment.geometry, to_metres))
        share = (np.arange(count) + 0.5) / count
        for at in beside(line, share, np.arange(count) % 2 == 0, POLE_SETBACK_M):
            yield f"near {addresser.near(at)[0]}", at


def to_stops(segments: tuple[Segment, ...], corners: tuple[Intersection, ...]) -> tuple[Stop, ...]:
    """Rail stations, then bus stops at corners along the lines' roads."""
    spots = np.array([shapely.get_coordinates(corner.point)[0] for corner in corners])
    return (*_stations(spots), *_bus_stops(segments, corners))


def _stations(spots: Floats) -> Iterator[Stop]:
    """Stations stand at the corner nearest to their planned place."""
    metres = to_metres(spots)
    for serial, (name, (at, lines)) in enumerate(STATIONS.items(), 1):
        nearest = int(((metres - np.array(at)) ** 2).sum(axis=1).argmin())
        yield Stop(f"R{serial:02d}", name, "station", lines, shapely.Point(spots[nearest]))


def _bus_stops(segments: tuple[Segment, ...], corners: tuple[Intersection, ...]) -> Iterator[Stop]:
    """A stop about every three hundred metres, at a named corner, on the road's right side."""
    at_node: dict[int, list[Intersection]] = defaultdict(list)
    for corner in corners:
        at_node[corner.node].append(corner)
    serial, since = 1001, STOP_EVERY_M
    for before, segment in zip((None, *segments), segments, strict=False):
        line = BUS_LINES.get(base_name(segment.street))
        if line is None:
            continue
        if before is None or before.street != segment.street:
            since = STOP_EVERY_M
        names = [c.name for c in at_node[segment.from_node] if segment.street in c.streets]
        if since >= STOP_EVERY_M and names:
            yield Stop(str(serial), names[0], "stop", (line,), _kerb(segment))
            serial, since = serial + 1, 0.0
        since += segment.length_m


def _kerb(segment: Segment) -> shapely.Point:
    """Just past the corner where the segment begins."""
    line = shapely.transform(segment.geometry, to_metres)
    share = np.array([min(0.5, 12.0 / segment.length_m)])
    at = beside(np.array([line]), share, np.array([False]), STOP_SETBACK_M)
    return shapely.Point(to_degrees(at)[0])
