"""Nominatim: OpenStreetMap by addresses and names; ``/search`` in its format ``jsonv2``."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from citycall.places.models import LocationKind
from citycall.places.outside import findings
from citycall.places.outside.findings import Find, Question
from citycall.places.outside.shapes import Identifier, Latitude, Longitude, Shape, Text

# Nominatim ranks places by their size: 16 and less is a town or more, 26 and 27 a street, 30 a
# house or a single thing.
RANK_OF_TOWNS, RANK_OF_STREETS, RANK_OF_THINGS = 16, 26, 28


class _Place(Shape):
    lon: Longitude
    lat: Latitude
    display_name: Text
    place_rank: int = RANK_OF_THINGS
    category: Text = ""
    type: Text = ""
    osm_type: Text = ""
    osm_id: Identifier = ""
    address: dict[str, Any] = Field(default_factory=dict)


class Nominatim:
    """See https://nominatim.org/release-docs/latest/api/Search/."""

    attribution = "© OpenStreetMap contributors"
    path = "/search"

    def parameters(self, question: Question) -> dict[str, str]:
        """The words, within the box."""
        asked = {
            "q": question.words,
            "format": "jsonv2",
            "addressdetails": "1",
            "limit": str(question.limit),
        }
        if question.box:
            box = question.box
            asked |= {
                "viewbox": f"{box.west:.5f},{box.south:.5f},{box.east:.5f},{box.north:.5f}",
                "bounded": "1",
            }
        if question.key:
            asked["key"] = question.key
        return asked

    def finds(self, answer: Any) -> Iterator[Find]:
        """Its places, without towns, postcodes and larger areas."""
        for place in findings.records(answer, _Place):
            if place.place_rank <= RANK_OF_TOWNS or place.type == "postcode":
                continue
            kind, accuracy_m = _kind_of(place)
            yield Find(
                kind=kind,
                code=f"{place.osm_type}/{place.osm_id}",
                label=place.display_name,
                longitude=place.lon,
                latitude=place.lat,
                accuracy_m=accuracy_m,
            )


def _kind_of(place: _Place) -> tuple[LocationKind, float]:
    if place.type == "house" or (place.category == "building" and "house_number" in place.address):
        return LocationKind.ADDRESS, findings.ALONG_THE_BLOCK_M
    if place.category == "highway" and place.place_rank < RANK_OF_THINGS:
        return LocationKind.SEGMENT, findings.STREET_M
    if place.place_rank < RANK_OF_STREETS and place.category in {"place", "boundary"}:
        return LocationKind.AREA, findings.AREA_M
    return LocationKind.LANDMARK, findings.GROUNDS_M
