"""What is known around a place: the list without scripts, and what the map is told."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from limits import RateLimitItemPerMinute
from pytest_django import DjangoAssertNumQueries

from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM
from citycall.places.actions.gazetteer import load_places
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.web.views import nearby
from tests.city import City, draft

MIDDLE = (-76.58, 39.32)
BOX = "-76.60,39.30,-76.56,39.34"
POINT = {"lon": "-76.58", "lat": "39.32"}
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    nearby.forget()


def told(city: City, service: str = "pothole", *, north: float = 0.0, days: int = 0) -> Receipt:
    """A report ``north`` metres north of the middle, made so many days ago."""
    point = Location(
        kind=LocationKind.POINT,
        longitude=MIDDLE[0],
        latitude=MIDDLE[1] + north / 111_195,
        place="Harford Rd",
    )
    return submit(
        draft(service, location=point),
        by=city.resident,
        at=clock.now() - timedelta(days=days),
    )


def page_of(client: Client, **query: str) -> str:
    response = client.get("/nearby", query)
    assert response.status_code == 200
    return str(response.content.decode())


def told_of(client: Client, kind: str, **query: str) -> dict[str, Any]:
    response = client.get(f"/nearby/{kind}.json", {"box": BOX, "zoom": "14", **query})
    assert response.status_code == 200
    return dict(json.loads(response.content))


# The list.


def test_a_named_place_lists_what_is_around_it_nearest_first(client: Client, city: City) -> None:
    told(city, north=200)
    told(city, "something-else", north=50)
    page = page_of(client, place="Hooper's Field")
    assert "Within 500 meters of Hooper&#x27;s Field" in page
    assert page.index("Something else") < page.index(">Pothole<")
    assert "50 meters. Reported today." in page
    assert "Harford Rd" in page
    assert '<span class="cc-status cc-status--new">New</span>' in page


def test_the_list_shows_no_number(client: Client, city: City) -> None:
    number = numbers.show(told(city).number)
    assert number not in page_of(client, **POINT)
    assert number not in json.dumps(told_of(client, "points"))


def test_an_unknown_place_is_said_beside_its_field(client: Client, city: City) -> None:
    page = page_of(client, place="qqqq zzzz")
    assert "We found no place with this name." in page
    assert 'value="qqqq zzzz"' in page


def test_words_that_fit_two_places_ask_which(client: Client, city: City) -> None:
    twins = [
        {"kind": "park", "code": f"twin-{n}", "name": "Linden Park", "longitude": -76.58 - n / 50}
        for n in range(2)
    ]
    load_places(rows=[{**twin, "latitude": 39.32} for twin in twins], by=SYSTEM, at=clock.now())
    page = page_of(client, place="Linden Park")
    assert "Which place is “Linden Park”?" in page
    links = re.findall(r'href="(\?[^"]*lon=[^"]*)"', page)
    assert len(links) == 2
    chosen = client.get("/nearby" + links[1].replace("&amp;", "&")).content.decode()
    assert "Within 500 meters of Linden Park" in chosen


def test_a_point_is_taken_with_the_words_it_came_with_only(client: Client, city: City) -> None:
    told(city)
    same = page_of(client, place="Here", of="Here", **POINT)
    assert "Within 500 meters of Here" in same
    other = page_of(client, place="qqqq zzzz", of="Here", **POINT)
    assert "We found no place with this name." in other


def test_nothing_around_says_what_to_do(client: Client, city: City) -> None:
    page = page_of(client, **POINT)
    assert "Nothing is known here" in page
    assert 'href="/report"' in page


def test_without_a_place_the_whole_city_is_counted(client: Client, city: City) -> None:
    for _n in range(3):
        told(city)
    page = page_of(client)
    assert "3 requests in all, by part of the city." in page
    link = re.search(r'href="(\?[^"]*lon=[^"]*)"', page)
    assert link is not None
    assert client.get("/nearby" + link[1].replace("&amp;", "&")).status_code == 200


def test_an_empty_city_says_so(client: Client, city: City) -> None:
    assert "No such requests are known in the city." in page_of(client)


def test_the_list_goes_on_page_by_page(client: Client, city: City) -> None:
    for n in range(nearby.PAGE + 2):
        told(city, north=n * 10)
    page = page_of(client, **POINT)
    further = re.search(r'rel="next" href="([^"]*)"', page)
    assert further is not None
    assert page.count('class="near-item"') == nearby.PAGE
    rest = client.get("/nearby" + further[1].replace("&amp;", "&")).content.decode()
    assert rest.count('class="near-item"') == 2
    assert 'rel="next"' not in rest


def test_requests_can_be_chosen_by_group_and_age(client: Client, city: City) -> None:
    told(city)
    told(city, "something-else", days=20)
    assert "Something else</a>" not in page_of(client, group="Streets", **POINT)
    assert "Something else</a>" not in page_of(client, show="week", **POINT)
    assert "Something else</a>" in page_of(client, show="month", **POINT)


@pytest.mark.parametrize(
    "query",
    [
        {"within": "77"},
        {"show": "everything"},
        {"group": "Nothing of ours"},
        {"lon": "east", "lat": "39"},
        {"lon": "-76", "lat": "91"},
        {"show": "months", "first": "2026-03", "last": "2026-01"},
        {"show": "months", "first": "March"},
        {"place": "x" * 301},
    ],
)
def test_what_cannot_be_read_is_said_plainly(
    client: Client, city: City, query: dict[str, str]
) -> None:
    response = client.get("/nearby", query)
    assert response.status_code == 400
    assert "usa-alert--error" in response.content.decode()


def test_a_damaged_page_address_is_refused(client: Client, city: City) -> None:
    assert client.get("/nearby", {**POINT, "further": "x"}).status_code == 400


def test_queries_do_not_grow_with_the_list(
    client: Client, city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(10):
        told(city, north=n)
    page_of(client, **POINT)
    with django_assert_max_num_queries(MOST_QUERIES):
        page_of(client, **POINT)


# One request.


def test_a_request_on_the_map_has_a_page_that_proves_nothing(client: Client, city: City) -> None:
    receipt = told(city)
    response = client.get(f"/nearby/{receipt.request_id}")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Pothole" in page
    assert "Harford Rd" in page
    assert numbers.show(receipt.number) not in page
    assert "Yes, it is fixed" not in page


@pytest.mark.parametrize("service", ["graffiti"])
def test_a_hidden_request_has_no_page(client: Client, city: City, service: str) -> None:
    assert client.get(f"/nearby/{told(city, service).request_id}").status_code == 404


def test_hidden_requests_are_nowhere(client: Client, city: City) -> None:
    told(city, "graffiti")
    assert "Graffiti" not in page_of(client, **POINT)
    assert told_of(client, "points")["features"] == []
    assert told_of(client, "hexagons")["features"] == []
    assert "No such requests are known in the city." in page_of(client)


# What the map is told.


def test_points_are_geojson_with_their_words(client: Client, city: City) -> None:
    receipt = told(city)
    found = told_of(client, "points")
    assert found["complete"] is True
    assert found["summary"] == "1 request is on this part of the map."
    (feature,) = found["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-76.58, 39.32]}
    assert feature["properties"]["url"] == f"/nearby/{receipt.request_id}"
    assert feature["properties"]["state"] == "New"
    assert "distance" not in feature["properties"]


def test_points_near_a_place_say_how_far_they_are(client: Client, city: City) -> None:
    told(city, north=400)
    told(city, north=100, days=1)
    found = told_of(client, "points", **POINT)
    assert [f["properties"]["distance"] for f in found["features"]] == ["100 meters", "400 meters"]


def test_hexagons_are_closed_outlines_with_counts(client: Client, city: City) -> None:
    told(city)
    told(city)
    (feature,) = told_of(client, "hexagons")["features"]
    (ring,) = feature["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert len(ring) in {7, 8}
    assert feature["properties"]["count"] == 2
    assert feature["properties"]["words"] == "2 requests"


def test_the_list_and_the_map_know_the_same(client: Client, city: City) -> None:
    for n in range(5):
        told(city, north=n * 20)
    page = page_of(client, **POINT)
    urls = {f["properties"]["url"] for f in told_of(client, "points")["features"]}
    assert set(re.findall(r'href="(/nearby/\d+)"', page)) == urls
    assert sum(f["properties"]["count"] for f in told_of(client, "hexagons")["features"]) == 5


def test_an_unchanged_answer_is_not_sent_again(client: Client, city: City) -> None:
    told(city)
    for kind in ("points", "hexagons"):
        query = {"box": BOX, "zoom": "14", "language": "en"}
        first = client.get(f"/nearby/{kind}.json", query)
        again = client.get(
            f"/nearby/{kind}.json", query, headers={"If-None-Match": first.headers["ETag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert "public" in first.headers["Cache-Control"]
        assert "Cookie" not in first.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("points", {"box": "1,2,3"}),
        ("points", {"box": "a,b,c,d"}),
        ("points", {"box": "-76,39,-77,40"}),
        ("points", {"box": "nan,39,-77,40"}),
        ("points", {"box": BOX, "show": "x"}),
        ("hexagons", {"box": BOX}),
        ("hexagons", {"box": BOX, "zoom": "near"}),
        ("hexagons", {"box": BOX, "zoom": "nan"}),
        ("hexagons", {"box": BOX, "zoom": "25"}),
        ("hexagons", {"zoom": "11"}),
    ],
)
def test_a_bad_question_gets_a_plain_sentence(
    client: Client, city: City, kind: str, query: dict[str, str]
) -> None:
    response = client.get(f"/nearby/{kind}.json", query)
    assert response.status_code == 400
    assert response.json()["detail"].endswith(".")
    assert response.headers["Cache-Control"] == "no-store"


def test_the_whole_world_is_answered_too(client: Client, city: City) -> None:
    told(city)
    world = {"box": "-180,-90,180,90", "zoom": "20"}
    assert told_of(client, "points", **world)["complete"] is False
    assert len(told_of(client, "hexagons", **world)["features"]) == 1


def test_who_asks_too_fast_has_to_wait(
    client: Client, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "LIMIT", RateLimitItemPerMinute(2))
    query = {"box": BOX, "zoom": "14"}
    codes = [client.get("/nearby/points.json", query).status_code for _n in range(3)]
    assert codes == [200, 200, 429]
    assert client.get("/nearby").status_code == 429


def test_only_reading_is_answered(client: Client, city: City) -> None:
    assert client.post("/nearby/points.json").status_code == 405
