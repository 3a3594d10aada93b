"""Is it known already? Then one tap adds this report to it."""

import pytest
from django.test import Client

from citycall.core import numbers
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Report, ServiceRequest
from tests.city import NOW, City, draft
from tests.web.telling import WHERE, choose, number_of, send


@pytest.fixture
def known(city: City) -> str:
    return str(submit(draft(), by=city.resident, at=NOW).request_id)


def tell(client: Client, service: str = "pothole") -> str:
    choose(client, service)
    send(client, "where", WHERE)
    return str(send(client, "details", {"words": "Me too."})["Location"])


def test_an_open_problem_nearby_is_shown(client: Client, known: str) -> None:
    assert tell(client) == "/report/known"
    assert f'name="joins" value="{known}"' in client.get("/report/known").content.decode()


def test_nobody_learns_anothers_number(client: Client, known: str) -> None:
    tell(client)
    number = numbers.show(ServiceRequest.objects.get(pk=known).number)
    assert number not in client.get("/report/known").content.decode()
    send(client, "known", {"joins": known})
    assert number not in client.get("/report/contact").content.decode()


def test_without_one_nothing_is_asked(client: Client, city: City) -> None:
    assert tell(client) == "/report/contact"
    assert client.get("/report/known")["Location"] == "/report/contact"


def test_adding_mine_makes_a_report_not_a_problem(client: Client, known: str) -> None:
    tell(client)
    send(client, "known", {"joins": known})
    answer = send(client, "contact", {"email": "sam@example.org"})
    report = Report.objects.get(number=number_of(answer))
    assert report.words == "Me too."
    assert report.service_request.report_count == 2
    assert ServiceRequest.objects.count() == 1


def test_adding_mine_takes_one_tap_where_no_contact_is_asked(client: Client, city: City) -> None:
    submit(draft("dead-tree"), by=city.resident, at=NOW)
    tell(client, "dead-tree")
    known = client.get("/report/known").context["nearby"][0].request_id
    answer = send(client, "known", {"joins": str(known)})
    assert Report.objects.get(number=number_of(answer)).service_request.report_count == 2


def test_none_of_these_makes_a_problem_of_its_own(client: Client, known: str) -> None:
    tell(client)
    assert send(client, "known", {"go": "on"})["Location"] == "/report/contact"


def test_a_problem_that_was_not_offered_is_refused(client: Client, city: City, known: str) -> None:
    other = submit(draft("graffiti"), by=city.resident, at=NOW)
    tell(client)
    answer = send(client, "known", {"joins": str(other.request_id)})
    assert answer.status_code == 422


def test_private_problems_are_not_shown(client: Client, city: City) -> None:
    submit(draft("graffiti"), by=city.resident, at=NOW)
    assert tell(client, "graffiti") == "/report/contact"
