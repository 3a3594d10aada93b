"""The list of services, finding one by words, and a service's own page."""

import pytest
from django.test import Client

from citycall.assistant.finding import services_for
from citycall.catalog.actions import retire_service
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM
from tests.city import NOW, City


def test_a_service_tells_what_it_is_and_how_long_it_takes(client: Client, city: City) -> None:
    page = client.get("/services/lamp-out").content.decode()
    assert "A street light that is dark, blinking or on by day." in page
    assert "within 3 working days" in page
    assert "Report this" in page


def test_a_service_without_a_target_promises_nothing(client: Client, city: City) -> None:
    assert "No time is promised" in client.get("/services/water-leak").content.decode()


@pytest.mark.parametrize("code", ["no-such-service", "pothole"])
def test_an_unknown_or_retired_service_is_not_there(client: Client, city: City, code: str) -> None:
    retire_service(code="pothole", by=SYSTEM, at=NOW)
    assert client.get(f"/services/{code}").status_code == 404


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("the lamp on my street is dark", "lamp-out"),
        ("POTHOLES", "pothole"),
        ("grafitti", "graffiti"),
        ("branch", "dead-tree"),
        ("streetlight", "lamp-out"),
    ],
)
def test_words_find_the_service(city: City, words: str, first: str) -> None:
    assert services_for(words, catalog())[0].code == first


@pytest.mark.parametrize("words", ["", "the", "xylophone", "\x00" * 50])
def test_words_that_mean_nothing_here_find_nothing(city: City, words: str) -> None:
    assert services_for(words, catalog()) == []


def test_without_a_fit_something_else_is_offered(client: Client, city: City) -> None:
    page = client.get("/services", {"q": "xylophone"}).content.decode()
    assert "Report it as something else" in page
