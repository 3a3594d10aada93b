"""The main roads, the great parks and the districts of streets that they enclose."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from .boundary import Ground
from .model import Area
from .plane import GRID, XY, as_area, lines_of, on_grid, polygons_of, smooth

SHORE_ROAD_M = 78.0  # how far the harbor and river roads keep from the water
PARK_STRIP_M = 110.0  # a strip of an outline thinner than this lies beyond the park's edge


@dataclass(frozen=True)
class Road:
    """A main road as drawn by hand; `bridges` lets it cross the water."""

    name: str
    road_class: str
    points: list[XY]
    bridges: bool = False
    curved: bool = False


@dataclass(frozen=True)
class Path:
    """One continuous line of a street to be; `position` orders the parts of one street."""

    street: str  # identity: equal for all parts of one street
    name: str  # without directional, for instance "Main St"
    road_class: str
    line: LineString
    position: float
    lot_width_m: float


ROADS = [
    Road("Main St", "arterial", [(0, 4140), (0, -1130)]),
    Road("Commerce St", "arterial", [(-3700, 0), (2640, 0)]),
    Road("Granary Ave", "arterial", [
        (-3700, 840), (-900, 840), (0, 840), (640, 840), (1000, 760), (1950, 475), (2820, 420),
        (4000, 330)], bridges=True),
    Road("Crosstown Pkwy", "arterial", [
        (-3700, 1680), (-2700, 1740), (-1900, 1785), (-950, 1890), (0, 1890), (860, 1890),
        (1450, 1800), (2050, 1620), (2900, 1380), (3900, 1240)], bridges=True, curved=True),
    Road("Summit Ave", "arterial", [
        (-3600, 3120), (-2300, 3200), (-900, 3150), (0, 3150), (700, 3150), (1700, 3080),
        (2900, 3180), (3500, 3200)], bridges=True, curved=True),
    Road("Calder Ave", "arterial", [
        (0, 210), (-860, 840), (-1900, 1785), (-2060, 2200), (-2060, 2900), (-2600, 3900)]),
    Road("Seminary Ave", "arterial", [(-900, 4120), (-900, -1000)]),
    Road("Western Ave", "arterial", [
        (-1850, 3900), (-1870, 1785), (-1870, 0), (-1800, -1000), (-1720, -2200), (-1750, -3400)],
        bridges=True),
    Road("Weavers Mill Rd", "arterial", [
        (0, -150), (-900, -480), (-1830, -1080), (-2900, -1260), (-3700, -1330)], bridges=True),
    Road("Southgate Ave", "arterial", [
        (-2500, -2300), (-1740, -2200), (-600, -2080), (470, -2080)], curved=True),
    Road("Tidewater Ave", "arterial", [
        (-560, -1000), (-760, -1450), (-600, -2080), (-420, -2700), (-450, -3700)], bridges=True),
    Road("Tern Point Rd", "arterial", [
        (1450, 1800), (1180, 1300), (1000, 760), (1240, 160), (1560, -320), (2050, -760),
        (2200, -1380)]),
    Road("Ashby Rd", "arterial", [
        (1450, 1800), (1760, 2300), (2520, 2800), (2900, 3180), (3060, 4100)], bridges=True),
    Road("Foundry Rd", "arterial", [(2050, -760), (1960, 0), (1950, 475), (2050, 1620)]),
    Road("Collier Ave", "collector", [
        (1560, 4000), (1500, 3090), (1380, 2500), (1450, 1800)], curved=True),
    Road("Valley Rd", "arterial", [
        (3230, 4050), (3180, 3180), (3330, 2400), (3220, 1330), (3240, 360), (3200, -200)],
        curved=True),
    Road("Quarry Rd", "collector", [(2620, 1460), (2560, 430), (2520, -40)]),
    Road("Reservoir Dr", "collector", [
        (-2060, 2200), (-2330, 2120), (-2980, 2080), (-3180, 2560), (-2900, 3000), (-2500, 2990),
        (-2060, 2900)], curved=True),
    Road("Hollow Rd", "collector", [(-2720, 1740), (-2700, 840), (-2720, 0)]),
    Road("Carriage Dr", "collector", [
        (-2720, 0), (-2600, -250), (-2820, -450), (-2480, -700), (-2300, -900), (-2380, -1170)],
        bridges=True, curved=True),
    Road("Greenway Dr", "collector", [
        (2640, 1400), (2850, 2000), (2780, 2500), (3060, 2850), (2950, 3202)], bridges=True,
        curved=True),
    Road("Chandler St", "collector", [(-1850, -1600), (-1200, -1500), (-740, -1400)]),
]  # fmt: skip

# Parks that streets go around. Outlines reach over the roads that are to be their edges.
GREAT_PARKS: dict[str, list[XY]] = {
    "Falling Run Park": [
        (-3700, 40),
        (-2720, 50),
        (-1840, 40),
        (-1800, -560),
        (-1740, -1000),
        (-2700, -1330),
        (-3800, -1400),
    ],
    "Herring Run Park": [
        (2740, 3240),
        (3240, 3240),
        (3240, 2900),
        (3400, 2400),
        (3340, 1900),
        (3270, 1280),
        (2700, 1390),
        (2660, 1980),
        (2740, 2500),
    ],
    "Lower Herring Run Park": [
        (2580, 1600),
        (3270, 1200),
        (3290, 360),
        (2540, 400),
        (2600, 900),
    ],
    "Lake Ansel Park": [
        (-2000, 2120),
        (-2900, 2040),
        (-3240, 2540),
        (-2900, 3060),
        (-2520, 3050),
        (-2000, 2960),
    ],
    "Signal Hill Park": [(1500, -720), (1720, -900), (2060, -760), (1560, -330), (1400, -500)],
    "Battery Park": [(-300, -3220), (60, -2760), (330, -2800), (240, -3420), (-50, -3420)],
}


def main_paths(ground: Ground) -> list[Path]:
    """The main roads and the shore roads, clipped to the city's ground."""
    paths: list[Path] = []
    for road in ROADS:
        line = LineString(smooth(road.points) if road.curved else road.points)
        room = ground.limits if road.bridges else shapely.intersection(ground.limits, ground.land)
        paths += _clipped(road.name, road.road_class, line, room)
    return paths + _shore_paths(ground)


def great_parks(ground: Ground, paths: list[Path]) -> dict[str, Area]:
    """The great parks, cut at the roads along their edges (brooks and lake stay inside)."""
    dry = shapely.difference(ground.limits, ground.harbor.buffer(4.0))
    roads = [path.line for path in paths]
    return {
        name: _cut_at_roads(shapely.intersection(Polygon(points), dry), roads)
        for name, points in GREAT_PARKS.items()
    }


def _cut_at_roads(outline: BaseGeometry, roads: list[LineString]) -> Area:
    """The outline without the strips that lie beyond a road."""
    mesh = shapely.union_all([outline.boundary, *roads], grid_size=GRID)
    kept = [
        face
        for face in polygons_of(shapely.polygonize(lines_of(mesh)))
        if outline.contains(face.representative_point())
        and not face.buffer(-PARK_STRIP_M / 2).is_empty
    ]
    return as_area(shapely.coverage_union_all(kept))


def superblocks(ground: Ground, paths: list[Path], parks: list[Area]) -> list[Polygon]:
    """The land between main roads, shores and great parks, to be filled with streets."""
    edges: list[BaseGeometry] = [path.line for path in paths]
    edges += [ground.limits.boundary, ground.land.boundary]
    edges += [park.boundary for park in parks]
    mesh = shapely.union_all(edges, grid_size=GRID)
    faces = polygons_of(shapely.polygonize(lines_of(mesh)))
    free = shapely.difference(ground.land, shapely.union_all(parks))
    return [face for face in faces if free.contains(face.representative_point())]


def _shore_paths(ground: Ground) -> list[Path]:
    """Roads that follow the harbor and both river banks, from one offset of the shoreline."""
    offset = ground.harbor.simplify(15.0).buffer(SHORE_ROAD_M, quad_segs=3).simplify(6.0)
    inner = ground.limits.buffer(-20.0)
    shore = shapely.intersection(offset.boundary, inner)
    paths: list[Path] = []
    merged = lines_of(shapely.line_merge(shore))
    for line in sorted(
        (part for part in merged if part.length > 400), key=lambda part: part.bounds
    ):
        paths += _by_stretch(line)
    return paths


def _by_stretch(line: LineString) -> list[Path]:
    """A shore line cut where it changes its name: river road above, harbor road below."""
    above = shapely.box(-5000, 500, 5000, 5000)
    east_of_channel = shapely.intersects(line.centroid, shapely.box(700, -5000, 5000, 5000))
    names = ("Millrace Rd", "Wharf Rd") if east_of_channel else ("Towpath Rd", "Harbor Blvd")
    paths: list[Path] = []
    for name, part in zip(names, (above, shapely.box(-5000, -5000, 5000, 500)), strict=True):
        road_class = "arterial" if name == "Harbor Blvd" else "collector"
        paths += _clipped(name, road_class, line, part)
    return paths


def _clipped(name: str, road_class: str, line: LineString, room: BaseGeometry) -> list[Path]:
    parts = lines_of(shapely.intersection(line, room))
    kept = [
        LineString(on_grid(shapely.get_coordinates(part))) for part in parts if part.length > 60
    ]
    return [
        Path(
            street=name,
            name=name,
            road_class=road_class,
            line=part,
            position=line.project(shapely.line_interpolate_point(part, 0.0)),
            lot_width_m=9.0,
        )
        for part in kept
    ]
