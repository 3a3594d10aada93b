"""Free dates for everyone, a date with the report, and the agencies' programs' own steps."""

from datetime import timedelta
from typing import Any

import pytest

from citycall.appointments.actions import book, change
from citycall.appointments.models import Appointment, Waiting
from citycall.core import clock
from citycall.core.actors import SYSTEM, resident
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from tests.api.conftest import Program
from tests.appointments import cast
from tests.city import NOW, draft

HERE = "longitude=-76.6&latitude=39.29"
REPORT: dict[str, Any] = {
    "service": "bulk-trash",
    "location": {"kind": "address", "longitude": -76.6, "latitude": 39.29, "place": "1200 Main St"},
    "answers": {"count": 2},
}


@pytest.fixture(autouse=True)
def _service(city) -> None:
    cast.offer()


def free(program: Program) -> list[dict[str, Any]]:
    told: dict[str, Any] = program.get(f"/services/bulk-trash/dates?{HERE}").json()
    assert told["served"]
    items: list[dict[str, Any]] = told["items"]
    return items


@pytest.fixture
def path(city) -> str:
    receipt = submit(cast.draft(), by=resident(), at=NOW)
    return f"/staff/service_requests/{receipt.request_id}"


def test_everybody_can_ask_for_free_dates(anybody) -> None:
    first = free(anybody)[0]
    assert set(first) == {"day", "starts_at", "ends_at", "closes_at", "left"}
    assert first["left"] == 3
    assert first["closes_at"] < first["starts_at"] < first["ends_at"]


def test_a_service_without_appointments_has_none(anybody) -> None:
    answer = anybody.get(f"/services/pothole/dates?{HERE}")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_dates")


def test_the_service_says_what_holds_for_its_dates(anybody) -> None:
    assert anybody.get("/services/bulk-trash").json()["booking"] == {
        "days_ahead": 28,
        "items": "count",
        "most_items": 3,
        "per_year": None,
    }
    assert anybody.get("/services/pothole").json()["booking"] is None


def test_a_report_books_its_date(reporter, anybody) -> None:
    day = free(anybody)[0]["day"]
    made = reporter.post("/service_requests", {**REPORT, "day": day})
    assert made.status_code == 201
    assert free(anybody)[0]["left"] == 2
    told = anybody.get(f"/service_requests/{made.json()['number']}").json()
    assert told["comes_at"][:10] == day
    assert told["due_at"] == told["comes_until"]


def test_sent_again_with_its_key_it_is_one(reporter, anybody) -> None:
    body = {**REPORT, "day": free(anybody)[0]["day"]}
    answers = [
        reporter.post("/service_requests", body, Idempotency_Key="one").status_code
        for _time in range(2)
    ]
    assert answers == [201, 200]
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("day", ["2020-01-01", "2099-01-01"])
def test_a_date_that_is_gone_takes_nothing(reporter, day: str) -> None:
    answer = reporter.post("/service_requests", {**REPORT, "day": day})
    assert (answer.status_code, answer.json()["code"]) == (409, "date_gone")
    assert not ServiceRequest.objects.exists()


def test_what_is_no_date_is_told_beside_the_field(reporter) -> None:
    answer = reporter.post("/service_requests", {**REPORT, "day": "soon"})
    assert answer.status_code == 422


def test_a_date_for_a_service_without_appointments_is_refused(reporter, anybody) -> None:
    day = free(anybody)[0]["day"]
    body = {"service": "pothole", "location": REPORT["location"], "day": day}
    assert reporter.post("/service_requests", body).status_code == 409


def test_the_agencys_program_books_moves_and_cancels(worker, path: str) -> None:
    days = [each["day"] for each in worker.get(f"{path}/dates").json()["items"]]
    assert worker.get(f"{path}/appointment").status_code == 404
    booked = worker.post(f"{path}/appointment", {"day": days[1]})
    assert (booked.status_code, booked.json()["day"]) == (200, days[1])
    moved = worker.post(f"{path}/appointment", {"day": days[2]}).json()
    assert (moved["day"], moved["moves"], moved["items"]) == (days[2], 1, 2)
    assert worker.get(f"{path}/appointment").json() == moved
    cancelled = worker.post(f"{path}/appointment/cancel", {"words": "No truck."})
    assert cancelled.status_code == 200
    assert worker.post(f"{path}/appointment/cancel", {}).status_code == 409
    assert ServiceRequest.objects.get().status == "new"


def test_others_may_not(reporter, anybody, path: str) -> None:
    day = free(anybody)[0]["day"]
    assert reporter.post(f"{path}/appointment", {"day": day}).status_code == 403
    assert anybody.get(f"{path}/appointment").status_code == 401


def test_a_request_of_another_service_takes_no_date(worker, city) -> None:
    receipt = submit(draft(), by=resident(), at=NOW)
    path = f"/staff/service_requests/{receipt.request_id}"
    assert worker.get(f"{path}/dates").status_code == 404
    assert worker.post(f"{path}/appointment", {"day": "2099-01-01"}).status_code == 409


@pytest.fixture
def full(city, monkeypatch) -> str:
    """The only date in reach has one place, which is taken; the path of another request."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    cast.offer(capacity=1, days_ahead=2, weekdays=["wednesday"])
    book.submit(cast.draft(), day=cast.WEDNESDAY, by=resident(), at=NOW)
    receipt = submit(cast.draft(), by=resident(), at=NOW)
    return f"/staff/service_requests/{receipt.request_id}"


def test_a_request_waits_for_a_date_and_leaves_the_list(worker, full: str) -> None:
    assert worker.get(f"{full}/waiting").status_code == 404
    joined = worker.post(f"{full}/waiting", {})
    assert (joined.status_code, joined.json()["state"], joined.json()["ahead"]) == (
        200,
        "waiting",
        0,
    )
    assert worker.post(f"{full}/waiting", {}).json() == joined.json()
    assert worker.get(f"{full}/waiting").json() == joined.json()
    assert worker.post(f"{full}/waiting/leave", {}).json() == {"waited": True}
    assert worker.post(f"{full}/waiting/leave", {}).json() == {"waited": False}
    assert Waiting.objects.get().state == Waiting.State.LEFT


def test_a_kept_date_is_told_and_can_be_booked(worker, full: str) -> None:
    worker.post(f"{full}/waiting", {})
    taken = Appointment.objects.get()
    assert taken.service_request_id is not None
    change.cancel(taken.service_request_id, by=SYSTEM, at=NOW)
    kept = worker.get(f"{full}/waiting").json()
    assert (kept["state"], kept["kept_day"]) == ("offered", "2026-03-04")
    days = [each["day"] for each in worker.get(f"{full}/dates").json()["items"]]
    assert days == ["2026-03-04"]
    assert worker.post(f"{full}/appointment", {"day": days[0]}).status_code == 200
    assert worker.get(f"{full}/waiting").status_code == 404


def test_nobody_waits_where_dates_are_free(worker, path: str) -> None:
    answer = worker.post(f"{path}/waiting", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_wait")


def test_a_program_says_that_nobody_came(worker, path: str, monkeypatch) -> None:
    day = worker.get(f"{path}/dates").json()["items"][0]["day"]
    worker.post(f"{path}/appointment", {"day": day})
    early = worker.post(f"{path}/appointment/missed", {})
    assert (early.status_code, early.json()["code"]) == (409, "not_missed")
    ends_at = Appointment.objects.get().ends_at
    monkeypatch.setattr(clock, "now", lambda: ends_at + timedelta(hours=2))
    told = worker.post(f"{path}/appointment/missed", {"words": "Still there"})
    assert (told.status_code, told.json()["day"]) == (200, day)
    assert told.json()["promised_at"] > told.json()["told_at"]
    assert worker.post(f"{path}/appointment/missed", {}).json() == told.json()


def test_others_neither_wait_nor_tell(reporter, anybody, path: str) -> None:
    for step in ("waiting", "waiting/leave", "appointment/missed"):
        assert reporter.post(f"{path}/{step}", {}).status_code == 403
        assert anybody.post(f"{path}/{step}", {}).status_code == 401
