"""Mending and measuring area shapes; also a program of its own, so that it can be stopped.

GEOS cannot be interrupted, and a hostile outline of a few thousand corners keeps it busy for
minutes. ``apart.py`` therefore runs this file as a process with limits. It imports nothing of
CityCall, so that it starts at once.

The program reads JSON lines from standard input: the first is the task, each further one a
shape as hexadecimal WKB. It answers one JSON line per result, flushed, so that the reader knows
how far it came.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

METRES_PER_DEGREE = 111_195.0
SLIVER_M2 = 1.0

# What was repaired; ``geojson.py`` has the sentence for each.
CROSSED, COLLECTION, SLIVERS, TURNED = "crossed", "collection", "slivers", "turned"


@dataclass(frozen=True, slots=True)
class Mended:
    """A valid shape with what was repaired; no shape where nothing with an area was left."""

    shape: Polygon | MultiPolygon | None
    repairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Ground in two areas (``first`` and ``second`` are positions) or in none (both -1)."""

    first: int
    second: int
    square_metres: float


def mend(shape: BaseGeometry) -> Mended:
    """A valid polygon or multipolygon of the same ground, exterior rings counter-clockwise.

    Lines and points are dropped, crossing outlines are rebuilt, parts and holes under one square
    metre are removed.
    """
    repairs = []
    if shape.geom_type == "GeometryCollection":
        repairs.append(COLLECTION)
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
        repairs.append(CROSSED)
    polygons = _polygons_of(shape)
    cleaned = [_without_slivers(polygon) for polygon in polygons]
    if any(after is not before for before, after in zip(polygons, cleaned, strict=True)):
        repairs.append(SLIVERS)
    kept = [polygon for polygon in cleaned if polygon is not None]
    if not kept:
        return Mended(None, tuple(repairs))
    joined = kept[0] if len(kept) == 1 else MultiPolygon(kept)
    if not joined.is_valid:  # Parts of a collection may lie over each other.
        joined = _as_area(shapely.make_valid(joined, method="structure", keep_collapsed=False))
        repairs.append(CROSSED)
    turned = shapely.orient_polygons(joined)
    if not shapely.equals_exact(turned, joined):
        repairs.append(TURNED)
    return Mended(turned, tuple(dict.fromkeys(repairs)))


def square_metres(shape: BaseGeometry) -> float:
    """The area of a shape of a city's size, good to about half a per cent."""
    if shape.is_empty:
        return 0.0
    middle = (shape.bounds[1] + shape.bounds[3]) / 2
    return float(shape.area) * METRES_PER_DEGREE**2 * float(np.cos(np.radians(middle)))


def misfits(
    shapes: Sequence[BaseGeometry], *, boundary: BaseGeometry | None, least_m2: float = SLIVER_M2
) -> Iterator[Misfit]:
    """Ground of at least ``least_m2`` that two shapes claim, then ground that none claims.

    Ground without an area is what is left of the boundary, or, where none is given, the holes
    within all shapes together; its pieces come one by one.
    """
    firsts, seconds = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = sorted(
        (int(a), int(b)) for a, b in zip(firsts, seconds, strict=True) if int(a) < int(b)
    )
    for first, second in pairs:
        size = square_metres(shapely.intersection(shapes[first], shapes[second]))
        if size >= least_m2:
            yield Misfit(first, second, size)
    union = shapely.union_all(shapes)
    bare = _holes(union) if boundary is None else shapely.difference(boundary, union)
    for piece in _polygons_of(bare):
        size = square_metres(piece)
        if size >= least_m2:
            yield Misfit(-1, -1, size)


def _polygons_of(shape: BaseGeometry) -> list[Polygon]:
    flat: list[Polygon] = []
    waiting = [shape]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Polygon):
            if not part.is_empty:
                flat.append(part)
        elif hasattr(part, "geoms"):
            waiting.extend(reversed(list(part.geoms)))
    return flat


def _as_area(shape: BaseGeometry) -> Polygon | MultiPolygon:
    parts = _polygons_of(shape)
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _without_slivers(polygon: Polygon) -> Polygon | None:
    if square_metres(polygon) < SLIVER_M2:
        return None
    holes = [ring for ring in polygon.interiors if square_metres(Polygon(ring)) >= SLIVER_M2]
    return polygon if len(holes) == len(polygon.interiors) else Polygon(polygon.exterior, holes)


def _holes(shape: BaseGeometry) -> BaseGeometry:
    rings = [Polygon(ring) for part in _polygons_of(shape) for ring in part.interiors]
    return shapely.union_all(rings) if rings else Polygon()


def _read(lines: Iterable[str]) -> NDArray[np.object_]:
    return np.asarray(shapely.from_wkb([line.strip() for line in lines if line.strip()]))


def _answer_mend(lines: Iterable[str]) -> Iterator[object]:
    for line in lines:
        done = mend(_read([line])[0])
        shape = None if done.shape is None else shapely.to_wkb(done.shape, hex=True)
        yield [shape, done.repairs]


def _answer_misfits(lines: Iterable[str]) -> Iterator[object]:
    boundary, *shapes = lines
    outline = _read([boundary])[0] if boundary.strip() != "-" else None
    for found in misfits(list(_read(shapes)), boundary=outline):
        yield [found.first, found.second, found.square_metres]


TASKS: dict[str, Callable[[Iterable[str]], Iterator[object]]] = {
    "mend": _answer_mend,
    "misfits": _answer_misfits,
}


def main() -> None:
    """Do the task that standard input names, within the memory that it allows (in bytes)."""
    import resource

    task, memory = json.loads(sys.stdin.readline())
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for answer in TASKS[task](sys.stdin):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
