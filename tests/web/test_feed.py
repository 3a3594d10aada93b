"""The feed of what is new around a place."""

from collections.abc import Sequence
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from defusedxml import ElementTree
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citycall.core import clock
from citycall.core.actors import SYSTEM, resident
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions import merge, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.web.views import nearby
from tests.city import City, draft

ATOM = "{http://www.w3.org/2005/Atom}"
HERE = {"lon": "-76.6", "lat": "39.29", "within": "500"}


@pytest.fixture(autouse=True)
def _no_one_has_asked() -> None:
    nearby.forget()


def told(hours_ago: float, *, service: str = "pothole", longitude: float = -76.6) -> Receipt:
    there = Location(
        kind=LocationKind.ADDRESS, longitude=longitude, latitude=39.29, place="1200 E Monument St"
    )
    at = clock.now() - timedelta(hours=hours_ago)
    return submit(draft(service, location=there), by=resident(), at=at)


def entries(client: Client, **query: str) -> Sequence[ET.Element]:
    answer = client.get("/nearby/feed.atom", {**HERE, **query})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed: ET.Element = ElementTree.fromstring(answer.content)
    return feed.findall(f"{ATOM}entry")


def titles(client: Client, **query: str) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in entries(client, **query)]


def test_what_changed_last_comes_first(client: Client, city: City) -> None:
    first, _second = told(3), told(2)
    work.start(first.request_id, by=SYSTEM, at=clock.now())
    assert titles(client) == [
        "Pothole, 1200 E Monument St: In progress",
        "Pothole, 1200 E Monument St: New",
    ]


def test_what_is_further_away_is_left_out(client: Client, city: City) -> None:
    told(1, longitude=-76.61)
    assert titles(client) == []
    assert len(titles(client, within="1000")) == 1


def test_a_request_that_was_merged_is_told_once(client: Client, city: City) -> None:
    first, second = told(3), told(2)
    merge.merge(second.request_id, parent_id=first.request_id, by=SYSTEM, at=clock.now())
    (entry,) = entries(client)
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href", "").endswith(f"/nearby/{first.request_id}")


def test_an_entry_keeps_its_id_when_it_changes(client: Client, city: City) -> None:
    receipt = told(3)
    (before,) = entries(client)
    work.start(receipt.request_id, by=SYSTEM, at=clock.now())
    (after,) = entries(client)
    assert before.findtext(f"{ATOM}id") == after.findtext(f"{ATOM}id")
    assert before.findtext(f"{ATOM}updated") != after.findtext(f"{ATOM}updated")


def test_nothing_personal_is_in_it(client: Client, city: City) -> None:
    told(1)
    page = client.get("/nearby/feed.atom", HERE).content.decode()
    assert "deep hole" not in page
    assert "pat@" not in page


def test_who_has_it_is_told_that_nothing_changed(client: Client, city: City) -> None:
    told(3)
    tag = client.get("/nearby/feed.atom", HERE)["ETag"]
    again = client.get("/nearby/feed.atom", HERE, headers={"If-None-Match": tag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "wrong", [{"lon": ""}, {"lat": "north"}, {"within": "9"}, {"group": "None such"}]
)
def test_a_wrong_question_gets_a_sentence(
    client: Client, city: City, wrong: dict[str, str]
) -> None:
    assert client.get("/nearby/feed.atom", HERE | wrong).status_code == 400


def test_the_page_names_the_feed(client: Client, city: City) -> None:
    told(1)
    page = client.get("/nearby", HERE).content.decode()
    assert page.count("/nearby/feed.atom?lon=-76.600000&amp;lat=39.290000&amp;within=500") == 2


def test_a_feed_is_one_query(
    client: Client, city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(5):
        told(n)
    client.get("/nearby/feed.atom", HERE)
    with django_assert_max_num_queries(2):
        assert len(entries(client)) == 5


def test_a_shared_link_shows_what_it_is_about(client: Client, city: City) -> None:
    receipt = told(1)
    page = client.get(f"/nearby/{receipt.request_id}").content.decode()
    assert '<meta property="og:title" content="Pothole, 1200 E Monument St">' in page
    assert '<meta property="og:description" content="This was reported.' in page
