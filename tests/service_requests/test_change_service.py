"""Moved to the service that it really is: team, date, history, and what everyone may know."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from citycall.catalog.actions import save_service
from citycall.catalog.specs import Privacy, ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.service_requests import public, published
from citycall.service_requests.actions import close, erase, work
from citycall.service_requests.actions.change import Changed, WordsMissing
from citycall.service_requests.actions.change_service import WouldShowMore, change_service
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.work import BadChoice
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Report, ServiceRequest, Status
from citycall.service_requests.rules import StepNotAllowed
from tests.city import NOW, SERVICES, City, draft

POTHOLE: Mapping[str, Any] = SERVICES[0]


@pytest.fixture
def request_id(city: City) -> int:
    """What was told as something else, and is a pothole."""
    return submit(draft("something-else"), by=city.resident, at=NOW).request_id


def move(
    request_id: int, city: City, *, to: str = "pothole", at: datetime = NOW + timedelta(hours=1)
) -> ServiceRequest:
    return change_service(
        request_id, service_code=to, reason="It is a hole.", by=city.call_taker, at=at
    )


def test_the_rules_choose_its_team_and_date_anew(city: City, request_id: int) -> None:
    expected = submit(draft("pothole"), by=city.resident, at=NOW).request_id
    work.assign(request_id, assignee_id=None, by=city.dispatcher, at=NOW)
    move(request_id, city)
    moved, twin = (ServiceRequest.objects.get(pk=pk) for pk in (request_id, expected))
    assert (moved.service_id, moved.team_id, moved.due_at) == (
        twin.service_id,
        twin.team_id,
        twin.due_at,
    )
    assert (moved.status, moved.assignee_id) == (Status.NEW, None)


def test_what_was_promised_first_stays_on_record(city: City, request_id: int) -> None:
    promised = ServiceRequest.objects.get(pk=request_id).promised_at
    move(request_id, city)
    assert ServiceRequest.objects.get(pk=request_id).promised_at == promised
    change = Event.objects.get(subject_id=request_id, kind=Kind.PROMISE_CHANGED)
    assert change.data["why"] == "service_changed"


def test_a_team_that_keeps_it_goes_on_with_its_work(city: City) -> None:
    save_service(
        spec=ServiceSpec.model_validate({**POTHOLE, "code": "sinkhole"}), by=SYSTEM, at=NOW
    )
    request_id = submit(draft(), by=city.resident, at=NOW).request_id
    work.start(request_id, by=city.crew, at=NOW)
    assert move(request_id, city, to="sinkhole").status == Status.IN_PROGRESS


def test_the_pauses_of_its_clock_count_for_the_new_service_too(city: City) -> None:
    save_service(
        spec=ServiceSpec.model_validate(
            {**POTHOLE, "code": "sinkhole", "target": {"amount": 9, "unit": "days"}}
        ),
        by=SYSTEM,
        at=NOW,
    )
    request_id = submit(draft(), by=city.resident, at=NOW).request_id
    work.hold(request_id, reason="weather", words="", by=city.dispatcher, at=NOW)
    work.resume(request_id, by=city.dispatcher, at=NOW + timedelta(days=2))
    work.hold(request_id, reason="parts", words="", by=city.dispatcher, at=NOW)
    work.resume(request_id, by=city.dispatcher, at=NOW + timedelta(days=3))
    moved = move(request_id, city, to="sinkhole", at=NOW + timedelta(days=4))
    # The time of day changes over the nine days, since clocks are put forward in between.
    assert moved.due_at is not None
    assert (moved.due_at - NOW).days in {10, 11}


def test_a_reopening_starts_the_clock_of_the_new_service(city: City, request_id: int) -> None:
    close.cancel(request_id, reason="A mistake", by=city.call_taker, at=NOW)
    later = NOW + timedelta(days=30)
    close.reopen(request_id, reason="No mistake", by=city.call_taker, at=later)
    moved = move(request_id, city, at=later + timedelta(days=1))
    assert moved.due_at is not None
    assert moved.due_at > later + timedelta(days=4)


def test_the_public_history_says_from_what_to_what_and_why(city: City, request_id: int) -> None:
    number = ServiceRequest.objects.get(pk=request_id).number
    move(request_id, city)
    told = public.by_number(number, by=city.resident)
    moved = next(each for each in told.happenings if each.kind == Kind.SERVICE_CHANGED)
    assert dict(moved.facts) == {"service_before": "something-else", "service": "pothole"}
    assert moved.words == "It is a hole."


def test_other_systems_see_the_service_that_it_has_now(city: City, request_id: int) -> None:
    move(request_id, city)
    row = published.one(request_id)
    assert row is not None
    assert row.service_id == city.services["pothole"].pk
    assert row.updated_at == NOW + timedelta(hours=1)


def test_a_reason_is_needed(city: City, request_id: int) -> None:
    with pytest.raises(WordsMissing):
        change_service(request_id, service_code="pothole", reason=" ", by=city.call_taker, at=NOW)


@pytest.mark.parametrize("code", ["something-else", "no-such-service"])
def test_a_service_that_it_cannot_have_is_refused(city: City, request_id: int, code: str) -> None:
    with pytest.raises(BadChoice) as refused:
        move(request_id, city, to=code)
    assert refused.value.field == "service"


def test_nothing_that_was_told_in_private_becomes_public(city: City) -> None:
    request_id = submit(draft("graffiti"), by=city.resident, at=NOW).request_id
    with pytest.raises(WouldShowMore):
        move(request_id, city)


def test_what_becomes_private_is_hidden_at_once(city: City, request_id: int) -> None:
    assert SERVICES[1]["privacy"] == Privacy.PRIVATE
    number = ServiceRequest.objects.get(pk=request_id).number
    move(request_id, city, to="graffiti")
    assert published.one(request_id) is None
    told = public.by_number(number, by=city.resident)
    assert told.hidden
    assert Kind.SERVICE_CHANGED not in {each.kind for each in told.happenings}


def test_the_crew_and_other_agencies_may_not(city: City, request_id: int) -> None:
    for by in (city.crew, city.outsider, city.analyst, city.resident):
        with pytest.raises(NotAllowed):
            change_service(request_id, service_code="pothole", reason="So", by=by, at=NOW)


def test_what_has_ended_is_not_moved(city: City, request_id: int) -> None:
    close.cancel(request_id, reason="A mistake", by=city.call_taker, at=NOW)
    with pytest.raises(StepNotAllowed):
        move(request_id, city)


def test_what_somebody_else_has_changed_is_looked_at_again(city: City, request_id: int) -> None:
    with pytest.raises(Changed):
        change_service(
            request_id,
            service_code="pothole",
            reason="So",
            by=city.call_taker,
            at=NOW,
            seen=NOW - timedelta(minutes=1),
        )


def leak(city: City) -> int:
    """A leak whose reporter chose an answer and wrote another."""
    water: dict[str, Any] = dict(SERVICES[2])
    water["questions"] = [*water["questions"], {"code": "who", "text": "Whose house is it?"}]
    water["privacy"] = "public"
    save_service(spec=ServiceSpec.model_validate(water), by=SYSTEM, at=NOW)
    answers = {"amount": "drip", "who": "Pat Doe's"}
    return submit(draft("water-leak", answers=answers), by=city.resident, at=NOW).request_id


def test_answers_stay_as_they_were_given(city: City) -> None:
    request_id = leak(city)
    move(request_id, city)
    assert Report.objects.get().answers == {"amount": "drip", "who": "Pat Doe's"}


def test_what_was_written_for_the_former_service_is_erased_too(city: City) -> None:
    request_id = leak(city)
    move(request_id, city)
    report = Report.objects.get(service_request=request_id)
    erase.erase_reports([report.pk], by=SYSTEM, at=NOW + timedelta(days=1))
    report.refresh_from_db()
    assert report.answers == {"amount": "drip"}
