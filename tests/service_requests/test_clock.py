"""The promised date: it waits where it may, moves in the open, and the first one is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from citycall.core.models import Event
from citycall.service_requests.actions import close, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.work import BadChoice
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW, City, draft


@pytest.fixture
def request_id(city: City) -> int:
    return submit(draft(), by=city.resident, at=NOW).request_id


def due(request_id: int) -> datetime | None:
    return ServiceRequest.objects.get(pk=request_id).due_at


def test_a_pausing_reason_moves_the_date_by_the_pause(city: City, request_id: int) -> None:
    before = due(request_id)
    work.hold(request_id, reason="weather", words="", by=city.dispatcher, at=NOW)
    work.resume(request_id, by=city.dispatcher, at=NOW + timedelta(days=2))
    assert before is not None
    assert due(request_id) == before + timedelta(days=2)


def test_another_reason_moves_nothing(city: City, request_id: int) -> None:
    before = due(request_id)
    work.hold(request_id, reason="parts", words="", by=city.dispatcher, at=NOW)
    work.resume(request_id, by=city.dispatcher, at=NOW + timedelta(days=2))
    assert due(request_id) == before


def test_a_reason_that_is_not_the_services_is_refused(city: City, request_id: int) -> None:
    with pytest.raises(BadChoice):
        work.hold(request_id, reason="holiday", words="", by=city.dispatcher, at=NOW)


def test_work_that_is_late_already_stays_late(city: City, request_id: int) -> None:
    before = due(request_id)
    late = NOW + timedelta(days=20)
    work.hold(request_id, reason="weather", words="", by=city.dispatcher, at=late)
    work.resume(request_id, by=city.dispatcher, at=late + timedelta(days=1))
    assert due(request_id) == before


def test_the_first_promise_is_kept_beside_the_new_date(city: City, request_id: int) -> None:
    first = due(request_id)
    work.hold(request_id, reason="weather", words="", by=city.dispatcher, at=NOW)
    work.resume(request_id, by=city.dispatcher, at=NOW + timedelta(days=1))
    request = ServiceRequest.objects.get(pk=request_id)
    assert request.promised_at == first
    moved = Event.objects.get(subject_id=request_id, kind="promise_changed")
    assert request.due_at is not None
    assert first is not None
    assert moved.data == {
        "before": first.isoformat(),
        "after": request.due_at.isoformat(),
        "why": "weather",
    }


def test_working_time_stands_still_at_night(city: City) -> None:
    # Sixteen working hours from Monday 10:00: two days of eight hours, so Wednesday 10:00.
    request_id = submit(draft("graffiti"), by=city.resident, at=NOW).request_id
    assert due(request_id) == datetime(2026, 3, 4, 15, tzinfo=UTC)


def test_reopened_work_gets_a_new_date(city: City, request_id: int) -> None:
    later = NOW + timedelta(days=3)
    close.complete(request_id, outcome_code="fixed", explanation="Filled", by=city.crew, at=NOW)
    close.reopen(request_id, reason="Not done", by=city.call_taker, at=later)
    assert due(request_id) == datetime(2026, 3, 10, 14, tzinfo=UTC)
