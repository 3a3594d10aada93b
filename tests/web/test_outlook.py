"""What is realistic, in plain words on the request's page and on the service's."""

from datetime import timedelta

import pytest
from django.test import Client

from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.durations.models import Duration
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from tests.city import City, draft

pytestmark = pytest.mark.django_db
EVENLY = [float(n) for n in range(1, 100)]


@pytest.fixture
def address(city: City) -> str:
    receipt = submit(draft(), by=resident(), at=clock.now())
    return f"/r/{numbers.show(receipt.number)}"


def known(days: list[float], *, done: int = 100, waiting: int = 5) -> None:
    Duration.objects.create(
        service_id=catalog().service("pothole").id,
        area_id=0,
        days=days,
        done=done,
        waiting=waiting,
        computed_at=clock.now(),
    )


def test_both_dates_and_their_source_are_told(client: Client, address: str) -> None:
    known(EVENLY)
    page = client.get(address).content.decode()
    assert "Half of such requests are done by" in page
    assert "eight of ten by" in page
    assert "the latest 100 finished requests in the city" in page


def test_few_examples_are_called_few(client: Client, address: str) -> None:
    known(EVENLY, done=7)
    page = client.get(address).content.decode()
    assert "We have few examples, so this is uncertain: 7 finished requests" in page


def test_hardly_any_examples_say_nothing(client: Client, address: str) -> None:
    known(EVENLY, done=4)
    assert "Realistically" not in client.get(address).content.decode()


def test_a_backlog_is_admitted(client: Client, address: str) -> None:
    known(EVENLY[:60])
    assert "When the others are, we cannot say." in client.get(address).content.decode()
    Duration.objects.update(days=EVENLY[:20])
    assert "we cannot say when it is done" in client.get(address).content.decode()


def test_who_has_waited_is_told_of_those_who_waited(client: Client, address: str) -> None:
    known(EVENLY)
    ServiceRequest.objects.update(requested_at=clock.now() - timedelta(days=30))
    assert "had waited as long as yours" in client.get(address).content.decode()


def test_where_hardly_any_waited_as_long_nothing_is_promised(client: Client, address: str) -> None:
    known(EVENLY)
    ServiceRequest.objects.update(requested_at=clock.now() - timedelta(days=98))
    assert "Hardly any such request took as long" in client.get(address).content.decode()


def test_what_has_ended_has_no_outlook(client: Client, address: str) -> None:
    known(EVENLY)
    ServiceRequest.objects.update(status="cancelled")
    assert "Realistically" not in client.get(address).content.decode()


def test_a_private_request_tells_strangers_nothing_of_it(client: Client, city: City) -> None:
    receipt = submit(draft("graffiti"), by=resident(), at=clock.now())
    service = catalog().service("graffiti")
    known(EVENLY)
    Duration.objects.update(service_id=service.id)
    page = client.get(f"/r/{numbers.show(receipt.number)}").content.decode()
    assert "Realistically" not in page


def test_the_services_page_says_how_long_it_took_lately(client: Client, address: str) -> None:
    known(EVENLY)
    page = client.get("/services/pothole").content.decode()
    assert "Lately half of them were done within 50 days, eight of ten within 80 days." in page
