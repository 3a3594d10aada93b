"""When do they come? Shown by number, changed only by whoever proves the report to be theirs."""

from datetime import date, timedelta

import pytest
from django.test import Client

from citycall.appointments import queries
from citycall.appointments.actions import book
from citycall.appointments.models import Appointment
from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.core.models import Event
from citycall.notifications import links
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import ServiceRequest
from tests.appointments import cast
from tests.city import City, draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _service(city: City) -> None:
    cast.offer()


def free_days() -> list[str]:
    offer = queries.offer_at(cast.entry(), cast.draft().location, at=clock.now())
    assert offer is not None
    return [each.day.isoformat() for each in offer.dates]


@pytest.fixture
def receipt(city: City) -> Receipt:
    day = date.fromisoformat(free_days()[1])
    return book.submit(cast.draft(), day=day, by=resident(), at=clock.now())


@pytest.fixture
def address(receipt: Receipt) -> str:
    return f"/book/{numbers.show(receipt.number)}"


@pytest.fixture
def mine(client: Client, receipt: Receipt, address: str) -> str:
    answer = client.get(address, {"key": links.make(receipt.report_id)})
    assert answer["Location"] == address
    return address


def test_a_number_shows_the_date_and_changes_nothing(client: Client, address: str) -> None:
    page = client.get(address).content.decode()
    assert "The crew comes: " in page
    assert "Is this your report?" in page
    assert 'type="radio"' not in page


@pytest.mark.parametrize("step", ["date", "cancel"])
def test_a_number_alone_is_refused_every_change(client: Client, address: str, step: str) -> None:
    before = Appointment.objects.get().day
    answer = client.post(f"{address}/{step}", {"day": free_days()[3], "words": "x"})
    assert answer.status_code == 403
    row = Appointment.objects.get()
    assert (row.day, row.state) == (before, "booked")
    assert client.get(f"{address}/calendar.ics").status_code == 403


@pytest.mark.parametrize("step", ["", "/date", "/cancel"])
def test_looking_changes_nothing(client: Client, mine: str, step: str) -> None:
    before = Event.objects.count()
    client.get(f"{mine}{step}")
    assert Event.objects.count() == before


def test_the_reporter_moves_it(client: Client, mine: str) -> None:
    day = free_days()[3]
    assert f'value="{day}"' in client.get(mine).content.decode()
    assert client.post(f"{mine}/date", {"day": day})["Location"] == mine
    assert Appointment.objects.get().day.isoformat() == day


def test_a_date_that_went_meanwhile_keeps_the_old_one(client: Client, mine: str) -> None:
    day = date.fromisoformat(free_days()[3])
    for _seat in range(3):
        book.submit(cast.draft(), day=day, by=resident(), at=clock.now())
    answer = client.post(f"{mine}/date", {"day": day.isoformat()})
    assert answer.status_code == 422
    assert "no longer free" in answer.content.decode()
    assert "The crew comes: " in answer.content.decode()


@pytest.mark.parametrize("day", ["", "tomorrow", "2020-01-01"])
def test_what_is_no_free_date_is_told(client: Client, mine: str, day: str) -> None:
    assert client.post(f"{mine}/date", {"day": day}).status_code == 422


def test_cancelling_asks_first_and_withdraws_the_report(client: Client, mine: str) -> None:
    assert "your report is withdrawn with it" in client.get(f"{mine}/cancel").content.decode()
    client.post(f"{mine}/cancel", {"words": ""})
    assert ServiceRequest.objects.get().status == "cancelled"
    assert "has ended, so nobody comes" in client.get(mine).content.decode()


def test_after_it_closes_the_page_says_whom_to_call(client: Client, mine: str) -> None:
    today = clock.now().astimezone(clock.city_zone()).date()
    now = clock.now()
    begins, ends = now + timedelta(hours=1), now + timedelta(hours=9)
    Appointment.objects.update(day=today, starts_at=begins, ends_at=ends)
    page = client.get(mine).content.decode()
    assert "too late to change" in page
    assert "410-555-0100" in page


def test_the_calendar_file_has_the_hours_in_utc(client: Client, mine: str) -> None:
    answer = client.get(f"{mine}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    row = Appointment.objects.get()
    text = answer.content.decode()
    assert f"DTSTART:{row.starts_at:%Y%m%dT%H%M%SZ}\r\n" in text
    assert "SUMMARY:Bulk trash pick-up\r\n" in text
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_a_report_without_a_date_gets_one_here(client: Client) -> None:
    receipt = submit(cast.draft(), by=resident(), at=clock.now())
    address = f"/book/{numbers.show(receipt.number)}"
    client.get(address, {"key": links.make(receipt.report_id)})
    assert "No date is booked yet." in client.get(address).content.decode()
    client.post(f"{address}/date", {"day": free_days()[0]})
    assert Appointment.objects.get().service_request_id == receipt.request_id


def test_other_requests_need_no_appointment(client: Client) -> None:
    receipt = submit(draft(), by=resident(), at=clock.now())
    assert client.get(f"/book/{numbers.show(receipt.number)}").status_code == 404


def test_numbers_are_forgiven_their_spaces(client: Client, address: str) -> None:
    assert client.get(address.replace("-", " "))["Location"] == address
    assert client.get("/book/12").status_code == 422
