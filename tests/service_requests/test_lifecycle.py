"""No sequence of steps reaches a state that the table forbids, and every step is an event."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.core.errors import DomainError
from citycall.core.models import Event
from citycall.service_requests.actions import close, merge, work
from citycall.service_requests.actions.change_service import change_service
from citycall.service_requests.actions.return_work import return_work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest, Status
from citycall.service_requests.rules import TRANSITIONS, Step, steps_from
from tests.city import NOW, SERVICES, City, draft


def take(step: Step, request_id: int, *, other: int, at: datetime) -> object:
    """Take one step as the system, with whatever else it needs."""
    calls = {
        Step.ASSIGN: lambda: work.assign(request_id, assignee_id=None, by=SYSTEM, at=at),
        Step.START: lambda: work.start(request_id, by=SYSTEM, at=at),
        Step.HOLD: lambda: work.hold(request_id, reason="weather", words="", by=SYSTEM, at=at),
        Step.RESUME: lambda: work.resume(request_id, by=SYSTEM, at=at),
        Step.TRANSFER: lambda: work.transfer(
            request_id, team_code=another_team(request_id), reason="Theirs", by=SYSTEM, at=at
        ),
        Step.RETURN_WORK: lambda: return_work(
            request_id, reason="wrong_service", words="", by=SYSTEM, at=at
        ),
        Step.CHANGE_SERVICE: lambda: change_service(
            request_id, service_code=another_service(request_id), reason="So", by=SYSTEM, at=at
        ),
        Step.COMPLETE: lambda: close.complete(
            request_id, outcome_code="fixed", explanation="Filled", by=SYSTEM, at=at
        ),
        Step.CONFIRM: lambda: close.confirm(request_id, by=SYSTEM, at=at),
        Step.CLOSE: lambda: close.close_undisputed(
            request_id, by=SYSTEM, at=at + timedelta(days=400)
        ),
        Step.REOPEN: lambda: close.reopen(request_id, reason="Not done", by=SYSTEM, at=at),
        Step.CANCEL: lambda: close.cancel(request_id, reason="A mistake", by=SYSTEM, at=at),
        Step.REFER: lambda: close.refer(request_id, referred_to="The State", by=SYSTEM, at=at),
        Step.MERGE: lambda: merge.merge(request_id, parent_id=other, by=SYSTEM, at=at),
        Step.UNMERGE: lambda: merge.unmerge(request_id, by=SYSTEM, at=at),
    }
    return calls[step]()


def another_team(request_id: int) -> str:
    """A team that does not have the request."""
    return "paving" if ServiceRequest.objects.get(pk=request_id).team.code == "mains" else "mains"


def another_service(request_id: int) -> str:
    """A service that the request does not have, with the same reasons to wait and outcomes."""
    code = ServiceRequest.objects.get(pk=request_id).service.code
    return "sinkhole" if code == "pothole" else "pothole"


def is_sound(request: ServiceRequest) -> bool:
    """What must hold of a request in any state."""
    status = Status(request.status)
    return (
        (status is Status.MERGED) == (request.merged_into_id is not None)
        and (request.paused_at is None or status in {Status.ON_HOLD, Status.MERGED})
        and (request.verify_until is None or status is Status.COMPLETED)
        and (status is not Status.COMPLETED or request.completed_at is not None)
        and (status is not Status.CLOSED or request.closed_at is not None)
    )


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.sampled_from(list(Step)), max_size=14))
def test_no_sequence_reaches_a_forbidden_state(city: City, steps: list[Step]) -> None:
    save_service(
        spec=ServiceSpec.model_validate({**SERVICES[0], "code": "sinkhole", "name": "Sinkhole"}),
        by=SYSTEM,
        at=NOW,
    )
    with transaction.atomic():
        request_id = submit(draft(), by=city.resident, at=NOW).request_id
        other = submit(draft(), by=city.resident, at=NOW).request_id
        for n, step in enumerate(steps):
            before = ServiceRequest.objects.get(pk=request_id)
            events = Event.objects.filter(subject_id=request_id).count()
            allowed = step in steps_from(Status(before.status))
            try:
                with transaction.atomic():
                    take(step, request_id, other=other, at=NOW + timedelta(hours=n))
                taken = True
            except DomainError:
                taken = False
            after = ServiceRequest.objects.get(pk=request_id)
            assert taken == allowed
            assert is_sound(after)
            assert (Event.objects.filter(subject_id=request_id).count() > events) == taken
            if taken and TRANSITIONS[step].target is not None:
                assert after.status == TRANSITIONS[step].target
            if not taken:
                assert after.status == before.status
        transaction.set_rollback(True)


@pytest.mark.parametrize("status", list(Status))
def test_every_state_can_be_left_or_is_an_end(status: Status) -> None:
    assert steps_from(status), f"nothing leads out of {status}"


def test_every_state_can_be_reached() -> None:
    reached = {t.target for t in TRANSITIONS.values()} | {Status.NEW}
    assert set(Status) <= reached
