"""Drawing small layers for tests, near Baltimore, in steps of a thousandth of a degree."""

import json
from collections.abc import Iterable
from typing import Any

from shapely import Polygon

from citycall.places.index import AreaRef, StoredArea

WEST, SOUTH, STEP = -76.7, 39.2, 0.001


def corner(x: float, y: float) -> list[float]:
    """The degrees of a point, ``x`` and ``y`` steps from the south-west corner."""
    return [round(WEST + x * STEP, 6), round(SOUTH + y * STEP, 6)]


def ring(*points: tuple[float, float]) -> list[list[float]]:
    """A closed ring through the points."""
    return [corner(*point) for point in (*points, points[0])]


def square(x: float, y: float, size: float = 1) -> list[list[float]]:
    """A closed, counter-clockwise square ring whose south-west corner is at (x, y)."""
    return ring((x, y), (x + size, y), (x + size, y + size), (x, y + size))


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(*rings: Any) -> dict[str, Any]:
    """A GeoJSON polygon."""
    return {"type": "Polygon", "coordinates": list(rings)}


def layer(*features: dict[str, Any], **members: Any) -> bytes:
    """A GeoJSON file."""
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members}).encode()


def squares(codes: Iterable[str]) -> bytes:
    """A layer of squares side by side, named by their codes."""
    return layer(
        *(
            feature(polygon(square(x, 0)), code=code, name=code.title())
            for x, code in enumerate(codes)
        )
    )


def stored(
    area_id: int, code: str, *rings: list[list[float]], layer: str = "wards", **extra: Any
) -> StoredArea:
    """An area as the index takes it."""
    ref = AreaRef(id=area_id, layer=layer, code=code, name=code.title(), **extra)
    return StoredArea(ref, Polygon(rings[0], rings[1:]))
