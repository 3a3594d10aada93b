"""No date is changed in silence: the old one is kept beside the new one, and reporters are told."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import citycall
from citycall.audience import not_told_otherwise
from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from citycall.core.errors import DomainError
from citycall.core.models import Event
from citycall.reactions import REACTIONS
from citycall.service_requests.actions.change import lock
from citycall.service_requests.actions.prioritise import set_priority
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.rules import Step
from tests.city import NOW, SERVICES, City, draft
from tests.service_requests.test_lifecycle import take

URGENT = {
    "amount": 5,
    "unit": "days",
    "overrides": [
        {"priority": 1, "amount": 4, "unit": "hours", "reason": "Danger"},
        {"priority": 2, "amount": 2, "unit": "days", "clock": "business", "reason": "Haste"},
    ],
}


def set_to(priority: int, request_id: int, *, hour: int) -> None:
    set_priority(
        lock(request_id),
        priority=priority,
        data={},
        redate=True,
        by=SYSTEM,
        at=NOW + timedelta(hours=hour),
    )


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.sampled_from([*Step, 1, 2, 3, 5]), min_size=2, max_size=14))
def test_every_step_that_moves_the_date_says_so(city: City, steps: list[Step | int]) -> None:
    for code in ("pothole", "sinkhole"):
        document = {**SERVICES[0], "code": code, "name": code, "target": URGENT}
        save_service(spec=ServiceSpec.model_validate(document), by=SYSTEM, at=NOW)
    with transaction.atomic():
        request_id = submit(draft(), by=city.resident, at=NOW).request_id
        other = submit(draft(), by=city.resident, at=NOW).request_id
        promised = ServiceRequest.objects.get(pk=request_id).promised_at
        for n, step in enumerate(steps):
            before = ServiceRequest.objects.get(pk=request_id).due_at
            last = Event.objects.latest("id").pk
            try:
                with transaction.atomic():
                    if isinstance(step, Step):
                        take(step, request_id, other=other, at=NOW + timedelta(hours=n))
                    else:
                        set_to(step, request_id, hour=n)
            except DomainError:
                continue
            after = ServiceRequest.objects.get(pk=request_id)
            told = Event.objects.filter(
                pk__gt=last, subject_id=request_id, kind=Kind.PROMISE_CHANGED
            )
            assert after.promised_at == promised
            if after.due_at == before:
                assert not told.exists()
                continue
            event = told.get()
            assert event.data["before"] == (before.isoformat() if before else None)
            assert event.data["after"] == (after.due_at.isoformat() if after.due_at else None)
            assert event.visibility in {"public", "reporter"}
        transaction.set_rollback(True)


def test_every_place_that_sets_a_date_tells_of_it() -> None:
    root = Path(citycall.__file__).parent
    setting = [
        path
        for path in root.rglob("*.py")
        if re.search(r"\brequest\.due_at\s*=[^=]|, request\.due_at\s*=[^=]", path.read_text())
    ]
    assert len(setting) >= 6
    silent = [
        path.name for path in setting if not re.search(r"\btell_(new_)?date\(", path.read_text())
    ]
    assert silent == []


def test_a_new_date_is_written_to_the_reporters() -> None:
    assert REACTIONS[Kind.PROMISE_CHANGED]
    told = {why: not_told_otherwise(Event(data={"why": why})) for why in ("weather", "reopened")}
    # A reopening's own message names the new date.
    assert told == {"weather": True, "reopened": False}
