"""Promised and scheduled work as calendars: public facts, the same entry when a day moves."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from citycall.appointments import queries
from citycall.appointments.actions import book
from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.notifications import links
from citycall.service_requests.actions import close, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import ServiceRequest
from citycall.web.views import nearby
from tests.appointments import cast
from tests.city import SERVICES, City, draft
from tests.web import told

HERE = {"lon": "-76.6", "lat": "39.29", "within": "500"}


@pytest.fixture(autouse=True)
def _city(city: City) -> None:
    nearby.forget()


@pytest.fixture
def receipt() -> Receipt:
    return submit(draft(), by=resident(), at=clock.now())


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return answer.content.decode().replace("\r\n ", "")


def around(client: Client, **query: str) -> str:
    return text(client, "/nearby/calendar.ics", **HERE, **query)


def due_day(receipt: Receipt) -> date:
    due = ServiceRequest.objects.get(pk=receipt.request_id).due_at
    assert due is not None
    return due.astimezone(clock.city_zone()).date()


def test_an_open_request_is_there_on_its_promised_day(client: Client, receipt: Receipt) -> None:
    calendar = around(client)
    assert "SUMMARY:Pothole: promised by today" in calendar
    assert f"DTSTART;VALUE=DATE:{due_day(receipt):%Y%m%d}" in calendar
    assert "LOCATION:1200 E Monument St" in calendar
    assert f"/nearby/{receipt.request_id}" in calendar


def test_nothing_personal_is_in_it(client: Client, receipt: Receipt) -> None:
    calendar = around(client) + text(client, f"/nearby/{receipt.request_id}/calendar.ics")
    for secret in ("pat@example.org", "Pat Doe", "deep hole", numbers.show(receipt.number)):
        assert secret not in calendar


def test_what_is_private_or_far_or_done_is_left_out(client: Client, receipt: Receipt) -> None:
    submit(draft("graffiti"), by=resident(), at=clock.now())
    assert around(client).count("BEGIN:VEVENT") == 1
    far = {**HERE, "lon": "-76.7"}
    assert "BEGIN:VEVENT" not in text(client, "/nearby/calendar.ics", **far)
    assert "BEGIN:VEVENT" not in around(client, group="Water")
    close.cancel(receipt.request_id, reason="Not ours.", by=SYSTEM, at=clock.now())
    assert "BEGIN:VEVENT" not in around(client)


def test_a_place_that_is_hidden_is_near_nobody(client: Client, receipt: Receipt) -> None:
    hidden = {**SERVICES[0], "privacy": "hidden_location"}
    save_service(spec=ServiceSpec.model_validate(hidden), by=SYSTEM, at=clock.now())
    assert "BEGIN:VEVENT" not in around(client)


def test_planned_work_is_there_before_it_begins(client: Client) -> None:
    begins = clock.now() + timedelta(days=3)
    ends = begins + timedelta(hours=5)
    told.alert(state="planned", starts=begins.isoformat(), ends=ends.isoformat())
    calendar = around(client)
    assert "SUMMARY:A cable is broken" in calendar
    assert f"DTSTART:{begins:%Y%m%dT%H%M%SZ}" in calendar
    assert f"DTEND:{ends:%Y%m%dT%H%M%SZ}" in calendar


def test_an_alert_without_an_end_is_no_date(client: Client) -> None:
    told.alert()
    assert "BEGIN:VEVENT" not in around(client)


def test_a_day_that_moves_keeps_its_entry(client: Client, receipt: Receipt) -> None:
    address = f"/nearby/{receipt.request_id}/calendar.ics"
    before = text(client, address)
    # The clock stands for ten days, so the promise moves by as many.
    held = clock.now()
    work.hold(receipt.request_id, reason="weather", words="", by=SYSTEM, at=held)
    work.resume(receipt.request_id, by=SYSTEM, at=held + timedelta(days=10))
    after = text(client, address)
    uids = [re.findall(r"UID:(\S+)", calendar) for calendar in (before, after)]
    assert uids[0] == uids[1]
    assert f"DTSTART;VALUE=DATE:{due_day(receipt):%Y%m%d}" in after


def test_a_request_that_was_cancelled_is_struck_out(client: Client, receipt: Receipt) -> None:
    close.cancel(receipt.request_id, reason="Not ours.", by=SYSTEM, at=clock.now())
    number = numbers.show(receipt.number)
    assert "STATUS:CANCELLED" in text(client, f"/r/{number}/calendar.ics")


def test_by_its_number_a_private_request_tells_only_its_day(client: Client) -> None:
    receipt = submit(draft("graffiti"), by=resident(), at=clock.now())
    calendar = text(client, f"/r/{numbers.show(receipt.number)}/calendar.ics")
    assert "SUMMARY:A report to the city: promised by today" in calendar
    assert "Graffiti" not in calendar
    assert "Monument" not in calendar
    assert client.get(f"/nearby/{receipt.request_id}/calendar.ics").status_code == 404


def test_only_the_reporter_sees_the_booked_date(client: Client) -> None:
    cast.offer()
    offer = queries.offer_at(cast.entry(), cast.draft().location, at=clock.now())
    assert offer is not None
    receipt = book.submit(
        cast.draft(), day=offer.dates[1].day, by=resident(), at=clock.now(), holder="sam"
    )
    address = f"/r/{numbers.show(receipt.number)}"
    assert "UID:appointment-" not in text(client, f"{address}/calendar.ics")
    client.get(address, {"key": links.make(receipt.report_id)})
    assert "UID:appointment-" in text(client, f"{address}/calendar.ics")
    answer = client.get(f"{address}/calendar.ics")
    assert "private" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]


def test_a_number_that_leads_nowhere_is_said(client: Client) -> None:
    assert client.get("/r/26-00000-00000/calendar.ics").status_code == 400


def test_a_calendar_that_asks_again_is_told_that_nothing_changed(
    client: Client, receipt: Receipt
) -> None:
    answer = client.get("/nearby/calendar.ics", HERE)
    again = client.get("/nearby/calendar.ics", HERE, headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def test_pages_lead_to_their_calendar(client: Client, receipt: Receipt) -> None:
    assert "/nearby/calendar.ics?" in client.get("/nearby", HERE).content.decode()
    one = f"/nearby/{receipt.request_id}"
    assert f"{one}/calendar.ics" in client.get(one).content.decode()
    mine = f"/r/{numbers.show(receipt.number)}"
    assert f"{mine}/calendar.ics" in client.get(mine).content.decode()
    work.start(receipt.request_id, by=SYSTEM, at=clock.now())
    close.cancel(receipt.request_id, reason="Not ours.", by=SYSTEM, at=clock.now())
    assert f"{mine}/calendar.ics" not in client.get(mine).content.decode()
