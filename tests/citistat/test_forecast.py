"""The page of the forecast: who sees what, by service or area, with how good it was."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citycall.accounts.models import User
from citycall.analytics.forecasts import publishing
from citycall.core import snapshots
from tests import city as small_city
from tests.analytics.forecasts.gathered import MORNING, gather
from tests.city import City

pytestmark = pytest.mark.django_db

PAGE = "/citistat/forecast"


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ANALYTICS = tmp_path / "analytics"
    settings.UPLOADS = settings.STATIC_ROOT = tmp_path
    # No look at a version row falls into a count of queries by chance.
    monkeypatch.setattr(snapshots, "LOOK_EVERY_SECONDS", 3600.0)


@pytest.fixture
def city() -> City:
    return small_city.build()


@pytest.fixture
def look(city: City) -> Callable[..., str]:
    def looked(who: str = "analyst", **asked: str) -> str:
        client = Client()
        client.force_login(User.objects.get(username=who))
        answer = client.get(PAGE, asked)
        assert answer.status_code == 200
        return answer.content.decode()

    return looked


@pytest.fixture
def forecast(city: City) -> None:
    gather(city)
    publishing.bring_up_to_date(at=MORNING)


def test_before_there_is_any_it_says_when(look) -> None:
    assert "No forecast yet" in look()


@pytest.mark.usefixtures("forecast")
def test_the_city_the_agencies_and_the_services(look) -> None:
    page = look()
    assert "the city expects 112 requests" in page
    assert "Water leak" in page
    assert "Pothole" in page
    assert "A year earlier there were" not in page


@pytest.mark.usefixtures("forecast")
def test_how_good_it_is_stands_on_the_page(look) -> None:
    page = look()
    assert '<h2 id="trials">How good these forecasts are' in page
    assert "Scaled error (MASE)" in page


@pytest.mark.usefixtures("forecast")
def test_an_agencys_people_see_their_own(look) -> None:
    page = look("manager")
    assert "Pothole" in page
    assert "Water leak" not in page
    assert "the city expects" not in page
    assert "Paving" in page
    assert "Mains" not in page


@pytest.mark.usefixtures("forecast")
def test_an_agency_of_others_cannot_be_chosen(look) -> None:
    page = look("manager", agency="water")
    assert "Select a valid choice" in page
    assert "Water leak" not in page


@pytest.mark.usefixtures("forecast")
def test_one_service_by_area(look) -> None:
    page = look(service="pothole", by="districts")
    assert "West" in page
    assert "East" in page
    assert "Pothole: the next four weeks" in page


@pytest.mark.usefixtures("forecast")
def test_all_services_by_area_are_the_whole_citys_only(look) -> None:
    assert "All services by area" in look(by="districts")
    assert "East" in look(by="districts")
    page = look("manager", by="districts")
    assert "Choose a service" in page
    assert "East" not in page


@pytest.mark.usefixtures("forecast")
def test_the_lines_as_a_file(client, city) -> None:
    client.force_login(User.objects.get(username="analyst"))
    answer = client.get(f"{PAGE}.csv", {"agency": "water"})
    [row] = csv.DictReader(io.StringIO(answer.content.decode()))
    assert row["name"] == "Water leak"
    assert float(row["expected"]) == pytest.approx(84, rel=0.05)
    assert (row["from"], row["four_weeks_before"]) == ("2026-03-02", "84.0")


@pytest.mark.usefixtures("forecast")
def test_names_that_look_like_formulas_are_harmless_in_the_file(client, city, monkeypatch) -> None:
    monkeypatch.setattr("citycall.core.phrases.said", lambda text, _language="": f"={text}")
    client.force_login(User.objects.get(username="analyst"))
    answer = client.get(f"{PAGE}.csv", {"agency": "water"})
    [row] = csv.DictReader(io.StringIO(answer.content.decode()))
    assert row["name"] == "'=Water leak"


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.csv"])
def test_those_who_see_no_numbers_are_refused(client, city, path) -> None:
    client.force_login(User.objects.get(username="crew"))
    assert client.get(path).status_code == 403


@pytest.mark.usefixtures("forecast")
def test_the_page_costs_few_queries(client, city) -> None:
    client.force_login(User.objects.get(username="analyst"))
    client.get(PAGE)
    with CaptureQueriesContext(connection) as caught:
        client.get(PAGE)
    assert len(caught) <= 6
