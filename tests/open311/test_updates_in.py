"""POST servicerequestupdates: what agencies' and reporters' own systems tell us."""

import json
from typing import Any

import pytest
from django.test import Client

from citycall.core.models import Event
from citycall.exchange.models import ReceivedUpdate
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest, Status
from citycall.service_requests.policies import READ_SCOPE, SUBMIT_SCOPE, WORK_SCOPE
from tests.city import City
from tests.open311.posting import BASE, faults, new_key, post, taken, xml

ADDRESS = f"{BASE}/servicerequestupdates"


@pytest.fixture
def app(city: City) -> str:
    return new_key(SUBMIT_SCOPE)


@pytest.fixture
def agency(city: City) -> str:
    return new_key(WORK_SCOPE, agency_id=city.streets.pk, name="Streets' own system")


@pytest.fixture
def request_id(app: str) -> str:
    return str(taken(post(app))["service_request_id"])


def tell(key: str, request_id: str, *, form: str = "json", **told: Any) -> Any:
    update = {
        "api_key": key,
        "service_request_id": request_id,
        "update_id": "u-1",
        "updated_datetime": "2026-03-02T16:00:00Z",
        **told,
    }
    return Client().post(f"{ADDRESS}.{form}", update)


def stands() -> str:
    return ServiceRequest.objects.get().status


def test_an_agencys_system_moves_its_request(agency: str, request_id: str) -> None:
    answer = tell(agency, request_id, status="IN_PROGRESS", description="A crew is there.")
    assert answer.status_code == 200, answer.content
    assert stands() == Status.IN_PROGRESS


def test_the_answer_is_the_id_of_the_update_in_the_feed(agency: str, request_id: str) -> None:
    (row,) = json.loads(tell(agency, request_id, status="in_progress").content)
    assert row == {"update_id": str(ReceivedUpdate.objects.get().event_id)}


def test_xml_has_the_same(agency: str, request_id: str) -> None:
    root = xml(tell(agency, request_id, form="xml", status="Closed", description="Filled."))
    assert root.tag == "service_request_updates"
    assert root.findtext("request_update/update_id")
    assert stands() == Status.COMPLETED


def test_the_same_update_again_does_nothing(agency: str, request_id: str) -> None:
    first = tell(agency, request_id, status="in_progress", description="A crew is there.")
    events = Event.objects.count()
    assert tell(agency, request_id, status="in_progress").content == first.content
    assert Event.objects.count() == events


def test_json_is_taken_as_a_form_is(agency: str, request_id: str) -> None:
    update = {"service_request_id": request_id, "update_id": 7, "status": "in_progress"}
    answer = Client().post(
        f"{ADDRESS}.json?api_key={agency}", json.dumps(update), content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    assert stands() == Status.IN_PROGRESS


def test_another_agencys_system_may_not(city: City, request_id: str) -> None:
    other = new_key(WORK_SCOPE, agency_id=city.water.pk)
    assert tell(other, request_id, status="closed").status_code == 403
    assert stands() == Status.NEW


def test_a_reading_key_may_not(request_id: str) -> None:
    assert tell(new_key(READ_SCOPE), request_id, description="Hello").status_code == 403


@pytest.mark.parametrize("key", ["", "no such key"])
def test_without_a_good_key_nothing_is_taken(request_id: str, key: str) -> None:
    assert tell(key, request_id, status="closed").status_code == 403


def test_an_app_may_add_to_what_it_reported(app: str, request_id: str) -> None:
    answer = tell(app, request_id, status="open", description="It has grown.")
    assert answer.status_code == 200, answer.content
    added = Event.objects.get(kind=Kind.INFORMATION_ADDED)
    assert added.words == "It has grown."


def test_an_app_may_withdraw_what_it_reported(app: str, request_id: str) -> None:
    assert tell(app, request_id, status="CANCELLED", description="Gone.").status_code == 200
    assert stands() == Status.CANCELLED


def test_an_app_may_not_complete_what_it_reported(app: str, request_id: str) -> None:
    assert tell(app, request_id, status="fixed", description="Looks good.").status_code == 200
    assert stands() == Status.NEW


def test_an_app_may_not_touch_what_others_reported(request_id: str) -> None:
    other = new_key(SUBMIT_SCOPE, name="Another app")
    assert tell(other, request_id, description="Me too").status_code == 403


def test_an_unknown_request_is_not_found(agency: str) -> None:
    for unknown in ("987654", "26-48392-01755", "x", "9" * 30):
        assert tell(agency, unknown, status="closed").status_code == 404


def test_a_request_of_another_jurisdiction_is_not_found(
    agency: str, request_id: str, settings: Any
) -> None:
    settings.CITYCALL_JURISDICTIONS = ["a.example=streets", "b.example=water"]
    refused = tell(agency, request_id, status="closed", jurisdiction_id="b.example")
    assert refused.status_code == 404
    assert tell(agency, request_id, status="closed", jurisdiction_id="a.example").status_code == 200


def test_everything_wrong_is_told_at_once(agency: str) -> None:
    answer = tell(agency, "", update_id="", updated_datetime="yesterday", description="x" * 4001)
    assert answer.status_code == 400
    assert {fault.partition(":")[0] for fault in faults(answer)} == {
        "service_request_id",
        "update_id",
        "updated_datetime",
        "description",
    }


def test_an_update_that_says_nothing_is_a_fault(agency: str, request_id: str) -> None:
    (fault,) = faults(tell(agency, request_id))
    assert fault.startswith("status: ")


def test_dates_without_a_zone_are_taken(agency: str, request_id: str) -> None:
    answer = tell(agency, request_id, status="in_progress", updated_datetime="2026-03-02T11:00:00")
    assert answer.status_code == 200
    assert ReceivedUpdate.objects.get().told_at.isoformat() == "2026-03-02T16:00:00+00:00"
