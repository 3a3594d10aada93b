"""Each geocoder is asked in its own way and read in its own shape."""

from typing import Any

import pytest

from citycall.places import outside
from citycall.places.models import LocationKind

from ..drawing import corner

pytestmark = pytest.mark.django_db

X, Y = corner(3.5, 4.5)
INSIDE = (X, Y)


def geojson(properties: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [X, Y]}
    return {"features": [{"type": "Feature", "geometry": point, "properties": properties}]}


NOMINATIM = [
    {
        "place_id": 4,
        "osm_type": "way",
        "osm_id": 12,
        "lat": str(Y),
        "lon": str(X),
        "category": "leisure",
        "type": "park",
        "place_rank": 30,
        "display_name": "Harbor Green, Port Calder",
        "address": {"road": "Quay Street"},
    }
]
PHOTON = geojson(
    {"name": "Harbor Green", "city": "Port Calder", "osm_type": "W", "osm_id": 12, "type": "other"}
)
PELIAS = geojson(
    {
        "gid": "osm:venue:way/12",
        "layer": "venue",
        "label": "Harbor Green, Port Calder",
        "confidence": 0.9,
    }
)
ARCGIS: dict[str, Any] = {
    "spatialReference": {"wkid": 4326},
    "candidates": [
        {
            "address": "Harbor Green, Port Calder",
            "location": {"x": X, "y": Y},
            "score": 97.5,
            "attributes": {"Addr_type": "POI", "PlaceName": "Harbor Green"},
        }
    ],
}
CENSUS = {
    "result": {
        "input": {},
        "addressMatches": [
            {
                "matchedAddress": "12 QUAY ST, PORT CALDER, MD, 21201",
                "coordinates": {"x": X, "y": Y},
                "tigerLine": {"side": "L", "tigerLineId": "646"},
            }
        ],
    }
}


@pytest.mark.parametrize(
    ("provider", "answer", "label"),
    [
        ("nominatim", NOMINATIM, "Harbor Green, Port Calder"),
        ("photon", PHOTON, "Harbor Green, Port Calder"),
        ("pelias", PELIAS, "Harbor Green, Port Calder"),
        ("arcgis", ARCGIS, "Harbor Green, Port Calder"),
        ("census", CENSUS, "12 QUAY ST, PORT CALDER, MD, 21201"),
    ],
)
def test_a_place_is_found_where_the_geocoder_says(choose, provider, answer, label) -> None:
    choose(provider).answers(answer)
    (found,) = outside.search("harbor green")
    assert found.label == label
    assert (found.longitude, found.latitude) == pytest.approx(INSIDE)
    assert found.detail == "Harbor Side"


def words_sent(stand_in: Any) -> tuple[str, set[str]]:
    (asked,) = stand_in.asked
    return asked.path, set(asked.parameters)


@pytest.mark.parametrize(
    ("provider", "path", "parameters"),
    [
        (
            "nominatim",
            "/search",
            {"q", "format", "addressdetails", "limit", "viewbox", "bounded"},
        ),
        ("photon", "/api", {"q", "limit", "bbox", "lon", "lat"}),
        (
            "pelias",
            "/v1/search",
            {"text", "size", "layers", "focus.point.lon", "focus.point.lat"}
            | {f"boundary.rect.{end}_{way}" for end in ("min", "max") for way in ("lon", "lat")},
        ),
        (
            "arcgis",
            "/findAddressCandidates",
            {"SingleLine", "f", "outFields", "outSR", "maxLocations", "forStorage"}
            | {"searchExtent", "location"},
        ),
        ("census", "/locations/onelineaddress", {"address", "benchmark", "format"}),
    ],
)
def test_nothing_but_the_words_and_the_city_is_sent(choose, provider, path, parameters) -> None:
    stand_in = choose(provider)
    outside.search("harbor green", near=INSIDE)
    assert words_sent(stand_in) == (path, parameters)


@pytest.mark.parametrize(
    ("provider", "name"), [("nominatim", "key"), ("pelias", "api_key"), ("arcgis", "token")]
)
def test_the_key_is_sent_under_the_name_that_is_expected(choose, provider, name) -> None:
    stand_in = choose(provider, key="s3cret")
    outside.search("harbor green")
    assert stand_in.asked[0].parameters[name] == "s3cret"


def test_the_census_is_told_the_city(choose) -> None:
    stand_in = choose("census")
    outside.search("12 quay st")
    assert stand_in.asked[0].parameters["address"] == "12 quay st, Port Calder, MD"


def test_the_request_says_whose_it_is(choose, settings) -> None:
    settings.PUBLIC_URL = "https://311.portcalder.example"
    stand_in = choose("photon")
    outside.search("harbor green")
    agent = stand_in.asked[0].headers["user-agent"]
    assert agent.startswith("CityCall/")
    assert agent.endswith("(+https://311.portcalder.example)")


def test_a_house_a_corner_a_street_and_a_district_are_told_apart(choose) -> None:
    kinds = ("PointAddress", "StreetInt", "StreetName", "POI")
    place = ARCGIS["candidates"][0]
    choose("arcgis").answers(
        {"candidates": [{**place, "attributes": {"Addr_type": kind}} for kind in kinds]}
    )
    assert [found.kind for found in outside.search("quay")] == [
        LocationKind.ADDRESS,
        LocationKind.INTERSECTION,
        LocationKind.SEGMENT,
        LocationKind.LANDMARK,
    ]


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        ({"category": "place", "type": "house"}, LocationKind.ADDRESS),
        ({"category": "highway", "type": "residential", "place_rank": 26}, LocationKind.SEGMENT),
        ({"category": "place", "type": "suburb", "place_rank": 19}, LocationKind.AREA),
        ({"category": "highway", "type": "bus_stop", "place_rank": 30}, LocationKind.LANDMARK),
    ],
)
def test_kinds_of_openstreetmap_become_the_citys(choose, known, kind) -> None:
    choose("nominatim").answers([{**NOMINATIM[0], **known}])
    (found,) = outside.search("quay")
    assert found.kind == kind


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        ("nominatim", [{**NOMINATIM[0], "category": "place", "type": "city", "place_rank": 16}]),
        ("photon", geojson({"name": "Port Calder", "type": "city"})),
        ("pelias", geojson({"layer": "locality", "label": "Port Calder"})),
        (
            "arcgis",
            {"candidates": [{**ARCGIS["candidates"][0], "attributes": {"Addr_type": "Locality"}}]},
        ),
    ],
)
def test_a_whole_town_is_no_place(choose, provider, answer) -> None:
    choose(provider).answers(answer)
    assert outside.search("port calder") == ()
