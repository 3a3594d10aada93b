"""The pages of a service and of a district: what stands there, and for whom."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from django.test import Client

from citycall.analytics.places.findings import Turn, keep
from citycall.analytics.store import Facts
from citycall.citistat import expected
from citycall.service_requests.models import ServiceRequest
from tests.citistat import districts
from tests.citistat.test_places import DAY, findings
from tests.city import NOW, City

MOST_QUERIES = 20
# A service's page asks 29, an area's 22.
MOST_QUESTIONS = 30
Seated = Callable[[str], Client]


@pytest.fixture
def places(city: City) -> dict[str, str]:
    """The addresses of the districts, which are there before anything is reported."""
    return {
        code: f"/citistat/areas/{districts.LAYER}/{area.pk}"
        for code, area in districts.build().items()
    }


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(" ".join(answer.content.decode().split()))


def test_a_service_is_told_by_area(sit, places, report, gathered) -> None:
    for _ in range(3):
        report(days_ago=5)
    report("water-leak", days_ago=5)
    gathered()
    page = sit("analyst").get("/citistat/services/pothole")
    assert [line.name for line in page.context["lines"]] == ["West"]
    received = page.context["weekly"][0]
    assert (received.measure.name, received.value) == ("received", "3")


def test_a_district_is_told_by_service(sit, places, report, gathered) -> None:
    report()
    report("water-leak")
    gathered()
    west, east = (sit("analyst").get(places[code]) for code in ("west", "east"))
    assert [line.name for line in west.context["lines"]] == ["Pothole", "Water leak"]
    assert list(east.context["lines"]) == []


def test_a_service_of_which_there_is_nothing_to_tell_has_no_line(
    sit, places, report, gathered
) -> None:
    report("water-leak", days_ago=100)
    done = NOW - timedelta(days=90)
    ServiceRequest.objects.update(status="closed", completed_at=done, closed_at=done)
    report(days_ago=5)
    gathered()
    page = sit("analyst").get(places["west"])
    assert [line.name for line in page.context["lines"]] == ["Pothole"]
    assert "Nothing came, nothing was done" in text_of(sit("analyst"), places["east"])


def test_every_number_leads_to_its_requests(sit, city, places, report, gathered) -> None:
    number = report()
    other = report("water-leak")
    gathered()
    analyst = sit("analyst")
    for address, kept in (
        ("/citistat/services/pothole", {number}),
        (places["west"], {number, other}),
    ):
        page = analyst.get(address)
        cells = [cell for line in page.context["lines"] for cell in line.cells]
        found = set()
        for cell in cells:
            if cell.measure.name == "open":
                query = f"{cell.query}&{page.context['scope']}"
                listed = text_of(analyst, f"/citistat/measures/open/requests?{query}")
                found |= {each for each in (number, other) if each in listed}
        assert found == kept


def test_an_agency_sees_its_own_services_only(sit, places, report, gathered) -> None:
    report()
    gathered()
    assert sit("manager").get("/citistat/services/pothole").status_code == 200
    assert sit("manager").get("/citistat/services/water-leak").status_code == 404


def test_of_a_district_an_agency_sees_its_own_requests_and_is_told_so(
    sit, places, report, gathered
) -> None:
    report()
    report("water-leak")
    gathered()
    page = sit("manager").get(places["west"])
    assert [line.name for line in page.context["lines"]] == ["Pothole"]
    assert "Only requests of Streets are counted here." in page.content.decode()
    assert "Only requests of" not in text_of(sit("analyst"), places["west"])


@pytest.mark.parametrize("name", ["crew", "call-taker"])
def test_who_may_not_see_numbers_sees_none(name, sit, places) -> None:
    for address in ("/citistat/services/pothole", places["west"]):
        assert sit(name).get(address).status_code == 403
        assert Client().get(address).status_code == 302


def test_there_is_no_page_of_what_there_is_not(sit, places) -> None:
    wrong_layer = places["west"].replace(districts.LAYER, "wards")
    for address in ("/citistat/services/none", f"/citistat/areas/{districts.LAYER}/0", wrong_layer):
        assert sit("analyst").get(address).status_code == 404


def test_before_the_first_facts_the_pages_say_so(sit, places) -> None:
    for address in ("/citistat/services/pothole", places["west"]):
        assert "gathered for the first time" in text_of(sit("analyst"), address)


def test_without_areas_a_service_is_told_by_team(sit, report, gathered) -> None:
    report()
    gathered()
    page = sit("analyst").get("/citistat/services/pothole")
    assert [line.name for line in page.context["lines"]] == ["Paving"]


def test_many_more_than_usual_need_attention_by_area(sit, places, report, gathered) -> None:
    for week in range(2, 30):
        report(days_ago=7 * week + 1)
    for _ in range(14):
        report(days_ago=5)
    gathered()
    text = text_of(sit("analyst"), "/citistat/services/pothole")
    assert f'<a href="{places["west"]}">West</a>: <a href="/citistat/measures/received?' in text
    text = text_of(sit("analyst"), places["west"])
    assert '<a href="/citistat/services/pothole">Pothole</a>: <a href="/citistat/measures/' in text
    assert "14" in text


def test_hot_spots_and_changes_stand_where_they_are(sit, city, places, report, gathered) -> None:
    report()
    gathered()
    west = int(places["west"].rpartition("/")[2])
    found = findings(city)
    turn = Turn("received", "area", west, None, DAY, DAY, DAY, 2.0, 1.6, 2.5, 4, 8, 1e-6)
    keep(
        replace(
            found,
            clusters=tuple(replace(each, areas=((west, 14),)) for each in found.clusters),
            turns=(*found.turns, turn),
        )
    )
    analyst = sit("analyst")
    spots = [each.service for each in analyst.get(places["west"]).context["spots"]]
    assert spots == ["Pothole", "Water leak"]
    assert [each.what for each in analyst.get(places["west"]).context["levels"]] == ["West"]
    assert [
        each.service for each in analyst.get("/citistat/services/pothole").context["spots"]
    ] == ["Pothole"]
    assert list(analyst.get(places["east"]).context["spots"]) == []
    assert [each.service for each in sit("manager").get(places["west"]).context["spots"]] == [
        "Pothole"
    ]


def test_names_lead_to_their_pages(sit, city, places, report, gathered) -> None:
    report()
    gathered()
    keep(findings(city))
    analyst = sit("analyst")
    for address in ("/citistat/streets", places["west"], "/citistat/places"):
        assert '<a href="/citistat/services/pothole">Pothole</a>' in text_of(analyst, address)
    assert f'<a href="{places["west"]}">West</a>' in text_of(analyst, "/citistat/services/pothole")


def test_the_forecast_leads_to_how_good_it_was(
    sit, places, report, gathered, monkeypatch: pytest.MonkeyPatch
) -> None:
    report()
    gathered()
    four = SimpleNamespace(expected=20, before=18, low=None, high=None)
    line = SimpleNamespace(four=four, change="")
    monkeypatch.setattr(expected, "of_service", lambda facts, service: line)
    page = text_of(sit("analyst"), "/citistat/services/pothole")
    assert re.search(r'href="/citistat/forecast\?service=pothole&by=districts#trials"', page)


def test_the_queries_do_not_grow(
    sit, places, report, gathered, django_assert_max_num_queries
) -> None:
    for _ in range(4):
        report()
        report("water-leak")
    gathered()
    analyst = sit("analyst")
    for address in ("/citistat/services/pothole", places["west"]):
        analyst.get(address)
        with django_assert_max_num_queries(MOST_QUERIES):
            analyst.get(address)


def test_what_was_worked_out_once_is_not_asked_again(
    sit, places, report, gathered, monkeypatch
) -> None:
    asked = []
    ask = Facts.ask

    def noted(facts, what):
        asked.append(what)
        return ask(facts, what)

    monkeypatch.setattr(Facts, "ask", noted)
    report()
    gathered()
    analyst = sit("analyst")
    for address in ("/citistat/services/pothole", places["west"]):
        analyst.get(address)
        assert 0 < len(asked) <= MOST_QUESTIONS
        asked.clear()
        analyst.get(address)
        assert asked == []
