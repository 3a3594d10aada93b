"""Sent back as not ours: who gets it then, what stays, and how to and fro ends."""

from datetime import timedelta

import pytest

from citycall.catalog.queries import catalog
from citycall.core.errors import NotAllowed
from citycall.core.models import Event, Revision
from citycall.routing.actions import save_rule
from citycall.routing.specs import RuleSpec
from citycall.service_requests import returning
from citycall.service_requests.actions import work
from citycall.service_requests.actions.change import WordsMissing
from citycall.service_requests.actions.return_reasons import save_reason, undo_reason
from citycall.service_requests.actions.return_work import return_work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.work import BadChoice
from citycall.service_requests.bounces import WouldBounce
from citycall.service_requests.events import Kind
from citycall.service_requests.history import sentence
from citycall.service_requests.models import ServiceRequest, Status
from citycall.service_requests.returning import ReasonSpec
from tests.city import NOW, City, draft

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def request_id(city: City) -> int:
    return submit(draft(), by=city.resident, at=NOW).request_id


def send_back(request_id: int, city: City, reason: str = "state_highway") -> ServiceRequest:
    return return_work(request_id, reason=reason, words="", by=city.crew, at=LATER)


def test_it_goes_to_those_who_sort_with_its_date_unchanged(city: City, request_id: int) -> None:
    before = ServiceRequest.objects.get(pk=request_id)
    work.assign(request_id, assignee_id=city.crew.id, by=city.dispatcher, at=NOW)
    send_back(request_id, city)
    after = ServiceRequest.objects.get(pk=request_id)
    assert (after.team_id, after.status) == (city.teams["sorting"].pk, Status.NEW)
    assert (after.assignee_id, after.returned_count, after.returned_at) == (None, 1, LATER)
    assert (after.due_at, after.promised_at) == (before.due_at, before.promised_at)
    assert not Event.objects.filter(subject_id=request_id, kind=Kind.PROMISE_CHANGED).exists()


def test_the_history_says_who_sent_it_back_and_why(city: City, request_id: int) -> None:
    send_back(request_id, city)
    event = Event.objects.get(subject_id=request_id, kind=Kind.RETURNED)
    told = sentence(event, spec=catalog().service("pothole").spec, people={})
    assert told == (
        "Paving sent it back: Not ours: state highway. It went to Sorting, with its date unchanged."
    )


def test_what_the_team_writes_is_for_staff_only(city: City, request_id: int) -> None:
    return_work(request_id, reason="other", words="Ask Ms. Doe.", by=city.crew, at=LATER)
    public = Event.objects.get(subject_id=request_id, kind=Kind.RETURNED)
    note = Event.objects.get(subject_id=request_id, kind=Kind.NOTE_ADDED)
    assert public.words is None
    assert (note.words, note.visibility) == ("Ask Ms. Doe.", "internal")


def test_a_reason_that_says_too_little_needs_words(city: City, request_id: int) -> None:
    with pytest.raises(WordsMissing):
        send_back(request_id, city, "other")


def test_only_reasons_of_the_list_can_be_given(city: City, request_id: int) -> None:
    with pytest.raises(BadChoice):
        send_back(request_id, city, "no_time")


def test_somebody_elses_work_cannot_be_sent_back(city: City, request_id: int) -> None:
    with pytest.raises(NotAllowed):
        return_work(request_id, reason="wrong_place", words="", by=city.outsider, at=LATER)


def test_a_team_that_sent_it_back_does_not_get_it_again(city: City, request_id: int) -> None:
    send_back(request_id, city)
    with pytest.raises(WouldBounce):
        work.transfer(request_id, team_code="paving", reason="Yours", by=city.dispatcher, at=LATER)
    assert ServiceRequest.objects.get(pk=request_id).team_id == city.teams["sorting"].pk


def test_accepting_it_ends_its_waiting(city: City, request_id: int) -> None:
    send_back(request_id, city)
    work.transfer(request_id, team_code="cleaning", reason="Theirs", by=city.dispatcher, at=LATER)
    row = ServiceRequest.objects.get(pk=request_id)
    assert (row.team_id, row.returned_at, row.returned_count) == (
        city.teams["cleaning"].pk,
        None,
        1,
    )


def test_after_two_returns_only_a_supervisor_sends_it_on(city: City, request_id: int) -> None:
    send_back(request_id, city)
    work.transfer(request_id, team_code="cleaning", reason="Theirs", by=city.dispatcher, at=LATER)
    send_back(request_id, city)
    assert returning.has_bounced(ServiceRequest.objects.get(pk=request_id))
    with pytest.raises(WouldBounce):
        work.transfer(request_id, team_code="mains", reason="Theirs", by=city.dispatcher, at=LATER)
    work.transfer(request_id, team_code="paving", reason="It is.", by=city.supervisor, at=LATER)
    assert ServiceRequest.objects.get(pk=request_id).team_id == city.teams["paving"].pk


def test_the_rule_that_sent_it_is_on_record(city: City) -> None:
    rule = save_rule(
        spec=RuleSpec(code="holes", service="pothole", team="cleaning"),
        by=city.administrator,
        at=NOW,
    )
    request_id = submit(draft(), by=city.resident, at=NOW).request_id
    send_back(request_id, city)
    assert Event.objects.get(subject_id=request_id, kind=Kind.RETURNED).data["rule"] == rule.pk


def own_reason(city: City, **changes: object) -> None:
    told = {"code": "port", "name": "Not ours: port authority", "agency": "streets", **changes}
    save_reason(spec=ReasonSpec.model_validate(told), by=city.administrator, at=NOW)


def offered(request_id: int) -> list[str]:
    return [r.code for r in returning.reasons_for(ServiceRequest.objects.get(pk=request_id))]


def test_the_city_adds_reasons_for_an_agency(city: City, request_id: int) -> None:
    own_reason(city)
    assert "port" in offered(request_id)
    own_reason(city, agency="water")
    assert "port" not in offered(request_id)


def test_a_usual_reason_can_be_told_otherwise_and_the_change_undone(
    city: City, request_id: int
) -> None:
    own_reason(city, code="wrong_place", retired=True, agency=None)
    assert "wrong_place" not in offered(request_id)
    own_reason(city, code="wrong_place", retired=False, agency=None)
    undo_reason(revision=Revision.objects.latest("id").pk, by=city.administrator, at=NOW)
    assert "wrong_place" not in offered(request_id)
