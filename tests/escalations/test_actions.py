"""Each step once for a promise, to those it names, and none while the clock stands still."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from citycall.accounts.models import User
from citycall.catalog.queries import catalog
from citycall.core.errors import NotAllowed
from citycall.core.models import Event, Revision
from citycall.escalations import actions, jobs, queries
from citycall.escalations.models import Escalation, Watch
from citycall.escalations.specs import PolicySpec
from citycall.service_requests.actions import close, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.events import Kind
from citycall.service_requests.history import sentence
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW, City, draft

DUE = NOW + timedelta(days=5)
SOON = NOW + timedelta(days=4, hours=1)


@pytest.fixture
def request_id(city: City) -> int:
    User.objects.update(email="")
    for name in ("dispatcher", "manager", "crew", "administrator"):
        User.objects.filter(username=name).update(email=f"{name}@example.org")
    request_id = submit(draft(), by=city.resident, at=NOW).request_id
    actions.watch(request_id, at=NOW)
    return request_id


def steps(request_id: int) -> list[str]:
    return [row.step for row in Escalation.objects.filter(service_request=request_id)]


def owed() -> list[str]:
    rows = ProcrastinateJob.objects.filter(task_name=actions.TELL_TASK).order_by("id")
    return [row.args["email"] for row in rows]


def test_nothing_comes_before_its_time(request_id: int) -> None:
    assert Watch.objects.get(pk=request_id).next_at == NOW + timedelta(days=4)
    assert actions.take_due(at=NOW + timedelta(days=3, hours=23)) == 0


def test_four_fifths_of_the_time_tell_assignee_and_team(city: City, request_id: int) -> None:
    work.assign(request_id, assignee_id=city.crew.id, by=city.dispatcher, at=NOW)
    assert actions.take_due(at=SOON) == 1
    assert steps(request_id) == ["soon"]
    assert owed() == ["crew@example.org", "dispatcher@example.org"]


def test_each_step_is_taken_once(request_id: int) -> None:
    actions.take_due(at=SOON)
    assert actions.take_due(at=SOON + timedelta(minutes=5)) == 0
    actions.take_due(at=DUE)
    actions.take_due(at=DUE + timedelta(days=3, hours=9))
    assert steps(request_id) == ["soon", "due", "late"]
    assert Watch.objects.get(pk=request_id).next_at is None
    assert owed() == [f"{who}@example.org" for who in ("dispatcher", "manager", "administrator")]


def test_the_step_is_an_event_that_only_staff_read(request_id: int) -> None:
    actions.take_due(at=SOON)
    event = Event.objects.get(subject_id=request_id, kind=Kind.ESCALATED)
    assert (event.visibility, event.data["step"]) == ("internal", "soon")
    assert event.data["told"] == ["dispatcher"]
    spec = catalog().service("pothole").spec
    assert sentence(event, spec=spec, people={}).endswith("Told: dispatcher.")


def test_it_changes_neither_date_nor_when_the_request_was_changed(request_id: int) -> None:
    before = ServiceRequest.objects.get(pk=request_id)
    actions.take_due(at=SOON)
    after = ServiceRequest.objects.get(pk=request_id)
    assert (after.due_at, after.updated_at) == (before.due_at, before.updated_at)


def test_no_step_comes_while_the_clock_stands_still(city: City, request_id: int) -> None:
    work.hold(request_id, reason="weather", words="", by=city.crew, at=NOW + timedelta(days=1))
    # Even if the worker has not yet seen that the clock was stopped.
    assert actions.take_due(at=DUE) == 0
    assert Watch.objects.get(pk=request_id).next_at is None
    work.resume(request_id, by=city.crew, at=DUE)
    assert actions.watch(request_id, at=DUE) is not None
    assert actions.take_due(at=DUE) == 0


def test_a_pause_begins_no_new_promise(city: City, request_id: int) -> None:
    actions.take_due(at=SOON)
    work.hold(request_id, reason="weather", words="", by=city.crew, at=SOON)
    work.resume(request_id, by=city.crew, at=SOON + timedelta(days=9))
    actions.watch(request_id, at=SOON + timedelta(days=9))
    actions.take_due(at=SOON + timedelta(days=9))
    assert steps(request_id) == ["soon"]


def test_a_reopening_begins_a_new_promise(city: City, request_id: int) -> None:
    actions.take_due(at=SOON)
    close.complete(request_id, outcome_code="fixed", explanation="Done", by=city.crew, at=SOON)
    assert actions.watch(request_id, at=SOON) is None
    close.reopen(request_id, reason="Still there", by=city.dispatcher, at=SOON)
    actions.watch(request_id, at=SOON)
    actions.take_due(at=SOON + timedelta(days=4, hours=1))
    assert [row.promise for row in Escalation.objects.order_by("id")] == [0, 1]


def test_what_is_long_past_is_no_news(city: City) -> None:
    request_id = submit(draft(), by=city.resident, at=NOW - timedelta(days=40)).request_id
    assert actions.watch_missing(at=NOW) == 1
    actions.take_due(at=NOW)
    assert steps(request_id) == ["soon", "due", "late"]
    assert not owed()
    assert not Event.objects.filter(subject_id=request_id, kind=Kind.ESCALATED).exists()


POLICY = {
    "code": "holes",
    "service": "pothole",
    "steps": [
        {"code": "half", "name": "Half", "share": 0.5, "emails": ["chief@example.org"]},
    ],
}


def test_a_service_has_steps_of_its_own(city: City, request_id: int) -> None:
    spec = PolicySpec.model_validate(POLICY)
    actions.save_policy(spec=spec, by=city.administrator, at=NOW)
    actions.watch(request_id, at=NOW)
    actions.take_due(at=NOW + timedelta(days=2, hours=13))
    assert (steps(request_id), owed()) == (["half"], ["chief@example.org"])


def test_a_policy_can_be_undone(city: City, request_id: int) -> None:
    spec = PolicySpec.model_validate(POLICY)
    actions.save_policy(spec=spec, by=city.administrator, at=NOW)
    revision = Revision.objects.latest("id").pk
    actions.undo(revision=revision, by=city.administrator, at=NOW)
    found = queries.steps_for(ServiceRequest.objects.get(pk=request_id))
    assert [each.code for each in found] == ["soon", "due", "late"]


def test_only_administrators_write_policies(city: City) -> None:
    with pytest.raises(NotAllowed):
        actions.save_policy(spec=PolicySpec.model_validate(POLICY), by=city.manager, at=NOW)


def test_the_message_names_the_request_and_why(request_id: int) -> None:
    actions.take_due(at=SOON)
    row = Escalation.objects.get(service_request=request_id)
    jobs.tell_of_escalations([row.pk], "dispatcher@example.org", "en")
    assert len(mail.outbox) == 1
    assert "four fifths of the time are gone" in mail.outbox[0].body
    assert "1200 E Monument St" in mail.outbox[0].body


def test_one_message_tells_of_all_that_came_together(city: City, request_id: int) -> None:
    other = submit(draft(words="Another one"), by=city.resident, at=NOW).request_id
    actions.watch(other, at=NOW)
    assert actions.take_due(at=SOON) == 2
    assert owed() == ["dispatcher@example.org"]


def test_two_workers_take_a_step_once(request_id: int) -> None:
    at: datetime = SOON
    actions.take_due(at=at)
    Watch.objects.filter(pk=request_id).update(next_at=NOW)
    assert actions.take_due(at=at) == 0
