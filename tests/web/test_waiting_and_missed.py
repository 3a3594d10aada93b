"""Going on the list for a date, leaving it, and saying that nobody came."""

from datetime import timedelta

import pytest
from django.test import Client

from citycall.appointments import queries
from citycall.appointments.actions import book, change
from citycall.appointments.models import Appointment, Missed, Waiting
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.notifications import links
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from tests.appointments import cast
from tests.city import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(city: City) -> Receipt:
    """One place in reach, which is taken."""
    cast.offer(capacity=1, days_ahead=7)
    made = None
    while (day := first_day()) is not None:
        made = book.submit(cast.draft(), day=day, by=resident(), at=clock.now())
    assert made is not None
    return made


def first_day():
    offer = queries.offer_at(cast.entry(), cast.draft().location, at=clock.now())
    return offer.dates[0].day if offer is not None and offer.dates else None


def opened(client: Client, receipt: Receipt) -> str:
    """The page of the date, opened by the link in the message."""
    number = numbers.show(receipt.number)
    client.get(f"/book/{number}", {"key": links.make(receipt.report_id)})
    return f"/book/{number}"


def test_a_resident_waits_and_takes_what_comes_free(client: Client, taken: Receipt) -> None:
    receipt = submit(cast.draft(), by=resident(), at=clock.now())
    address = opened(client, receipt)
    assert "Wait for a date" in client.get(address).content.decode()
    client.post(f"{address}/wait")
    page = client.get(address).content.decode()
    assert "0 other people wait before you" in page
    change.cancel(taken.request_id, by=SYSTEM, at=clock.now())
    assert "This date is kept for you" in client.get(address).content.decode()
    kept = queries.waiting_of(receipt.request_id)
    assert kept is not None
    assert kept.seat is not None
    client.post(f"{address}/date", {"day": kept.seat.day.isoformat()})
    assert queries.of_request(receipt.request_id) is not None


def test_a_resident_leaves_the_list(client: Client, taken: Receipt) -> None:
    receipt = submit(cast.draft(), by=resident(), at=clock.now())
    address = opened(client, receipt)
    client.post(f"{address}/wait")
    client.post(f"{address}/leave")
    assert Waiting.objects.get().state == Waiting.State.LEFT


def test_a_resident_says_that_nobody_came(client: Client, taken: Receipt) -> None:
    over = clock.now() - timedelta(hours=1)
    Appointment.objects.filter(service_request=taken.request_id).update(
        starts_at=over - timedelta(hours=3), ends_at=over
    )
    address = opened(client, taken)
    assert "Tell us that nobody came" in client.get(address).content.decode()
    assert client.get(f"{address}/nobody-came").status_code == 200
    client.post(f"{address}/nobody-came", {"words": ""})
    assert Missed.objects.count() == 1
    assert "You told us that nobody came" in client.get(address).content.decode()


def test_strangers_can_do_none_of_it(client: Client, taken: Receipt) -> None:
    address = f"/book/{numbers.show(taken.number)}"
    for path in ("wait", "leave", "nobody-came"):
        assert client.post(f"{address}/{path}").status_code == 403
