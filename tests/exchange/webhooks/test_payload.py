"""What leaves the city: public facts under the city's codes, and nothing that names a person."""

import json
from typing import Any

import pytest

from citycall.core.models import Event
from citycall.exchange.webhooks import payload
from citycall.service_requests import published
from citycall.service_requests.actions.close import complete
from citycall.service_requests.actions.work import start
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Report, ServiceRequest
from tests.city import NOW, City
from tests.exchange.webhooks.conftest import reported


def told(event: Event) -> dict[str, Any]:
    request = published.one(event.subject_id)
    assert request is not None
    found: dict[str, Any] = json.loads(payload.body(event, request))
    return found


def test_a_new_request_is_told_with_its_public_facts(event: Event) -> None:
    body = told(event)
    assert (body["id"], body["kind"], body["at"]) == (
        str(event.pk), "submitted", "2026-03-02T15:00:00Z",
    )  # fmt: skip
    request = body["service_request"]
    assert request["id"] == str(event.subject_id)
    assert (request["service"], request["agency"], request["open"]) == ("pothole", "streets", True)
    assert (request["place"], request["longitude"]) == ("1200 E Monument St", -76.6)


def test_neither_person_nor_number_nor_their_words_leave(city: City) -> None:
    contact = ContactDetails(name="Pat Doe", email="pat@example.org", phone="+14105550123")
    event = reported(contact=contact, words="My name is Pat Doe")
    start(event.subject_id, by=city.crew, at=NOW)
    for each in Event.objects.filter(subject_id=event.subject_id):
        written = json.dumps(told(each))
        for secret in ("Pat", "pat@", "5550123", str(Report.objects.get().number), "crew"):
            assert secret not in written


def test_the_city_s_own_words_and_facts_are_told(city: City) -> None:
    request = ServiceRequest.objects.get(pk=reported().subject_id)
    start(request.pk, by=city.crew, at=NOW)
    complete(
        request.pk, outcome_code="fixed", explanation="Filled with asphalt.", by=city.crew, at=NOW
    )
    body = told(Event.objects.latest("id"))
    assert body["kind"] == "completed"
    assert body["facts"]["status"] == "completed"
    assert body["service_request"]["outcome"] == "fixed"
    assert body["service_request"]["explanation"] == "Filled with asphalt."


@pytest.mark.parametrize("visibility", ["reporter", "internal"])
def test_what_is_not_for_everyone_may_not_be_told(event: Event, visibility: str) -> None:
    event.visibility = visibility
    assert not payload.may_be_told(event)


def test_every_kind_is_told_or_kept_on_purpose() -> None:
    assert set(payload.KINDS) | payload.NEVER_TOLD == set(Kind)
