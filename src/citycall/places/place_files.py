"""Named places from a GeoJSON file: the rows that ``load_places`` takes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from shapely import GEOSException, Point
from shapely.geometry import shape

from citycall.core.errors import DomainError
from citycall.places.specs import PlaceSpec

_TAKEN = frozenset(PlaceSpec.model_fields) - {"longitude", "latitude"}


class BadPlaceFile(DomainError):
    """The file is not GeoJSON."""

    code = "bad_place_file"


def read_places(path: Path) -> Iterator[dict[str, Any]]:
    """A row for each feature: its known properties, and a point that lies within its geometry.

    Other properties are left aside. Raises ``BadPlaceFile`` for what is not a FeatureCollection;
    a feature without a usable geometry comes without a point, and ``load_places`` refuses it.
    """
    try:
        features = json.loads(path.read_bytes())["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        features = None
    if not isinstance(features, list):
        raise BadPlaceFile(_("%(file)s is not a GeoJSON FeatureCollection.") % {"file": path.name})
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        own = properties if isinstance(properties, dict) else {}
        known = {k: v for k, v in own.items() if k in _TAKEN and v is not None}
        yield known | _point(feature)


def _point(feature: Any) -> dict[str, float]:
    try:
        geometry = shape(feature["geometry"])
        middle = geometry if isinstance(geometry, Point) else geometry.representative_point()
        return {"longitude": middle.x, "latitude": middle.y}
    except (GEOSException, KeyError, TypeError, ValueError, AttributeError):
        return {}
