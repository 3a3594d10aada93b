"""One tap from the message says whether it is fixed; two questions follow; looking does nothing."""

from datetime import timedelta

import pytest
from django.test import Client

from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.feedback import ratings
from citycall.feedback.models import Rating
from citycall.notifications import links
from citycall.service_requests.actions import close
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import Report, ServiceRequest
from tests.city import City, draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(city: City) -> Receipt:
    receipt = submit(draft(), by=resident(), at=clock.now() - timedelta(days=1))
    close.complete(
        receipt.request_id, outcome_code="fixed", explanation="Filled.", by=SYSTEM, at=clock.now()
    )
    return receipt


@pytest.fixture
def own(receipt: Receipt) -> str:
    """The link in the message, without the host."""
    number = numbers.show(receipt.number)
    address = links.answer_address(number=number, report_id=receipt.report_id)
    return f"/r/{address.partition('/r/')[2]}"


def state(receipt: Receipt) -> tuple[str, str]:
    request = ServiceRequest.objects.get(pk=receipt.request_id)
    return request.status, request.verification


def test_the_link_leads_to_two_buttons_and_does_nothing_by_itself(
    client: Client, own: str, receipt: Receipt
) -> None:
    events = Event.objects.count()
    page = client.get(own, follow=True).content.decode()
    assert 'name="answer" value="yes"' in page
    assert 'name="answer" value="no"' in page
    assert "key=" not in client.get(own)["Location"]
    assert Event.objects.count() == events
    assert state(receipt) == ("completed", "asked")


@pytest.mark.parametrize(
    ("answer", "after"),
    [("yes", ("closed", "confirmed")), ("no", ("assigned", "disputed"))],
)
def test_one_tap_is_enough(
    client: Client, own: str, receipt: Receipt, answer: str, after: tuple[str, str]
) -> None:
    client.get(own)
    number = numbers.show(receipt.number)
    assert client.post(f"/r/{number}/answer", {"answer": answer})["Location"] == f"/r/{number}"
    assert state(receipt) == after
    # The link, opened again, says how things stand.
    assert client.get(own, follow=True).redirect_chain[-1][0] == f"/r/{number}"


def test_neither_answer_changes_nothing(client: Client, own: str, receipt: Receipt) -> None:
    client.get(own)
    answer = client.post(f"/r/{numbers.show(receipt.number)}/answer", {"answer": "perhaps"})
    assert answer.status_code == 400
    assert state(receipt) == ("completed", "asked")


def test_a_stranger_cannot_answer(client: Client, receipt: Receipt) -> None:
    answer = client.post(f"/r/{numbers.show(receipt.number)}/answer", {"answer": "yes"})
    assert answer.status_code == 403
    assert state(receipt) == ("completed", "asked")


# Two questions.


def rate(client: Client, receipt: Receipt, **typed: str) -> int:
    answer = client.post(f"/r/{numbers.show(receipt.number)}/rate", typed)
    return answer.status_code


def test_the_two_questions_are_on_the_page_until_they_are_answered(
    client: Client, own: str, receipt: Receipt
) -> None:
    client.get(own)
    page = f"/r/{numbers.show(receipt.number)}"
    assert "How satisfied are you" in client.get(page).content.decode()
    assert rate(client, receipt, satisfied="4", better="Call before you come.") == 302
    given = Rating.objects.get()
    assert (given.satisfied, given.better) == (4, "Call before you come.")
    shown = client.get(page).content.decode()
    assert "How satisfied are you" not in shown
    assert "Call before you come." not in shown


def test_they_are_answered_once(client: Client, own: str, receipt: Receipt) -> None:
    client.get(own)
    for satisfied in ("5", "1"):
        assert rate(client, receipt, satisfied=satisfied) == 302
    assert Rating.objects.get().satisfied == 5


@pytest.mark.parametrize("satisfied", ["", "0", "6", "many", "²"])
def test_what_is_no_answer_is_told_and_the_words_are_kept(
    client: Client, own: str, receipt: Receipt, satisfied: str
) -> None:
    client.get(own)
    answer = client.post(
        f"/r/{numbers.show(receipt.number)}/rate", {"satisfied": satisfied, "better": "Much."}
    )
    assert answer.status_code == 422
    assert "Please choose one of the five answers." in answer.content.decode()
    assert "Much." in answer.content.decode()
    assert not Rating.objects.exists()


def test_a_number_alone_is_no_proof(client: Client, receipt: Receipt) -> None:
    assert (
        "How satisfied are you"
        not in client.get(f"/r/{numbers.show(receipt.number)}").content.decode()
    )
    assert rate(client, receipt, satisfied="5") == 403


def test_nobody_is_asked_before_the_work_has_ended(
    client: Client, own: str, receipt: Receipt
) -> None:
    client.get(own)
    client.post(f"/r/{numbers.show(receipt.number)}/answer", {"answer": "no"})
    assert rate(client, receipt, satisfied="5") == 409
    assert not Rating.objects.exists()


def test_only_staff_who_may_read_the_request_read_the_answers(city: City, receipt: Receipt) -> None:
    from citycall.core.errors import NotAllowed

    report = Report.objects.get(pk=receipt.report_id)
    by = resident(reports=[report.pk])
    ratings.rate(report, satisfied=2, better="", by=by, at=clock.now())
    request = ServiceRequest.objects.get(pk=receipt.request_id)
    assert [r.satisfied for r in ratings.ratings_for(city.dispatcher, request)] == [2]
    for stranger in (by, city.outsider):
        with pytest.raises(NotAllowed):
            ratings.ratings_for(stranger, request)
