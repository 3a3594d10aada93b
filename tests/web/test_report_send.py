"""The last steps: contact, check, send; sent once however often the button is pressed."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citycall.catalog.actions import retire_service
from citycall.core import numbers
from citycall.core.actors import SYSTEM
from citycall.service_requests.models import Attachment, Report
from tests.city import NOW, City
from tests.web.telling import (
    DETAILS,
    number_of,
    picture,
    report,
    seen,
    send,
    walk_to_review,
)


def test_a_report_gets_a_number_and_a_page(client: Client, city: City) -> None:
    number = report(client, email="Pat@Example.org")
    kept = Report.objects.get(number=number)
    assert kept.words == "It is dark here."
    assert kept.answers == {"wires": "no", "lights": "one"}
    assert kept.contact is not None
    assert kept.contact.email == "Pat@example.org"
    page = client.get(f"/r/{numbers.show(number)}").content.decode()
    assert "We have your report." in page


def test_the_address_after_sending_carries_no_key(client: Client, city: City) -> None:
    answer = client.post("/report/review", seen(walk_to_review(client)))
    assert answer["Location"] == f"/r/{numbers.show(number_of(answer))}"


def test_a_double_tap_gives_the_same_number(client: Client, city: City) -> None:
    form = seen(walk_to_review(client))
    first, second = (number_of(client.post("/report/review", form)) for _tap in range(2))
    assert first == second
    assert Report.objects.count() == 1


def test_two_taps_at_the_same_time_give_the_same_number(client: Client, city: City) -> None:
    form = seen(walk_to_review(client))
    before = dict(client.session)
    first = number_of(client.post("/report/review", form))
    # The second tap read the session before the first one had written it.
    session = client.session
    session.update(before)
    del session["sent_reports"]
    session.save()
    assert number_of(client.post("/report/review", form)) == first
    assert Report.objects.count() == 1


def test_a_lost_answer_and_back_lead_to_the_number_too(client: Client, city: City) -> None:
    form = seen(walk_to_review(client))
    number = number_of(client.post("/report/review", form))
    again = client.post("/report/contact", {"told": form["told"], "email": "pat@example.org"})
    assert number_of(again) == number


def test_what_is_sent_is_what_was_seen(client: Client, city: City) -> None:
    form = seen(walk_to_review(client))
    send(client, "details", {**DETAILS, "words": "Something new."})
    answer = client.post("/report/review", form)
    assert "Your report was changed on another page" in answer.content.decode()
    assert Report.objects.count() == 0


def test_photos_are_kept_with_the_report(client: Client, city: City) -> None:
    walk_to_review(client)
    send(client, "details", {**DETAILS, "photos": [picture()]})
    number = number_of(client.post("/report/review", seen(client.get("/report/review"))))
    assert Attachment.objects.get().report == Report.objects.get(number=number)


def test_a_service_retired_meanwhile_is_told(client: Client, city: City) -> None:
    form = seen(walk_to_review(client))
    retire_service(code="lamp-out", by=SYSTEM, at=NOW)
    answer = client.post("/report/review", form)
    assert answer.status_code == 422
    assert "This service is no longer offered." in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("email", "pat@@example", "Please check this e-mail address"),
        ("phone", "12", "Please check this phone number"),
    ],
)
def test_a_bad_contact_is_told_beside_its_field(
    client: Client, city: City, field: str, typed: str, sentence: str
) -> None:
    walk_to_review(client)
    answer = send(client, "contact", {field: typed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode()


def test_a_form_without_its_token_is_refused(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/report", {"service": "pothole"}).status_code == 403


@pytest.mark.parametrize("step", ["where", "details", "contact", "review"])
def test_steps_cost_few_queries(
    client: Client, city: City, step: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    walk_to_review(client)
    with django_assert_max_num_queries(6):
        client.get(f"/report/{step}")
