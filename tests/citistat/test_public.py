"""What everybody is told: no private service, and nothing in which somebody could be found."""

from datetime import timedelta

import pytest
from django.test import Client

from citycall.analytics import public
from citycall.analytics.refresh import refresh
from citycall.core import clock
from citycall.service_requests.models import ServiceRequest
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


def lines(response) -> dict[str, list[str | None]]:
    return {line["name"]: line["values"] for line in response.context["lines"]}


def test_small_numbers_are_not_told(months, monkeypatch) -> None:
    monkeypatch.setattr(public, "SMALLEST", 3)
    months(pothole=4, water_leak=5)
    page = Client().get("/performance")
    told = lines(page)
    assert told["Pothole"][0] == "4"


def test_a_lone_small_number_takes_the_next_smallest_with_it(months, monkeypatch) -> None:
    monkeypatch.setattr(public, "SMALLEST", 3)
    months(pothole=4, water_leak=1)
    page = Client().get("/performance")
    told = lines(page)
    assert [values[:2] for values in told.values()] == [[None, None], [None, None]]
    assert "Too few to tell" in page.content.decode()
    file = Client().get("/performance?format=csv").content.decode().splitlines()
    assert [line.split(",")[:3] for line in file[1:]] == [
        ["Pothole", "", ""],
        ["Water leak", "", ""],
    ]


def test_a_share_of_few_is_not_told_even_where_many_were_received(months, monkeypatch) -> None:
    """Of many received few may be completed, and a share of one tells of that one."""
    monkeypatch.setattr(public, "SMALLEST", 3)
    months(pothole=5, water_leak=5)
    request = ServiceRequest.objects.filter(service__code="pothole").earliest("pk")
    ServiceRequest.objects.filter(pk=request.pk).update(
        status="completed", completed_at=NOW - timedelta(days=10)
    )
    refresh(at=NOW + timedelta(hours=1), whole=True)
    told = lines(Client().get("/performance"))
    assert told["Pothole"][0] == "5"
    assert told["Pothole"][2:4] == [None, None]


def test_a_month_of_few_is_not_told(months, monkeypatch) -> None:
    monkeypatch.setattr(public, "SMALLEST", 3)
    months(pothole=2)
    page = Client().get("/performance")
    assert page.context["told"][0]["value"] in {"–", "0"}


def test_private_services_are_not_told_at_all(months, monkeypatch) -> None:
    monkeypatch.setattr(public, "SMALLEST", 1)
    months(graffiti=12, pothole=12)
    page = Client().get("/performance")
    assert list(lines(page)) == ["Pothole"]
    assert page.context["told"][0]["value"] in {"0", "12"}


def test_it_can_be_asked_by_nothing_else(months) -> None:
    months(pothole=1)
    for by in ("agency", "team", "channel", "language", "weather"):
        assert Client().get(f"/performance?by={by}").status_code == 404


def test_before_the_first_refresh_it_is_said(city) -> None:
    page = Client().get("/performance")
    assert page.status_code == 200
    assert "Cache-Control" not in page
    assert "gathered for the first time" in page.content.decode()


def test_the_page_asks_the_database_hardly_anything(
    months, monkeypatch, django_assert_max_num_queries
) -> None:
    months(pothole=12)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2))
    Client().get("/performance")
    with django_assert_max_num_queries(6):
        Client().get("/performance")


def test_nothing_is_sent_twice_to_who_has_it(months) -> None:
    months(pothole=1)
    client = Client()
    first = client.get("/performance")
    again = client.get("/performance", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def test_what_is_known_of_fairness_is_a_step_away(months) -> None:
    months(pothole=1)
    assert 'href="/performance/fairness"' in Client().get("/performance").content.decode()
