"""A day is called off on one page, and taken back on another."""

from datetime import date, timedelta

import pytest

from citycall.appointments import queries
from citycall.appointments.actions import book, calling_off
from citycall.appointments.models import CalledOff
from citycall.core import clock
from citycall.core.actors import resident
from citycall.service_requests.drafts import Receipt
from tests.appointments import cast
from tests.city import City

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(city: City) -> Receipt:
    cast.offer()
    return book.submit(cast.draft(), day=first_day(), by=resident(), at=clock.now())


def first_day() -> date:
    offer = queries.offer_at(cast.entry(), cast.draft().location, at=clock.now())
    assert offer is not None
    return offer.dates[2].day


def typed(**changes: str) -> dict[str, str]:
    plain = {
        "service": "bulk-trash",
        "day": first_day().isoformat(),
        "route": "*",
        "reason": "Snow.",
    }
    return {**plain, **changes}


def test_the_day_is_called_off_and_everybody_is_moved(sit, receipt: Receipt) -> None:
    dispatcher, day = sit("dispatcher"), first_day()
    page = dispatcher.get("/agency/appointments/off", day=day.isoformat()).content.decode()
    assert "1 of 3 booked" in page
    answer = dispatcher.client.post("/agency/appointments/off", typed())
    assert answer.status_code == 302
    row = CalledOff.objects.get()
    calling_off.settle(row.pk, at=clock.now())
    booked = queries.of_request(receipt.request_id)
    assert booked is not None
    assert booked.day > day
    page = dispatcher.get("/agency/appointments", day=day.isoformat()).content.decode()
    assert "1 got another date, 0 were asked to choose." in page
    dispatcher.client.post(f"/agency/appointments/off/{row.pk}", {})
    assert CalledOff.objects.get().undone_at is not None


def test_what_is_wrong_is_said_beside_the_field(sit, receipt: Receipt) -> None:
    earlier = (first_day() - timedelta(days=1)).isoformat()
    answer = sit("dispatcher").client.post("/agency/appointments/off", typed(instead=earlier))
    assert answer.status_code == 422
    assert "Please choose a day after the one that is called off." in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [("dispatcher", 200), ("crew", 403), ("outsider", 403)])
def test_who_may_call_a_day_off(sit, receipt: Receipt, who: str, status: int) -> None:
    assert sit(who).get("/agency/appointments/off").status_code == status
