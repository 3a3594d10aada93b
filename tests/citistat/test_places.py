"""The page of places: what recurs and changed, for whom it is, and what is behind it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from citycall.analytics.places.findings import Cluster, Findings, StormDays, Topic, Turn, keep
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW, City

DAY = NOW.date()
Seated = Callable[[str], Client]


def findings(city: City, **changes: object) -> Findings:
    """One finding of each kind, of the streets' potholes; and a leak of the water agency's."""
    pothole, leak = city.services["pothole"].pk, city.services["water-leak"].pk
    spot = Cluster(
        service=pothole, agency=city.streets.pk, areas=(), longitude=-76.61, latitude=39.29,
        radius_m=550, hexagons=("892aa8c1b0fffff",), since=DAY - timedelta(days=21), until=DAY,
        going_on=True, observed=14, expected=2.3, chance=0.0004,
        requests=tuple(ServiceRequest.objects.values_list("pk", flat=True)),
    )  # fmt: skip
    turn = Turn(
        "received", "service", pothole, city.streets.pk, DAY, DAY, DAY, 2.0, 1.6, 2.5, 4, 8, 1e-6
    )
    found = Findings(
        made_at=NOW, facts="v1", first=DAY - timedelta(days=700), last=DAY, services=3, series=9,
        late=40, late_by_storm=12.0, terms=100, words_since=DAY - timedelta(days=14),
        clusters=(spot, replace(spot, service=leak, agency=city.water.pk, going_on=False)),
        turns=(turn, replace(turn, measure="days", by="team", key=city.teams["mains"].pk,
                             agency=city.water.pk)),
        storms=(StormDays(DAY, DAY, (leak,), 30, 4.5, 9, 7.0, 1e-9),),
        topics=(Topic("sinkhole", "en", 9, 30, 1, 100, pothole, city.streets.pk, 4.0, 1e-6),),
    )  # fmt: skip
    return replace(found, **changes)  # type: ignore[arg-type]


def text_of(client: Client, address: str = "/citistat/places") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_before_the_first_look_the_page_says_so(sit: Seated) -> None:
    assert "Nobody has looked yet" in text_of(sit("analyst"))


def test_every_kind_is_told_with_place_time_and_size(city: City, sit: Seated) -> None:
    keep(findings(city))
    text = text_of(sit("analyst"))
    for words in (
        "Hot spots", "around 39.2900, -76.6100", "within 550 metres", "2.3", "1 in 2,000",
        "requests received in a week", "1.60 to 2.50", "days to complete, typically",
        "sinkhole", "9 of 30", "1 of 100", "about 12 came by storms only",
    ):  # fmt: skip
        assert words in text, words


def test_an_agency_sees_its_own_only_and_nothing_of_the_whole_city(city: City, sit: Seated) -> None:
    keep(findings(city))
    text = text_of(sit("dispatcher"))
    assert "Pothole" in text
    assert "Water leak" not in text
    assert "storms only" not in text


def test_the_requests_of_a_hot_spot_are_behind_it(
    city: City, sit: Seated, report: Callable[..., str]
) -> None:
    number = report()
    keep(findings(city))
    key = f"{city.services['pothole'].pk}-{DAY - timedelta(days=21):%Y%m%d}-892aa8c1b0fffff"
    text = text_of(sit("analyst"), f"/citistat/places/{key}")
    assert number in text
    assert "14 problems" in text
    assert sit("analyst").get("/citistat/places/1-20260101-none").status_code == 404


def test_of_another_agencys_hot_spot_nobody_is_told(city: City, sit: Seated) -> None:
    keep(findings(city))
    key = f"{city.services['water-leak'].pk}-{DAY - timedelta(days=21):%Y%m%d}-892aa8c1b0fffff"
    assert sit("dispatcher").get(f"/citistat/places/{key}").status_code == 404


def test_where_nothing_was_found_each_part_says_so(city: City, sit: Seated) -> None:
    keep(findings(city, clusters=(), turns=(), storms=(), topics=()))
    text = text_of(sit("analyst"))
    for words in (
        "No place had more", "Everything lies on the level", "No word is written by",
        "On no day did several services", "No place has had the same trouble",
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize("name", ["crew", "call-taker"])
def test_who_may_not_see_numbers_sees_none(name: str, sit: Seated) -> None:
    assert sit(name).get("/citistat/places").status_code == 403


def test_the_number_of_queries_does_not_grow_with_what_was_found(
    city: City, sit: Seated, django_assert_max_num_queries: Callable[..., object]
) -> None:
    found = findings(city)
    keep(replace(found, clusters=found.clusters * 40, topics=found.topics * 30))
    client = sit("analyst")
    client.get("/citistat/places")
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        client.get("/citistat/places")
