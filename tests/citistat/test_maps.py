"""Measures by area on the pages' maps, with the same in the table beside them."""

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.analytics.places.findings import keep
from citycall.citistat import maps
from citycall.service_requests.models import ServiceRequest
from tests.citistat import districts
from tests.citistat.test_places import findings
from tests.city import NOW

PAGES = ("/citistat", "/citistat/streets", "/citistat/services/pothole")


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_classes_hold_every_value_once_and_in_order(values: list[int]) -> None:
    groups = maps.grouped([float(each) for each in values])
    assert 1 <= len(groups) <= 5
    assert all(sum(low <= each <= high for low, high in groups) == 1 for each in values)
    assert sorted(groups) == groups


@pytest.mark.parametrize("page", PAGES)
def test_the_map_shows_what_the_table_says(sit, city, report, gathered, page) -> None:
    west = districts.build()["west"]
    for _ in range(3):
        report(days_ago=5)
    gathered()
    answer = sit("analyst").get(f"{page}?map=received&layer=districts")
    told = answer.context["map"]
    assert [(row.name, row.value, row.size) for row in told.rows] == [
        ("West", "3", "3"),
        ("East", "0", "0"),
    ]
    assert [(band.words, band.areas) for band in told.bands] == [("0", 1), ("3", 1)]
    assert "West: 3" in told.svg
    assert told.rows[0].address == f"/citistat/areas/districts/{west.pk}"
    words = unescape(answer.content.decode())
    assert f"{told.rows[0].query}" in words


def test_a_row_leads_to_the_requests_that_it_counts(sit, city, report, gathered) -> None:
    districts.build()
    number = report(days_ago=5)
    gathered()
    analyst = sit("analyst")
    for name in ("received", "open", "on-time"):
        told = analyst.get(f"/citistat?map={name}").context["map"]
        row = next(row for row in told.rows if row.name == "West")
        page = analyst.get(f"/citistat/measures/{told.measure.name}/requests?{row.query}")
        assert (number in page.content.decode()) is (row.size != "0")


def test_few_and_unknown_are_told_apart(sit, city, report, gathered) -> None:
    districts.build()
    report(days_ago=6)
    ServiceRequest.objects.update(status="completed", completed_at=NOW - timedelta(days=4))
    gathered()
    told = sit("analyst").get("/citistat").context["map"]
    assert told.measure.name == "on-time"
    assert [(row.name, row.value, row.few) for row in told.rows] == [
        ("West", "100.0%", True),
        ("East", "Not known", False),
    ]
    assert [band.words for band in told.bands] == ["Too few to tell", "Not known"]


def test_rates_are_offered_only_where_residents_are_known(sit, city, report, gathered) -> None:
    districts.build()
    report(days_ago=5)
    gathered()
    page = sit("analyst").get(f"/citistat?map={maps.RATE}")
    assert maps.RATE not in page.context["map_names"]
    assert page.context["map_name"] == maps.USUAL


def test_rates_are_for_a_thousand_residents(sit, city, report, gathered) -> None:
    districts.build(population=500)
    for _ in range(3):
        report(days_ago=5)
    gathered()
    told = sit("analyst").get(f"/citistat?map={maps.RATE}").context["map"]
    assert [(row.name, row.value, row.size) for row in told.rows] == [
        ("East", "0.0", "0"),
        ("West", "6.0", "3"),
    ]


def test_an_agency_s_map_counts_its_own_requests(sit, city, report, gathered) -> None:
    districts.build()
    report(days_ago=5)
    report("water-leak", days_ago=5)
    gathered()
    own = sit("manager").get("/citistat?map=received").context["map"]
    assert own.rows[0].value == "1"
    assert sit("analyst").get("/citistat?map=received").context["map"].rows[0].value == "2"


def test_without_areas_there_is_no_map(sit, city, report, gathered) -> None:
    report()
    gathered()
    for page in PAGES:
        assert "map" not in sit("analyst").get(page).context


def test_hot_spots_are_marked_with_the_numbers_of_their_rows(sit, city, report, gathered) -> None:
    districts.build()
    report()
    gathered()
    keep(findings(city))
    page = sit("analyst").get("/citistat/places")
    for n, each in enumerate(page.context["trouble"].places, start=1):
        assert f"<title>{n}. {each.service}: " in page.context["spots_map"]
    key = page.context["trouble"].places[0].key
    one = sit("analyst").get(f"/citistat/places/{key}")
    assert "<title>1. Pothole: " in one.context["spots_map"]
    assert "/nearby?lon=-76.61&amp;lat=39.29" in one.content.decode()
    keep(replace(findings(city), clusters=()))
    assert sit("analyst").get("/citistat/places").context["spots_map"] == ""


@pytest.fixture
def area(city) -> dict[str, str]:
    """The addresses of the areas, which are there before anything is reported."""
    built = districts.build() | districts.build_quarters()
    return {code: f"/citistat/areas/{each.layer.code}/{each.pk}" for code, each in built.items()}


def test_an_areas_own_map_is_of_the_smaller_areas_in_it(sit, area, report, gathered) -> None:
    numbers = {report(days_ago=5) for _ in range(2)}
    gathered()
    analyst = sit("analyst")
    page = analyst.get(f"{area['west']}?map=received")
    told = page.context["map"]
    # The dale reaches into the eastern district; no one reported from the hill.
    assert [(row.name, row.value) for row in told.rows] == [("Dale", "2")]
    assert told.layer_title == "Quarter"
    # The dale, the hatching's own line, and the district's edge.
    assert told.svg.count("<path") == 3
    assert "only inside it" in page.content.decode()
    behind = analyst.get(
        f"/citistat/measures/received/requests?{told.rows[0].query}&{page.context['scope']}"
    ).content.decode()
    assert all(number in behind for number in numbers)


def test_a_layer_without_smaller_areas_has_no_map_of_parts(sit, area, report, gathered) -> None:
    report(days_ago=5)
    gathered()
    analyst = sit("analyst")
    assert "map" not in analyst.get(area["dale"]).context
    assert analyst.get(area["west"]).context["layers"] == [("quarters", "Quarter")]


def test_an_area_of_which_nothing_is_told_has_no_map(sit, area, report, gathered) -> None:
    report(days_ago=5)
    gathered()
    assert 'id="map"' not in sit("analyst").get(area["east"]).content.decode()


def test_rates_are_not_offered_for_parts_of_areas(sit, city, report, gathered) -> None:
    west = districts.build(population=1000)["west"]
    districts.build_quarters()
    report(days_ago=5)
    gathered()
    page = sit("analyst").get(f"/citistat/areas/districts/{west.pk}?map={maps.RATE}")
    assert page.context["map_name"] == maps.USUAL
