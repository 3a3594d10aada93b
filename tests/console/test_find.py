"""An old matter, found by whatever its caller remembers, and what can be done about it."""

from datetime import timedelta
from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client

from citycall.accounts.models import User
from citycall.calls.models import Call, Touch
from citycall.core import numbers
from citycall.core.actors import SYSTEM, resident
from citycall.service_requests.actions import close, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from citycall.service_requests.models import Report, ServiceRequest, Status
from tests import city as small_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(city: small_city.City) -> Receipt:
    told = small_city.draft(contact=ContactDetails(name="Rosa Díaz", phone="+14105550199"))
    return submit(told, by=resident(), at=small_city.NOW)


def of(known: Receipt) -> str:
    return numbers.show(known.number)


def ask(taker: Client, words: str) -> HttpResponse:
    told = taker.post("/console/find", {"q": words})
    return cast(HttpResponse, taker.get(told.headers["Location"]))


def test_what_was_asked_for_stands_in_no_address(taker: Client, known: Receipt) -> None:
    told = taker.post("/console/find", {"q": "Rosa"})
    assert told.headers["Location"] == "/console/find?found"
    assert "Rosa" not in taker.get("/console/find").content.decode()


def test_a_right_number_leads_there_at_once(taker: Client, known: Receipt) -> None:
    answer = ask(taker, str(known.number))
    assert answer.headers["Location"] == f"/console/find/{of(known)}"


@pytest.mark.parametrize(
    "asked", ["410-555-0199", "rosa", "Díaz", "ROSA DÍAZ"], ids=["phone", "first", "last", "whole"]
)
def test_phone_and_name_find_it(taker: Client, known: Receipt, asked: str) -> None:
    assert of(known) in ask(taker, asked).content.decode()


@pytest.mark.parametrize("who", ["analyst", "crew", "dispatcher"])
@pytest.mark.parametrize("asked", ["410-555-0199", "Rosa Díaz"])
def test_who_takes_no_calls_does_not_find_people(
    client: Client, known: Receipt, who: str, asked: str
) -> None:
    client.force_login(User.objects.get(username=who))
    assert of(known) not in ask(client, asked).content.decode()


def test_a_number_with_a_slip_finds_what_exists(taker: Client, known: Receipt) -> None:
    digits = f"{known.number:012d}"
    wrong = digits[:5] + str((int(digits[5]) + 1) % 10) + digits[6:]
    page = ask(taker, wrong).content.decode()
    assert of(known) in page
    assert "One slip away" in page


def test_words_find_it(taker: Client, known: Receipt) -> None:
    assert of(known) in ask(taker, "Monument").content.decode()


def test_nothing_found_says_what_to_try(taker: Client, known: Receipt) -> None:
    page = ask(taker, "zzzz").content.decode()
    assert "Nothing was found" in page


def test_the_callers_own_requests_stand_first(taker: Client, call: Call, known: Receipt) -> None:
    Call.objects.filter(pk=call.pk).update(phone="+14105550199")
    page = taker.get("/console/find", {"call": call.pk}).content.decode()
    assert of(known) in page


def test_how_it_stands_is_said_in_plain_words_and_noted(
    taker: Client, call: Call, known: Receipt
) -> None:
    page = taker.get(f"/console/find/{of(known)}", {"call": call.pk}).content.decode()
    assert "has not looked at it yet" in page
    assert Touch.objects.get().kind == Touch.Kind.FOLLOWED


def test_another_person_reports_the_same(taker: Client, call: Call, known: Receipt) -> None:
    taker.post(f"/console/find/{of(known)}/join", {"words": "Me too", "call": call.pk})
    assert Report.objects.filter(service_request_id=known.request_id).count() == 2


def test_what_the_caller_adds_is_kept(taker: Client, known: Receipt) -> None:
    answer = taker.post(f"/console/find/{of(known)}/add", {"words": "It grew."}, follow=True)
    assert "It grew." in answer.content.decode()


def test_an_escalation_is_marked_with_its_reason(taker: Client, known: Receipt) -> None:
    taker.post(f"/console/find/{of(known)}/escalate", {"words": "A school is beside it."})
    request = ServiceRequest.objects.get()
    assert request.priority == 2
    page = taker.get(f"/agency/{of(known)}").content.decode()
    assert "A school is beside it." in page
    assert "Urgent" in taker.get("/agency?show=all").content.decode()


def test_without_words_the_fault_is_said_and_nothing_changes(taker: Client, known: Receipt) -> None:
    answer = taker.post(f"/console/find/{of(known)}/escalate", {"words": " "})
    assert answer.status_code == 422
    assert "Please say why it cannot wait its turn." in answer.content.decode()
    assert ServiceRequest.objects.get().priority == 3


def test_done_is_confirmed_or_disputed_by_the_caller(
    taker: Client, known: Receipt, city: small_city.City
) -> None:
    at = small_city.NOW + timedelta(minutes=30)
    work.start(known.request_id, by=SYSTEM, at=at)
    close.complete(known.request_id, outcome_code="fixed", explanation="Filled.", by=SYSTEM, at=at)
    taker.post(f"/console/find/{of(known)}/dispute", {"words": "Still a hole."})
    assert ServiceRequest.objects.get().status != Status.COMPLETED


def test_an_unknown_step_or_number_is_not_found(taker: Client, known: Receipt) -> None:
    assert taker.post(f"/console/find/{of(known)}/explode").status_code == 404
    unknown = numbers.show(numbers.compose(year=2026, serial=1))
    assert taker.get(f"/console/find/{unknown}").status_code == 404


def test_finding_is_for_staff_who_may_read(client: Client, known: Receipt) -> None:
    client.force_login(User.objects.get(username="outsider"))
    assert client.get(f"/console/find/{of(known)}").status_code == 403
