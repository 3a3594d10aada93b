"""Photon: OpenStreetMap for incomplete and misspelt names; ``/api`` answers GeoJSON."""

from collections.abc import Iterator
from typing import Any

from citycall.places.models import LocationKind
from citycall.places.outside import findings
from citycall.places.outside.findings import Find, Question
from citycall.places.outside.shapes import Identifier, Point, Shape, Text

_TOO_LARGE = frozenset({"city", "county", "state", "country"})
_AREAS = frozenset({"locality", "district"})


class _Properties(Shape):
    name: Text = ""
    housenumber: Text = ""
    street: Text = ""
    district: Text = ""
    city: Text = ""
    type: Text = ""
    osm_key: Text = ""
    osm_type: Text = ""
    osm_id: Identifier = ""


class _Feature(Shape):
    geometry: Point
    properties: _Properties


class Photon:
    """See https://github.com/komoot/photon/blob/master/docs/api-v1.md."""

    attribution = "© OpenStreetMap contributors"
    path = "/api"

    def parameters(self, question: Question) -> dict[str, str]:
        """The words, within the box and rather near its middle."""
        asked = {"q": question.words, "limit": str(question.limit)}
        if question.box:
            box = question.box
            longitude, latitude = box.middle
            asked |= {
                "bbox": f"{box.west:.5f},{box.south:.5f},{box.east:.5f},{box.north:.5f}",
                "lon": f"{longitude:.5f}",
                "lat": f"{latitude:.5f}",
            }
        return asked

    def finds(self, answer: Any) -> Iterator[Find]:
        """Its places, without towns and larger areas."""
        for feature in findings.records(findings.member(answer, "features"), _Feature):
            known = feature.properties
            label = _label(known)
            if known.type in _TOO_LARGE or not label:
                continue
            kind, accuracy_m = _kind_of(known)
            longitude, latitude = feature.geometry.coordinates
            yield Find(
                kind=kind,
                code=f"{known.osm_type}/{known.osm_id}",
                label=label,
                longitude=longitude,
                latitude=latitude,
                accuracy_m=accuracy_m,
            )


def _label(known: _Properties) -> str:
    address = f"{known.housenumber} {known.street}".strip()
    parts = (known.name, address, known.district, known.city)
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _kind_of(known: _Properties) -> tuple[LocationKind, float]:
    if known.housenumber and not known.name:
        return LocationKind.ADDRESS, findings.AT_THE_DOOR_M
    if known.type == "street" or known.osm_key == "highway":
        return LocationKind.SEGMENT, findings.STREET_M
    if known.type in _AREAS:
        return LocationKind.AREA, findings.AREA_M
    return LocationKind.LANDMARK, findings.GROUNDS_M
