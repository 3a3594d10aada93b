"""The city's streets: each district's lines, cut to its superblocks, as paths with names."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from .districts import STYLES, Style, styles_of
from .names import NameBook
from .plane import lines_of, on_grid
from .skeleton import Path

CLEARANCE_M = 40.0  # no new street runs closer than this beside a main road or shore
REACH_M = 95.0  # how far a street goes beyond that clearance to join the road ahead
ALONG_FACTOR = 1.8  # fewer houses face the streets that cross the long blocks' ends
STEP_M = 48.0  # distance between the points of a bent street


@dataclass(frozen=True)
class Line:
    """An endless street line of a district, before it is cut: family, rank and shape."""

    family: str  # across (with the district's axis), along (at right angles), alley or court
    rank: int
    start: float  # metres along the endless line where the shape begins
    shape: LineString


def fill_with_streets(
    blocks: list[Polygon],
    main: list[Path],
    limits: Polygon,
    names: NameBook,
    rng: np.random.Generator,
) -> list[Path]:
    """Local streets, courts and alleys for every superblock."""
    roads = shapely.union_all([path.line for path in main] + [limits.exterior])
    shapely.prepare(roads)
    paths: list[Path] = []
    chosen = styles_of(blocks)
    for style in STYLES:
        mine = [block for block, own in zip(blocks, chosen, strict=True) if own is style]
        if mine:
            paths += _district(style, mine, roads, names, rng)
    return paths


def _district(
    style: Style,
    blocks: list[Polygon],
    roads: BaseGeometry,
    names: NameBook,
    rng: np.random.Generator,
) -> list[Path]:
    paths: list[Path] = []
    lines = list(_lines(style, blocks, rng))
    for block in blocks:
        room = block.buffer(-CLEARANCE_M, join_style="mitre")
        for line in lines:
            for part in _cut(line.shape, block, room, roads):
                paths += _path(style, line, part, names)
    return paths


def _lines(style: Style, blocks: list[Polygon], rng: np.random.Generator) -> Iterator[Line]:
    """All lines of a district that may touch its superblocks, streets first."""
    (x0, x1), (y0, y1) = _extent(style, blocks)
    shift = tuple(float(value) for value in rng.random(2))
    for rank in range(math.floor(y0 / style.across), math.ceil(y1 / style.across) + 1):
        yield Line(
            "across", rank, x0, _draw(style, (x0, x1), rank * style.across, shift, across=True)
        )
    for rank in range(math.floor(x0 / style.along), math.ceil(x1 / style.along) + 1):
        yield Line(
            "along", rank, y0, _draw(style, (y0, y1), rank * style.along, shift, across=False)
        )
    yield from _backs(style, (x0, x1), (y0, y1), rng, shift)


def _backs(
    style: Style,
    x: tuple[float, float],
    y: tuple[float, float],
    rng: np.random.Generator,
    shift: tuple[float, ...],
) -> Iterator[Line]:
    """Alleys between two streets and courts off them, block by block."""
    for row in range(math.floor(y[0] / style.across), math.ceil(y[1] / style.across) + 1):
        for column in range(math.floor(x[0] / style.along), math.ceil(x[1] / style.along) + 1):
            draw = float(rng.random())
            left = column * style.along
            if draw < style.alleys:
                ends = (left, left + style.along)
                shape = _draw(style, ends, (row + 0.5) * style.across, shift, across=True)
                yield Line("alley", row, left, shape)
            elif draw > 1 - style.courts:
                low = row * style.across
                ends = (low - 4.0, low + style.across * 0.62)
                shape = _draw(style, ends, left + style.along / 2, shift, across=False)
                yield Line("court", row * 1000 + column, low, shape)


def _draw(
    style: Style,
    ends: tuple[float, float],
    offset: float,
    shift: tuple[float, ...],
    *,
    across: bool,
) -> LineString:
    """One line of the district, bent by its sway and turned to its axis."""
    steps = max(1, round((ends[1] - ends[0]) / STEP_M)) if style.sway else 1
    run = np.linspace(ends[0], ends[1], steps + 1)
    u, v = (run, np.full_like(run, offset)) if across else (np.full_like(run, offset), run)
    phase = [6.28 * value for value in shift]
    bent_u = u + [style.sway * 0.7 * math.sin(b / style.wave * 0.8 + phase[1]) for b in v]
    bent_v = v + [style.sway * math.sin(a / style.wave + phase[0]) for a in u]
    c, s = style.axis
    return LineString(on_grid(np.column_stack((bent_u * c - bent_v * s, bent_u * s + bent_v * c))))


def _extent(style: Style, blocks: list[Polygon]) -> tuple[tuple[float, float], ...]:
    """The span of the superblocks along and across the district's axis."""
    xy = shapely.get_coordinates(blocks)
    c, s = style.axis
    u, v = xy[:, 0] * c + xy[:, 1] * s, xy[:, 1] * c - xy[:, 0] * s
    slack = style.sway + 10
    return (
        (float(u.min()) - slack, float(u.max()) + slack),
        (float(v.min()) - slack, float(v.max()) + slack),
    )


def _cut(
    line: LineString, block: Polygon, room: BaseGeometry, roads: BaseGeometry
) -> Iterator[LineString]:
    """The parts of a line inside a superblock, joined to the roads at its edge."""
    for span in lines_of(shapely.intersection(line, block)):
        for part in lines_of(shapely.intersection(span, room)):
            if part.length >= 30.0:
                yield _joined(part, span, roads)


def _joined(part: LineString, span: LineString, roads: BaseGeometry) -> LineString:
    """A part prolonged to the ends of its span where a road waits close ahead."""
    start, end = span.project(Point(part.coords[0])), span.project(Point(part.coords[-1]))
    first, last = Point(span.coords[0]), Point(span.coords[-1])
    if start <= REACH_M and shapely.dwithin(roads, first, 1.0):
        start = 0.0
    if span.length - end <= REACH_M and shapely.dwithin(roads, last, 1.0):
        end = span.length
    cut = substring(span, start, end)
    return LineString(on_grid(shapely.get_coordinates(cut)))


def _path(style: Style, line: Line, part: LineString, names: NameBook) -> Iterator[Path]:
    """The part as a named path; backs must be whole to be worth a name."""
    whole = part.length > 0.75 * line.shape.length
    if line.family == "alley" and not whole:
        return
    if line.family == "court" and part.length < 45:
        return
    identity, name = names.street(style, line.family, line.rank)
    yield Path(
        street=identity,
        name=name,
        road_class="alley" if line.family == "alley" else "local",
        line=part,
        position=line.start + line.shape.project(Point(part.coords[0])),
        lot_width_m=style.lot_width_m * (ALONG_FACTOR if line.family == "along" else 1.0),
    )
