"""Collection days at an address, holidays, events, and whom to call when."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citycall.core import clock
from tests.city import City
from tests.web import told

PLACE = {"lon": "-76.6", "lat": "39.29"}


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture(autouse=True)
def _collections(city: City) -> None:
    told.collections()


def test_it_asks_for_the_place_first(client: Client) -> None:
    assert "When do they come to your house?" in text(client, "/collection-days")


def test_any_words_of_a_place_will_do(client: Client) -> None:
    page = text(client, "/collection-days", place="Hooper's Field")
    assert "Every week on Monday" in page
    assert "The first Monday of the month" in page
    assert "Put a year into your calendar" in page


def test_words_that_may_mean_several_places_are_asked_back(client: Client) -> None:
    page = text(client, "/collection-days", place="herring run field park")
    assert "Which place is" in page or "Every week" in page


def test_a_place_that_is_not_known_is_told_beside_the_field(client: Client) -> None:
    answer = client.get("/collection-days", {"place": "qwxyz"})
    assert answer.status_code == 422
    assert "We found no place with this name" in answer.content.decode()
    assert 'value="qwxyz"' in answer.content.decode()


def test_where_nothing_comes_it_says_so(client: Client) -> None:
    page = text(client, "/collection-days", lon="-76.9", lat="39.0")
    assert "No collection days are known for this place" in page


def test_a_day_that_moves_says_why(client: Client) -> None:
    day = clock.now().astimezone(clock.city_zone()).date() + timedelta(days=3)
    told.holiday(day)
    assert "Founders Day" in text(client, "/collection-days", **PLACE)


def test_the_calendar_holds_a_year_of_days(client: Client) -> None:
    answer = client.get("/collection-days.ics", PLACE)
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert len([line for line in lines if line.startswith("DTSTART;VALUE=DATE:")]) > 370
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(uids) == len(set(uids))
    assert max(len(line.encode()) for line in lines) <= 75


@pytest.mark.parametrize("query", [{}, {"lon": "x", "lat": "1"}, {"lon": "1"}])
def test_a_calendar_of_nowhere_is_refused(client: Client, query: dict[str, str]) -> None:
    assert client.get("/collection-days.ics", query).status_code == 400


def test_holidays_tell_what_moves(client: Client) -> None:
    day = clock.now().astimezone(clock.city_zone()).date() + timedelta(days=3)
    told.holiday(day, words="Have a good day.")
    page = text(client, "/holidays")
    assert "Founders Day" in page
    assert "Have a good day." in page
    assert re.search(r"Trash:</strong>\s+comes on", page)


def test_without_holidays_it_says_so(client: Client) -> None:
    assert "No holidays are known" in text(client, "/holidays")


def test_events_that_come_are_listed_and_can_be_kept(client: Client) -> None:
    told.event()
    told.event("old", starts=clock.now() - timedelta(days=2), title="Long gone")
    page = text(client, "/events")
    assert "Street fair" in page
    assert "Long gone" not in page
    kept = client.get("/events/fair.ics").content.decode()
    assert "SUMMARY:Street fair\r\n" in kept
    assert "DESCRIPTION:Music\\, food\\; games\r\n" in kept
    assert client.get("/events/moon.ics").status_code == 404


def test_a_cancelled_event_is_told_as_such(client: Client) -> None:
    told.event(cancelled=True)
    assert "Cancelled" in text(client, "/events")
    assert "STATUS:CANCELLED" in client.get("/events/fair.ics").content.decode()


def test_events_go_on_by_their_link(client: Client) -> None:
    for n in range(26):
        told.event(f"e{n:02}", title=f"Event {n:02}")
    page = client.get("/events")
    assert "Event 25" not in page.content.decode()
    assert "Event 25" in text(client, "/events", after=page.context["after"])
    assert client.get("/events", {"after": "broken"}).status_code == 400


def test_the_directory_says_whether_somebody_is_there(client: Client) -> None:
    told.contact()
    page = text(client, "/directory")
    assert 'href="tel:410-555-0117"' in page
    assert "Open now, until" in page or "Closed now. Opens" in page
    assert "Monday to Friday" in page
    assert "Nobody answers." in page


def test_the_directory_is_searched(client: Client) -> None:
    told.contact()
    assert "Water Works" not in text(client, "/directory", q="judge")
    assert "Nobody in the directory fits" in text(client, "/directory", q="xylophone")


@pytest.mark.parametrize(
    "address", ["/collection-days?lon=-76.6&lat=39.29", "/holidays", "/events", "/directory", "/"]
)
def test_they_cost_few_queries(
    client: Client, address: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(10):
        told.event(f"e{n}")
    client.get(address)
    with django_assert_max_num_queries(6):
        client.get(address)
