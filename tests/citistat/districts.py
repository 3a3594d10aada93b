"""Two districts of the small city, beside each other: its reports lie in the western one."""

import json
from typing import Any

from citycall.core.actors import SYSTEM
from citycall.places.actions.layers import load_layer
from citycall.places.models import Area, AreaLayer
from tests.city import NOW

LAYER = "districts"


def build(**properties: Any) -> dict[str, Area]:
    """The districts by code; ``properties`` are those of each."""
    content = {
        "type": "FeatureCollection",
        "features": [
            _district("west", -76.65, -76.55, properties),
            _district("east", -76.55, -76.50, properties),
        ],
    }
    load_layer(
        code=LAYER,
        name="District",
        kind=AreaLayer.Kind.PARTITION,
        content=json.dumps(content).encode(),
        by=SYSTEM,
        at=NOW,
    )
    return {area.code: area for area in Area.objects.filter(layer__code=LAYER)}


def _district(code: str, west: float, east: float, properties: Any) -> Any:
    ring = [(west, 39.2), (east, 39.2), (east, 39.35), (west, 39.35), (west, 39.2)]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": code.title(), **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
