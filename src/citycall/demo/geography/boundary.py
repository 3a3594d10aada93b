"""The ground the city stands on: limits, enclaves, harbor, rivers, lake and piers."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely import LineString, MultiPolygon, Polygon

from .plane import XY, polygons_of, smooth

LIMITS: list[XY] = [
    (-3480, 3760), (-1500, 3840), (-1500, 4080), (-420, 4120), (-420, 3900), (1500, 3960),
    (3120, 4010), (3240, 2400), (3700, 2380), (3790, 900), (3960, -450), (4150, -1500),
    (3300, -2900), (1900, -3500), (100, -3620), (-1150, -3480), (-2350, -3050), (-2380, -2330),
    (-3180, -2300), (-3560, -900), (-3460, 1150), (-3640, 1160),
]  # fmt: skip

# Two places inside the limits that are not the city's.
ENCLAVES: dict[str, list[XY]] = {
    "Ashby Village": [
        (1720, 2240), (2080, 2120), (2500, 2200), (2600, 2620), (2380, 2900), (1900, 2860),
        (1700, 2580),
    ],
    "Tern Point Naval Reservation": [
        (1590, -1420), (2000, -1390), (2310, -1450), (2920, -1440), (2860, -1900), (2500, -2330),
        (2080, -2330), (1720, -2050),
    ],
}  # fmt: skip

RIVER: list[XY] = [
    (760, 4400), (740, 3900), (560, 3300), (820, 2650), (860, 2150), (560, 1650), (500, 1150),
    (640, 650), (640, 250), (620, -150),
]  # fmt: skip
FALLING_RUN: list[XY] = [
    (-3900, -700), (-3300, -560), (-2900, -720), (-2500, -480), (-2150, -640), (-1800, -560),
    (-1500, -860), (-1150, -900), (-800, -1180), (-380, -1330),
]  # fmt: skip
HERRING_RUN: list[XY] = [
    (2900, 4300), (2820, 3700), (2980, 3250), (2860, 2800), (3010, 2350), (2880, 1900),
    (2990, 1450), (2830, 1050), (2900, 600), (2820, 150), (2900, -250),
]  # fmt: skip
LAKE: list[XY] = [
    (-2960, 2560), (-2700, 2820), (-2420, 2760), (-2300, 2480), (-2520, 2300), (-2640, 2380),
    (-2860, 2280),
]  # fmt: skip
HARBOR: list[XY] = [
    (520, 260), (440, 100), (400, -180), (330, -480), (380, -820), (300, -1120), (-40, -1220),
    (-380, -1190), (-520, -1340), (-360, -1520), (60, -1580), (420, -1880), (560, -2280),
    (400, -2700), (260, -3100), (200, -3500), (150, -4600), (5200, -4600), (5200, -800),
    (4000, -640), (3400, -620), (3060, -380), (2900, -40), (2740, -40), (2640, -360),
    (2700, -900), (2790, -1350), (2640, -1900), (2240, -2180), (1900, -2000), (1800, -1450),
    (1740, -980), (1500, -640), (1240, -480), (1000, -260), (860, 40), (770, 260),
]  # fmt: skip
# A pier: the middle of its foot, the middle of its head, its width in metres.
PIERS: list[tuple[XY, XY, float]] = [
    ((400, 60), (520, 30), 34), ((350, -90), (540, -130), 40), ((320, -230), (560, -290), 44),
    ((300, -380), (570, -430), 36), ((300, -640), (560, -700), 44), ((330, -880), (600, -930), 52),
    ((1010, -180), (880, -330), 36), ((1180, -380), (1060, -560), 40),
    ((1420, -520), (1300, -760), 50), ((280, -1830), (560, -1720), 44),
    ((400, -2130), (740, -2060), 60), ((380, -2480), (760, -2450), 70),
]  # fmt: skip
TERMINAL: list[XY] = [
    (3150, -300), (3230, -1000), (3560, -1240), (3960, -1180), (4040, -560), (3800, -300),
]  # fmt: skip

# Mid-stream lines: they part the water among the areas on its shores.
CHANNELS: list[list[XY]] = [
    [*RIVER, (700, -700), (1000, -1300), (1250, -2000), (1400, -2700), (1600, -4000)],
    [(-600, -1390), (-100, -1400), (400, -1350), (1000, -1300)],
    [(1250, -2000), (1720, -2050)],
    [(2860, -1900), (3000, -2500), (3500, -3200)],
    [(2860, -1700), (2900, -1200), (2860, -400), (2860, 100)],
    [(200, -750), (700, -700)],
    [(300, -2600), (900, -2500), (1400, -2700)],
    [(1500, -300), (1300, -900), (1000, -1300)],
    [(2900, -1200), (3230, -1000)],
]


@dataclass(frozen=True)
class Ground:
    """Limits, enclaves and water on the drawing board, in metres."""

    limits: Polygon  # with the enclaves as holes
    enclaves: dict[str, Polygon]
    water: MultiPolygon
    harbor: Polygon
    land: MultiPolygon  # limits without water
    brooks: dict[str, LineString]
    channels: tuple[LineString, ...]


def draw_ground() -> Ground:
    """The hand-drawn ground; the same for every seed."""
    enclaves = {name: Polygon(points) for name, points in ENCLAVES.items()}
    limits = Polygon(LIMITS, holes=[list(area.exterior.coords) for area in enclaves.values()])
    harbor = _harbor()
    brooks = [_wet(line, width) for line, width in ((FALLING_RUN, 16.0), (HERRING_RUN, 18.0))]
    water = shapely.union_all([harbor, Polygon(smooth(LAKE, closed=True)), *brooks], grid_size=0.5)
    return Ground(
        limits=limits,
        enclaves=enclaves,
        water=MultiPolygon(polygons_of(water)),
        harbor=harbor,
        land=MultiPolygon(polygons_of(shapely.difference(limits, water, grid_size=0.5))),
        brooks={
            "Falling Run": LineString(smooth(FALLING_RUN)),
            "Herring Run": LineString(smooth(HERRING_RUN)),
        },
        channels=tuple(LineString(line) for line in CHANNELS),
    )


def _harbor() -> Polygon:
    """Bay and navigable river in one piece, with piers and the container terminal cut out."""
    open_water = shapely.union_all([Polygon(smooth(HARBOR, closed=True)), _wet(RIVER, 110.0)])
    built = [
        LineString([foot, head]).buffer(width / 2, cap_style="flat") for foot, head, width in PIERS
    ]
    cut = shapely.difference(
        open_water, shapely.union_all([*built, Polygon(TERMINAL)]), grid_size=0.5
    )
    return max(polygons_of(cut), key=lambda part: part.area)


def _wet(points: list[XY], width: float) -> Polygon:
    """A watercourse as a polygon of even width."""
    course = LineString(smooth(points)).buffer(width / 2, cap_style="flat", quad_segs=4)
    return polygons_of(course)[0]
