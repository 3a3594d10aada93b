"""Two districts of the small city, beside each other: its reports lie in the western one."""

import json
from typing import Any

from citycall.core.actors import SYSTEM
from citycall.places.actions.layers import load_layer
from citycall.places.models import Area, AreaLayer
from tests.city import NOW

LAYER = "districts"
QUARTERS = "quarters"


def build(**properties: Any) -> dict[str, Area]:
    """The districts by code; ``properties`` are those of each."""
    return _load(
        LAYER,
        "District",
        _district("west", -76.65, -76.55, properties),
        _district("east", -76.55, -76.50, properties),
    )


def build_quarters() -> dict[str, Area]:
    """Three quarters by code: one in the western district, one across its edge, one beyond."""
    return _load(
        QUARTERS,
        "Quarter",
        _district("hill", -76.65, -76.61, {}),
        _district("dale", -76.61, -76.54, {}),
        _district("shore", -76.54, -76.50, {}),
    )


def _load(code: str, name: str, *features: Any) -> dict[str, Area]:
    load_layer(
        code=code,
        name=name,
        kind=AreaLayer.Kind.PARTITION,
        content=json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        by=SYSTEM,
        at=NOW,
    )
    return {area.code: area for area in Area.objects.filter(layer__code=code)}


def _district(code: str, west: float, east: float, properties: Any) -> Any:
    ring = [(west, 39.2), (east, 39.2), (east, 39.35), (west, 39.35), (west, 39.2)]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": code.title(), **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
