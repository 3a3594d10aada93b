"""An order whose request an outside partner has: what they say of it, and who closes it."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest

from citycall.core import numbers
from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.forwarding import actions as forwarding
from citycall.exchange.forwarding.specs import PartnerSpec
from citycall.exchange.models import Forward
from citycall.service_requests.actions import close
from citycall.work_orders.actions import orders
from citycall.work_orders.actions.orders import Draft
from citycall.work_orders.models import OrderState, WorkOrder
from tests.city import NOW, City
from tests.workbench.conftest import Desk, row

Sit = Callable[[str], Desk]
State = Forward.State


@pytest.fixture
def order(city: City, report: Callable[..., str]) -> WorkOrder:
    """An order about a pothole that was passed on to a contractor."""
    spec = PartnerSpec(
        code="pavers",
        name="Pavers Inc.",
        url="https://93.184.215.14/",
        services={"pothole": "P1"},
        poll_every_seconds=60,
    )
    forwarding.save_partner(spec=spec, by=SYSTEM, at=NOW)
    number = report()
    forwarding.forward(Event.objects.get(subject_id=row(number).pk, kind="submitted"))
    ids, by = [row(number).pk], city.dispatcher
    draft = Draft(title="Fill the hole")
    return orders.make(draft, agency_id=city.streets.pk, request_ids=ids, by=by, at=NOW)


def read(desk: Desk, order: WorkOrder) -> str:
    return html.unescape(desk.get(f"/agency/orders/{order.pk}").content.decode())


def heard(status: str) -> None:
    at = NOW + timedelta(minutes=30)
    changes = {"state": State.SENT, "remote_id": "77-1", "remote_status": status}
    Forward.objects.update(**changes, remote_updated_at=at)


def test_it_is_on_its_way_until_the_partner_has_it(sit: Sit, order: WorkOrder) -> None:
    assert "It is on its way to Pavers Inc." in read(sit("dispatcher"), order)
    heard("open")
    assert "Pavers Inc. has it, as number 77-1 there." in read(sit("dispatcher"), order)


def test_why_a_partner_does_not_take_it_is_shown(sit: Sit, order: WorkOrder) -> None:
    Forward.objects.update(state=State.REFUSED, problem="Not our street.")
    page = read(sit("dispatcher"), order)
    assert "Pavers Inc. did not take it." in page
    assert "Not our street." in page


@pytest.mark.parametrize("status", ["closed", "FIXED"])
def test_a_partner_that_is_done_closes_no_order(sit: Sit, order: WorkOrder, status: str) -> None:
    heard(status)
    page = read(sit("dispatcher"), order)
    assert "Pavers Inc. says it is done." in page
    assert "a work order is never closed from outside" in page
    order.refresh_from_db()
    assert order.state is OrderState.OPEN


@pytest.mark.parametrize("status", ["no_further_action", "cancelled"])
def test_a_partner_that_gives_up_is_not_said_to_be_done(
    sit: Sit, order: WorkOrder, status: str
) -> None:
    heard(status)
    page = read(sit("dispatcher"), order)
    assert "Pavers Inc. will not do anything more about it." in page
    assert "says it is done" not in page


def test_a_person_accepts_what_the_partner_did(sit: Sit, order: WorkOrder) -> None:
    heard("closed")
    form = {"finish-outcome": "fixed", "finish-explanation": "Looked at: filled."}
    desk = sit("dispatcher")
    assert desk.client.post(f"/agency/orders/{order.pk}/finish", form).status_code == 302
    order.refresh_from_db()
    assert order.state is OrderState.DONE


def test_a_person_accepts_after_the_partner_has_completed_the_request(
    sit: Sit, order: WorkOrder
) -> None:
    heard("closed")
    request = order.requests.get()
    close.complete(
        request.pk, outcome_code="fixed", explanation="Paved by Pavers Inc.", by=SYSTEM,
        at=NOW + timedelta(minutes=30),
    )  # fmt: skip
    form = {"finish-outcome": "fixed", "finish-explanation": "Looked at: filled."}
    desk = sit("dispatcher")
    assert desk.client.post(f"/agency/orders/{order.pk}/finish", form).status_code == 302
    page = read(desk, order)
    assert "The work order is done." in page
    number = numbers.show(request.number)
    assert f"Request {number} was “Completed, awaiting confirmation” already." in page
    order.refresh_from_db()
    request.refresh_from_db()
    assert order.state is OrderState.DONE
    assert request.explanation == "Paved by Pavers Inc."
    note = Event.objects.get(kind="note_added", subject_id=request.pk)
    assert "Looked at: filled." in (note.words or "")
