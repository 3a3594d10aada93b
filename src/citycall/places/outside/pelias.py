"""Pelias: open addresses, OpenStreetMap and more; ``/v1/search`` answers GeoJSON."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from citycall.places.models import LocationKind
from citycall.places.outside import findings
from citycall.places.outside.findings import Find, Question
from citycall.places.outside.shapes import Identifier, Point, Shape, Text

_KINDS = {
    "address": (LocationKind.ADDRESS, findings.AT_THE_DOOR_M),
    "intersection": (LocationKind.INTERSECTION, findings.AT_THE_DOOR_M),
    "venue": (LocationKind.LANDMARK, findings.GROUNDS_M),
    "street": (LocationKind.SEGMENT, findings.STREET_M),
    "neighbourhood": (LocationKind.AREA, findings.AREA_M),
}


class _Properties(Shape):
    gid: Identifier = ""
    layer: Text = ""
    label: Text
    accuracy: Text = ""
    match_type: Text = ""
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.5


class _Feature(Shape):
    geometry: Point
    properties: _Properties


class Pelias:
    """See https://github.com/pelias/documentation."""

    attribution = "© OpenStreetMap contributors, OpenAddresses, Who's On First"
    path = "/v1/search"

    def parameters(self, question: Question) -> dict[str, str]:
        """The words, within the box and rather near its middle."""
        asked = {
            "text": question.words,
            "size": str(question.limit),
            "layers": ",".join(sorted(_KINDS.keys() - {"intersection"})),
        }
        if question.box:
            box = question.box
            longitude, latitude = box.middle
            asked |= {
                "boundary.rect.min_lon": f"{box.west:.5f}",
                "boundary.rect.min_lat": f"{box.south:.5f}",
                "boundary.rect.max_lon": f"{box.east:.5f}",
                "boundary.rect.max_lat": f"{box.north:.5f}",
                "focus.point.lon": f"{longitude:.5f}",
                "focus.point.lat": f"{latitude:.5f}",
            }
        if question.key:
            asked["api_key"] = question.key
        return asked

    def finds(self, answer: Any) -> Iterator[Find]:
        """Its places of the kinds that a report can point at."""
        for feature in findings.records(findings.member(answer, "features"), _Feature):
            known = feature.properties
            if known.layer not in _KINDS:
                continue
            kind, accuracy_m = _KINDS[known.layer]
            if known.match_type == "interpolated":
                accuracy_m = findings.ALONG_THE_BLOCK_M
            longitude, latitude = feature.geometry.coordinates
            yield Find(
                kind=kind,
                code=known.gid,
                label=known.label,
                longitude=longitude,
                latitude=latitude,
                accuracy_m=accuracy_m,
                quality=known.confidence,
            )
