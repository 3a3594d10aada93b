"""The flat drawing board, in metres east and north of the city's zero point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar, cast

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from .model import Area, Floats, Texts

XY = tuple[float, float]
Geometry = TypeVar("Geometry", bound=BaseGeometry)

ORIGIN_LON, ORIGIN_LAT = -76.6, 39.27
METRES_PER_LON, METRES_PER_LAT = 86_190.0, 111_020.0
GRID = 0.5  # metres; every shared border is drawn on this grid, so neighbours agree exactly


def to_degrees(xy: Floats) -> Floats:
    """Metres (n, 2) to degrees (n, 2), rounded to six decimals (about 0.1 m)."""
    scaled = np.asarray(xy, dtype=float) / (METRES_PER_LON, METRES_PER_LAT)
    return np.asarray(np.round(scaled + np.array([ORIGIN_LON, ORIGIN_LAT]), 6))


def to_metres(lonlat: Floats) -> Floats:
    """Degrees (n, 2) to metres (n, 2)."""
    moved = np.asarray(lonlat, dtype=float) - (ORIGIN_LON, ORIGIN_LAT)
    return moved * (METRES_PER_LON, METRES_PER_LAT)


def on_earth(geometry: Geometry) -> Geometry:
    """The geometry in degrees."""
    return shapely.transform(geometry, to_degrees)


def on_grid(points: Floats | Sequence[XY], grid: float = GRID) -> Floats:
    """Points rounded to the drawing grid, so that tiny differences of machines vanish."""
    return np.round(np.asarray(points, dtype=float) / grid) * grid


def smooth(points: Sequence[XY], *, rounds: int = 2, closed: bool = False) -> list[XY]:
    """Chaikin's corner cutting: a soft line through hand-drawn points; open ends stay."""
    line = [(float(x), float(y)) for x, y in points]
    for _ in range(rounds):
        pairs = list(zip(line, line[1:] + line[:1] if closed else line[1:], strict=False))
        cut = [point for a, b in pairs for point in (_between(a, b, 0.25), _between(a, b, 0.75))]
        line = cut if closed else [line[0], *cut[1:-1], line[-1]]
    return [(float(x), float(y)) for x, y in on_grid(line)]


def points_at(xy: Floats) -> Texts:
    """Point geometries for positions (n, 2), as an array even for one."""
    points = np.empty(len(xy), dtype=object)
    points[:] = shapely.points(np.asarray(xy, dtype=float))
    return points


def as_area(geometry: BaseGeometry) -> Area:
    """The geometry, known to be a polygon or several. Raises TypeError if it is not."""
    if not isinstance(geometry, Polygon | MultiPolygon):
        raise TypeError(f"A {geometry.geom_type} is not an area.")
    return geometry


def lines_of(geometry: BaseGeometry) -> list[shapely.LineString]:
    """The line strings within any geometry, in its own order."""
    parts = cast(Iterable[BaseGeometry], shapely.get_parts(geometry))
    return [part for part in parts if isinstance(part, shapely.LineString) and part.length > 0]


def polygons_of(geometry: BaseGeometry) -> list[shapely.Polygon]:
    """The polygons within any geometry, in its own order."""
    parts = cast(Iterable[BaseGeometry], shapely.get_parts(geometry))
    return [part for part in parts if isinstance(part, shapely.Polygon)]


def _between(a: XY, b: XY, share: float) -> XY:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
