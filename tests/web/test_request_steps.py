"""What a reporter can do: add, withdraw, confirm, dispute; and that looking changes nothing."""

from datetime import timedelta

import pytest
from django.test import Client

from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.notifications import links
from citycall.service_requests.actions import close, tell_more
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import ServiceRequest
from tests.city import City, draft

STEPS = ("add", "confirm", "still-there", "withdraw")


@pytest.fixture
def receipt(city: City) -> Receipt:
    return submit(draft(), by=resident(), at=clock.now() - timedelta(days=1))


@pytest.fixture
def mine(client: Client, receipt: Receipt) -> str:
    address = f"/r/{numbers.show(receipt.number)}"
    client.get(address, {"key": links.make(receipt.report_id)})
    return address


def complete(receipt: Receipt) -> None:
    close.complete(
        receipt.request_id, outcome_code="fixed", explanation="Filled.", by=SYSTEM, at=clock.now()
    )


def state(receipt: Receipt) -> tuple[str, str]:
    request = ServiceRequest.objects.get(pk=receipt.request_id)
    return request.status, request.verification


def test_one_tap_confirms(client: Client, mine: str, receipt: Receipt) -> None:
    complete(receipt)
    page = client.get(mine).content.decode()
    assert "Yes, it is fixed" in page
    assert "No, it is still there" in page
    assert client.post(f"{mine}/confirm")["Location"] == mine
    assert state(receipt) == ("closed", "confirmed")


def test_still_there_opens_it_again_with_the_words(
    client: Client, mine: str, receipt: Receipt
) -> None:
    complete(receipt)
    client.post(f"{mine}/still-there", {"words": "The hole is as deep as before."})
    assert state(receipt) == ("assigned", "disputed")
    assert "The hole is as deep as before." in client.get(mine).content.decode()


def test_still_there_needs_words(client: Client, mine: str, receipt: Receipt) -> None:
    complete(receipt)
    answer = client.post(f"{mine}/still-there", {"words": " "})
    assert answer.status_code == 422
    assert "Please say what is still wrong." in answer.content.decode()
    assert state(receipt)[0] == "completed"


def test_a_closed_one_can_be_disputed_for_thirty_days(
    client: Client, mine: str, receipt: Receipt
) -> None:
    complete(receipt)
    client.post(f"{mine}/confirm")
    assert "open it again" in client.get(mine).content.decode()
    ServiceRequest.objects.update(closed_at=clock.now() - timedelta(days=31))
    assert "open it again" not in client.get(mine).content.decode()
    answer = client.post(f"{mine}/still-there", {"words": "Back again."})
    assert "closed over 30 days ago" in answer.content.decode()


def test_information_can_be_added(client: Client, mine: str) -> None:
    client.post(f"{mine}/add", {"words": "It grows."})
    assert "It grows." in client.get(mine).content.decode()


def test_nothing_to_add_is_told_beside_the_field(client: Client, mine: str) -> None:
    answer = client.post(f"{mine}/add", {"words": ""})
    assert answer.status_code == 422
    assert "Please write what you want to add." in answer.content.decode()


def test_it_can_be_withdrawn_with_the_reason(client: Client, mine: str, receipt: Receipt) -> None:
    client.post(f"{mine}/withdraw", {"words": "Filled it myself."})
    assert state(receipt)[0] == "cancelled"
    assert "withdrawn by the person who reported it" in client.get(mine).content.decode()


def test_what_others_reported_too_cannot_be_withdrawn(
    client: Client, mine: str, receipt: Receipt
) -> None:
    tell_more.add_report(receipt.number, draft(), by=resident(), at=clock.now())
    assert "/withdraw" not in client.get(mine).content.decode()
    answer = client.post(f"{mine}/withdraw", {"words": "Mine is done."})
    assert answer.status_code == 422
    assert "Other people have reported this too" in answer.content.decode()


@pytest.mark.parametrize("step", STEPS)
def test_strangers_can_do_nothing(client: Client, receipt: Receipt, step: str) -> None:
    complete(receipt)
    answer = client.post(f"/r/{numbers.show(receipt.number)}/{step}", {"words": "x"})
    assert answer.status_code == 403
    assert "Please open this page from the link" in answer.content.decode()
    assert state(receipt) == ("completed", "asked")


@pytest.mark.parametrize("step", STEPS)
def test_looking_at_an_address_changes_nothing(
    client: Client, mine: str, receipt: Receipt, step: str
) -> None:
    complete(receipt)
    events = Event.objects.count()
    client.get(f"{mine}/{step}")
    assert Event.objects.count() == events
    assert state(receipt) == ("completed", "asked")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_needs_the_forms_token(receipt: Receipt, step: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(f"/r/{numbers.show(receipt.number)}", {"key": links.make(receipt.report_id)})
    answer = client.post(f"/r/{numbers.show(receipt.number)}/{step}", {"words": "x"})
    assert answer.status_code == 403


def test_forgetting_takes_the_proof_away(client: Client, mine: str) -> None:
    client.post("/forget")
    assert "A deep hole" not in client.get(mine).content.decode()
