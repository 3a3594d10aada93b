"""What the server says of itself and of its services."""

import pytest
from django.test import Client
from pytest_django import Settings

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from tests.city import NOW, City
from tests.open311.cast import answer, get, xml

pytestmark = pytest.mark.usefixtures("city")


def test_discovery_names_this_server(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://311.example.org"
    settings.CITYCALL_CONTACT = "open311@example.org"
    told = get("discovery.json")
    (endpoint,) = told["endpoints"]
    assert endpoint["url"] == "https://311.example.org/open311/v2"
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert "open311@example.org" in told["contact"]
    assert "open311@example.org" in told["key_service"]


def test_discovery_in_xml_nests_its_lists() -> None:
    root = xml("discovery.xml")
    assert root.tag == "discovery"
    formats = [element.text for element in root.findall("endpoints/endpoint/formats/format")]
    assert formats == ["text/xml", "application/json"]


def test_the_door_itself_leads_to_discovery() -> None:
    response = Client().get("/open311/v2/")
    assert response.headers["Location"] == "/open311/v2/discovery.xml"


def test_services_are_told_in_the_strict_form() -> None:
    (lamp,) = [each for each in get("services.json") if each["service_code"] == "lamp-out"]
    assert lamp == {
        "service_code": "lamp-out",
        "service_name": "Street light out",
        "description": "A street light that is dark, blinking or on by day.",
        "metadata": True,
        "type": "realtime",
        "keywords": "lamp, dark, lantern",
        "group": "Lights",
        "groups": ["Lights"],
    }


def test_what_a_service_does_not_say_is_null() -> None:
    (pothole,) = [each for each in get("services.json") if each["service_code"] == "pothole"]
    assert (pothole["description"], pothole["keywords"]) == (None, None)
    assert pothole["metadata"] is False


def test_services_that_can_be_reported_in_confidence_are_offered() -> None:
    codes = {each["service_code"] for each in get("services.json")}
    assert {"graffiti", "needles", "something-else"} <= codes


def test_retired_services_are_not_offered(city: City) -> None:
    spec = city.services["pothole"].definition | {"retired": True}
    save_service(spec=ServiceSpec.model_validate(spec), by=SYSTEM, at=NOW)
    assert "pothole" not in {each["service_code"] for each in get("services.json")}
    assert answer("services/pothole.json").status_code == 404


def test_services_in_xml() -> None:
    root = xml("services.xml")
    assert root.tag == "services"
    lamp = next(e for e in root if e.findtext("service_code") == "lamp-out")
    assert lamp.findtext("metadata") == "true"
    assert [group.text for group in lamp.findall("groups/group")] == ["Lights"]


def test_a_definition_tells_each_question() -> None:
    told = get("services/water-leak.json")
    assert told == {
        "service_code": "water-leak",
        "attributes": [
            {
                "variable": True,
                "code": "amount",
                "datatype": "singlevaluelist",
                "required": True,
                "datatype_description": None,
                "order": 1,
                "description": "How much water is there?",
                "values": [
                    {"key": "drip", "name": "A drip"},
                    {"key": "gush", "name": "It gushes"},
                ],
            }
        ],
    }


def test_a_definition_in_xml() -> None:
    root = xml("services/water-leak.xml")
    assert root.tag == "service_definition"
    assert root.findtext("attributes/attribute/variable") == "true"
    keys = [value.findtext("key") for value in root.findall("attributes/attribute/values/value")]
    assert keys == ["drip", "gush"]


def test_what_is_asked_only_sometimes_is_not_required() -> None:
    required = {
        each["code"]: each["required"] for each in get("services/lamp-out.json")["attributes"]
    }
    assert required == {"wires": True, "lights": True, "pole": False, "blocks": False}


def test_extensions_tell_conditions_and_stops() -> None:
    more = {
        each["code"]: each["extended_attributes"]
        for each in get("services/lamp-out.json", extensions="true")["attributes"]
    }
    assert more["pole"]["only_if"] == [{"attribute": "lights", "any_of": ["one"], "answered": None}]
    assert more["wires"]["stops"][0]["kind"] == "emergency"
    assert xml("services/lamp-out.xml", extensions="true").findtext(
        "attributes/attribute/extended_attributes/stops/stop/description"
    )


def test_a_service_without_questions_has_an_empty_definition() -> None:
    assert get("services/pothole.json") == {"service_code": "pothole", "attributes": []}


def test_an_unknown_service_is_not_found() -> None:
    response = answer("services/nothing.json")
    assert response.status_code == 404
    assert response.json() == [{"code": 404, "description": "service_code was not found."}]
