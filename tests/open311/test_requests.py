"""Reading requests: their shape, and whose are told of at all."""

import json
from datetime import timedelta
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from citycall.core import numbers
from citycall.core.actors import SYSTEM
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions import close, merge, work
from citycall.service_requests.models import Channel
from tests.city import NOW, City
from tests.open311.cast import (
    EMAIL,
    NAME,
    SECRET_WORDS,
    answer,
    at_point,
    get,
    ids,
    public_photo,
    sent,
    xml,
)

pytestmark = pytest.mark.usefixtures("noon")

LATER = NOW + timedelta(hours=2)
WORDS_ONLY = Location(kind=LocationKind.WORDS, place="Behind the school")

TEXT = {"type": "string", "minLength": 1}
MAYBE = {"type": ["string", "null"], "minLength": 1}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
FIELDS: dict[str, Any] = {
    "service_request_id": TEXT,
    "status": {"enum": ["open", "closed"]},
    "status_notes": MAYBE,
    "service_name": TEXT,
    "service_code": TEXT,
    "description": MAYBE,
    "agency_responsible": TEXT,
    "service_notice": MAYBE,
    "requested_datetime": MOMENT,
    "updated_datetime": MOMENT,
    "expected_datetime": {"anyOf": [MOMENT, {"type": "null"}]},
    "address": TEXT,
    "address_id": MAYBE,
    "zipcode": MAYBE,
    "lat": {"type": "number"},
    "long": {"type": "number"},
    "media_url": {"type": ["string", "null"], "pattern": "^http"},
}
REQUESTS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": FIELDS,
        "required": list(FIELDS),
        "additionalProperties": False,
    },
}


def test_a_list_has_every_key_in_its_strict_form(city: City) -> None:
    sent()
    public_photo(sent("water-leak", location=at_point(-76.61, 39.3)))
    done = sent("dead-tree")
    close.cancel(done.request_id, reason="Told twice.", by=SYSTEM, at=LATER)
    shown = get("requests.json")
    jsonschema.validate(shown, REQUESTS)
    assert len(shown) == 3


def test_a_request_says_what_was_told(city: City) -> None:
    receipt = sent()
    (shown,) = get(f"requests/{receipt.request_id}.json")
    assert shown == {
        "service_request_id": str(receipt.request_id),
        "status": "open",
        "status_notes": None,
        "service_name": "Pothole",
        "service_code": "pothole",
        "description": "A deep hole in the right lane.",
        "agency_responsible": "Streets",
        "service_notice": None,
        "requested_datetime": "2026-03-02T15:00:00Z",
        "updated_datetime": "2026-03-02T15:00:00Z",
        "expected_datetime": "2026-03-07T15:00:00Z",
        "address": "1200 E Monument St",
        "address_id": None,
        "zipcode": None,
        "lat": 39.29,
        "long": -76.6,
        "media_url": None,
    }


def test_xml_carries_the_same(city: City) -> None:
    receipt = sent(words="Deep & <dangerous>\x0b")
    root = xml("requests.xml")
    assert [root.tag, root[0].tag] == ["service_requests", "request"]
    told = {element.tag: element.text for element in root[0]}
    assert set(told) == set(FIELDS)
    assert told["service_request_id"] == str(receipt.request_id)
    assert told["description"] == "Deep & <dangerous>"
    assert told["media_url"] is None


def test_xml_begins_with_its_declaration(city: City) -> None:
    response = answer("requests.xml")
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert response.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')


def test_private_services_are_in_no_answer(city: City) -> None:
    hidden = sent("graffiti", words=SECRET_WORDS)
    assert get("requests.json", extensions="true") == []
    assert get("requests.json", service_request_id=hidden.request_id) == []
    assert get("requests.json", service_code="graffiti") == []
    assert answer(f"requests/{hidden.request_id}.json").status_code == 404
    assert answer(f"requests/{numbers.show(hidden.number)}.json").status_code == 404


def test_hidden_places_are_told_by_the_city_alone(city: City, settings: Settings) -> None:
    receipt = sent("needles", words=SECRET_WORDS)
    assert get("requests.json") == []
    (shown,) = get(f"requests/{receipt.request_id}.json")
    assert (shown["lat"], shown["long"], shown["description"]) == (None, None, None)
    assert shown["address"] == settings.CITYCALL_CITY_NAME


def test_contact_data_is_in_no_answer(city: City) -> None:
    receipt = sent()
    everything = answer("requests.json", extensions="true").content
    everything += answer(f"requests/{receipt.request_id}.xml", extensions="true").content
    everything += answer("servicerequestupdates.json").content
    assert NAME.encode() not in everything
    assert EMAIL.encode() not in everything


def test_confirmation_numbers_are_in_no_answer(city: City) -> None:
    receipt = sent()
    everything = answer("requests.json", extensions="true").content
    assert str(receipt.number).encode() not in everything
    assert numbers.show(receipt.number).encode() not in everything


def test_words_sent_through_other_doors_are_not_published(city: City) -> None:
    sent(channel=Channel.PHONE, words=SECRET_WORDS)
    assert get("requests.json")[0]["description"] is None


def test_words_are_not_published_where_the_city_does_not_wish_it(
    city: City, settings: Settings
) -> None:
    sent(words=SECRET_WORDS)
    settings.CITYCALL_PUBLISH_DESCRIPTIONS = False
    assert get("requests.json")[0]["description"] is None


def test_a_public_photo_has_its_address(city: City, settings: Settings) -> None:
    photo = public_photo(sent())
    assert get("requests.json")[0]["media_url"] == f"{settings.PUBLIC_URL}/photos/{photo.pk}"


def test_lists_hold_only_what_has_a_point(city: City) -> None:
    receipt = sent("something-else", location=WORDS_ONLY)
    assert get("requests.json") == []
    assert ids(extensions="true") == [receipt.request_id]
    (shown,) = get("requests.json", service_request_id=receipt.request_id)
    # A place in a reporter's own words is words.
    assert (shown["lat"], shown["address"]) == (None, "Port Calder")


def test_work_in_progress_is_open(city: City) -> None:
    receipt = sent()
    work.start(receipt.request_id, by=city.dispatcher, at=LATER)
    (shown,) = get("requests.json")
    assert (shown["status"], shown["updated_datetime"]) == ("open", "2026-03-02T17:00:00Z")


def test_a_completed_request_is_closed_with_its_explanation(city: City) -> None:
    receipt = sent()
    close.complete(
        receipt.request_id,
        outcome_code="fixed",
        explanation="Filled with asphalt.",
        by=city.dispatcher,
        at=LATER,
    )
    (shown,) = get("requests.json")
    assert shown["status"] == "closed"
    assert shown["status_notes"] == "Filled with asphalt."
    assert shown["updated_datetime"] == "2026-03-02T17:00:00Z"
    assert shown["expected_datetime"] is None
    assert "once the reporter agrees" in shown["service_notice"]


def test_a_reopened_request_does_not_tell_of_its_earlier_end(city: City) -> None:
    receipt = sent()
    close.complete(
        receipt.request_id,
        outcome_code="fixed",
        explanation="Filled.",
        by=city.dispatcher,
        at=LATER,
    )
    close.reopen(receipt.request_id, reason="It sank.", by=city.dispatcher, at=LATER)
    (shown,) = get("requests.json", extensions="true")
    assert (shown["status"], shown["status_notes"]) == ("open", None)
    assert shown["extended_attributes"]["completed_datetime"] is None


def test_a_referred_request_says_whose_it_is(city: City) -> None:
    receipt = sent()
    close.refer(
        receipt.request_id,
        referred_to="The county: 410-555-0199.",
        by=city.dispatcher,
        at=LATER,
    )
    assert get("requests.json")[0]["status_notes"] == "The county: 410-555-0199."


def test_a_duplicate_names_its_parent(city: City) -> None:
    first, second = sent(), sent()
    merge.merge(second.request_id, parent_id=first.request_id, by=city.dispatcher, at=LATER)
    (shown,) = get(f"requests/{second.request_id}.json", extensions="true")
    assert shown["status"] == "closed"
    assert shown["status_notes"] == f"This is a duplicate of request {first.request_id}."
    parent = shown["extended_attributes"]["parent_service_request_id"]
    assert parent == str(first.request_id)


def test_a_confirmation_number_leads_to_its_request(city: City) -> None:
    first, second = sent(), sent()
    merge.merge(second.request_id, parent_id=first.request_id, by=city.dispatcher, at=LATER)
    assert ids(f"requests/{numbers.show(second.number)}.json") == [first.request_id]
    assert ids(f"requests/{second.number}.json") == [first.request_id]


@pytest.mark.parametrize("unknown", ["999999", "abc", "26-48392-01750", "9" * 30, "１２"])
def test_an_unknown_request_is_not_found(city: City, unknown: str) -> None:
    response = answer(f"requests/{unknown}.json")
    assert response.status_code == 404
    assert json.loads(response.content) == [
        {"code": 404, "description": "service_request_id was not found."}
    ]


def test_extensions_add_the_finer_state_and_what_happened(city: City) -> None:
    receipt = sent()
    work.start(receipt.request_id, by=city.dispatcher, at=LATER)
    (shown,) = get("requests.json", extensions="true")
    more = shown["extended_attributes"]
    assert (more["status"], more["reports_count"], more["areas"]) == ("in_progress", 1, [])
    assert [note["type"] for note in shown["notes"]] == ["submitted", "started"]
    assert shown["notes"][1] == {
        "datetime": "2026-03-02T17:00:00Z",
        "type": "started",
        "status": "in_progress",
        "summary": "Work has begun.",
        "description": None,
    }
    assert [note.tag for note in xml("requests.xml", extensions="true").iter("note")] == [
        "note",
        "note",
    ]


def test_internal_notes_are_not_told(city: City) -> None:
    from citycall.service_requests.actions.tell_more import add_note

    receipt = sent()
    add_note(receipt.request_id, words="Beware.", public=False, by=city.dispatcher, at=LATER)
    add_note(receipt.request_id, words="Soon.", public=True, by=city.dispatcher, at=LATER)
    (shown,) = get("requests.json", extensions="true")
    assert [note["description"] for note in shown["notes"]] == [None, "Soon."]


@pytest.mark.parametrize(("more", "queries"), [("false", 1), ("true", 2)])
def test_a_list_asks_the_database_as_often_however_long_it_is(
    city: City, django_assert_num_queries: DjangoAssertNumQueries, more: str, queries: int
) -> None:
    for _each in range(7):
        public_photo(sent())
    get("requests.json")
    with django_assert_num_queries(queries):
        assert len(get("requests.json", extensions=more)) == 7


def test_a_full_page_counts_and_lists(
    city: City, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _each in range(3):
        sent()
    get("requests.json")
    with django_assert_num_queries(2):
        assert len(get("requests.json", page=1, page_size=2)) == 2


def test_one_request_is_one_query(
    city: City, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    receipt = sent()
    get("requests.json")
    with django_assert_num_queries(1):
        get(f"requests/{receipt.request_id}.json")


def test_numbers_that_lead_nowhere_cannot_be_tried_in_a_row(city: City) -> None:
    receipt = sent()
    made = (numbers.show(numbers.compose(year=26, serial=each)) for each in range(21))
    *tried, last = (f"requests/{number}.json" for number in made)
    assert {answer(path).status_code for path in tried} == {404}
    refused = answer(last)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert ids(f"requests/{receipt.request_id}.json") == [receipt.request_id]
