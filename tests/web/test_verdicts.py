"""Saying whether it was fixed with nothing but a number is possible, and limited."""

import pytest
from django.test import Client

from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.notifications import links
from citycall.service_requests.actions import close
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from citycall.service_requests.models import ServiceRequest
from citycall.web import verdicts
from tests.city import City, draft

pytestmark = pytest.mark.usefixtures("city")


def completed(*, email: str = "") -> Receipt:
    """A report by somebody who gave no address, or this one; the agency says that it is done."""
    told = draft(contact=ContactDetails(email=email))
    receipt = submit(told, by=resident(), at=clock.now())
    close.complete(
        receipt.request_id, outcome_code="fixed", explanation="Filled.", by=SYSTEM, at=clock.now()
    )
    return receipt


def dispute(client: Client, receipt: Receipt) -> str:
    words = {"words": "The hole is as deep as before."}
    client.post(f"/r/{numbers.show(receipt.number)}/still-there", words)
    return ServiceRequest.objects.get(pk=receipt.request_id).status


def use_up(client: Client) -> None:
    for _turn in range(verdicts.LIMIT.amount):
        assert dispute(client, completed()) == "assigned"


def test_a_number_is_enough_where_no_link_could_be_sent(client: Client) -> None:
    assert dispute(client, completed()) == "assigned"


def test_after_ten_in_an_hour_the_number_is_not_enough(client: Client, city: City) -> None:
    use_up(client)
    receipt = completed()
    assert dispute(client, receipt) == "completed"
    page = client.post(f"/r/{numbers.show(receipt.number)}/still-there", {"words": "Still deep."})
    assert "wait an hour" in page.content.decode()
    assert "Still deep." in page.content.decode()


def test_confirming_by_number_is_counted_too(client: Client) -> None:
    use_up(client)
    receipt = completed()
    answer = client.post(f"/r/{numbers.show(receipt.number)}/confirm")
    assert answer.status_code == 429
    assert ServiceRequest.objects.get(pk=receipt.request_id).status == "completed"


def test_a_report_that_is_proven_to_be_ones_own_is_not_counted(client: Client) -> None:
    use_up(client)
    receipt = completed(email="pat@example.org")
    client.get(f"/r/{numbers.show(receipt.number)}", {"key": links.make(receipt.report_id)})
    assert dispute(client, receipt) == "assigned"


def test_looking_at_the_question_is_not_counted(client: Client) -> None:
    receipt = completed()
    for _turn in range(verdicts.LIMIT.amount + 1):
        client.get(f"/r/{numbers.show(receipt.number)}/still-there")
    assert dispute(client, receipt) == "assigned"
