"""What everybody is told: no private service, and nothing in which somebody could be found."""

from datetime import timedelta

import pytest
from django.test import Client

from citycall.analytics import public
from citycall.core import clock
from tests.citistat.conftest import NOW


@pytest.fixture
def months(report, gathered):
    """Reports some days ago, of a service each."""

    def told(**services: int) -> None:
        for service, count in services.items():
            for _ in range(count):
                report(service.replace("_", "-"), days_ago=20)
        gathered()

    return told


def lines(response) -> dict[str, list[str] | None]:
    return {line["name"]: line["values"] for line in response.context["lines"]}


def test_small_numbers_are_not_told(months, monkeypatch) -> None:
    monkeypatch.setattr(public, "SMALLEST", 3)
    months(pothole=4, water_leak=5)
    page = Client().get("/performance")
    told = lines(page)
    assert told["Pothole"] is not None
    assert told["Pothole"][0] == "4"


def test_a_lone_small_number_takes_the_next_smallest_with_it(months, monkeypatch) -> None:
    monkeypatch.setattr(public, "SMALLEST", 3)
    months(pothole=4, water_leak=1)
    page = Client().get("/performance")
    assert lines(page) == {"Pothole": None, "Water leak": None}
    assert "Too few to tell" in page.content.decode()
    file = Client().get("/performance?format=csv").content.decode().splitlines()
    assert file[1:] == ["Pothole,,,,,,", "Water leak,,,,,,"]


def test_private_services_are_not_told_at_all(months, monkeypatch) -> None:
    monkeypatch.setattr(public, "SMALLEST", 1)
    months(graffiti=12, pothole=12)
    page = Client().get("/performance")
    assert list(lines(page)) == ["Pothole"]
    assert page.context["told"][0]["value"] in {"0", "12"}


def test_it_can_be_asked_by_nothing_else(months) -> None:
    months(pothole=1)
    for by in ("team", "channel", "language", "weather"):
        assert Client().get(f"/performance?by={by}").status_code == 404


def test_before_the_first_refresh_it_is_said(city) -> None:
    page = Client().get("/performance")
    assert page.status_code == 503
    assert "gathered for the first time" in page.content.decode()


def test_the_page_asks_the_database_hardly_anything(
    months, monkeypatch, django_assert_max_num_queries
) -> None:
    months(pothole=12)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2))
    Client().get("/performance")
    with django_assert_max_num_queries(6):
        Client().get("/performance")
