"""A layer of rectangles, for what holds in a part of the city."""

import json
from collections.abc import Mapping

from citycall.core.actors import SYSTEM
from citycall.places.actions.layers import load_layer
from citycall.places.models import AreaLayer
from tests.knowledge.conftest import NOW

Box = tuple[float, float, float, float]


def square_layer(code: str, boxes: Mapping[str, Box]) -> None:
    """Load a layer of areas, each west, south, east, north, by their codes."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": area, "name": area.title()},
            "geometry": {"type": "Polygon", "coordinates": [_ring(*box)]},
        }
        for area, box in boxes.items()
    ]
    load_layer(
        code=code,
        name=code.title(),
        kind=AreaLayer.Kind.PARTITION,
        content=json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        by=SYSTEM,
        at=NOW,
        code_property="code",
        name_property="name",
    )


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
