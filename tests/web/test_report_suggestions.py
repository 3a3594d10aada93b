"""The first step with words: what they may mean, told as surely as it is known."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citycall.assistant.actions import train
from citycall.core.actors import SYSTEM
from citycall.web.views import places
from tests.assistant.town import remember
from tests.city import NOW, City


@pytest.fixture
def learned(city: City) -> City:
    remember(city)
    train(by=SYSTEM, at=NOW)
    return city


def page(client: Client, words: str) -> str:
    return client.get("/report", {"q": words}).content.decode()


def offered(part: str) -> list[str]:
    return re.findall(r'name="service" value="([^"]+)"', part)


def suggested(text: str) -> str:
    return text[text.index("data-suggested") : text.index("data-find-list")]


def test_a_likely_service_is_asked_for(client: Client, learned: City) -> None:
    part = suggested(page(client, "my tire hit a hole in the road"))
    assert "Is it this?" in part
    assert offered(part)[0] == "pothole"
    assert "something-else" in offered(part)


def test_it_leads_on_with_the_words_as_description(client: Client, learned: City) -> None:
    text = page(client, "my tire hit a hole in the road")
    assert 'name="words" value="my tire hit a hole in the road"' in text
    answer = client.post("/report", {"service": "pothole", "words": "my tire hit a hole"})
    assert answer["Location"] == "/report/where"
    assert client.session["telling"]["words"] == "my tire hit a hole"


def test_without_enough_certainty_groups_are_offered(client: Client, learned: City) -> None:
    part = suggested(page(client, "please help near the school again"))
    assert "Is it this?" not in part
    assert "We are not sure which service this is" in part
    assert "<details" in part


def test_a_warning_still_comes_first(client: Client, learned: City) -> None:
    assert offered(suggested(page(client, "the street light is out")))[0] == "lamp-out"
    assert client.post("/report", {"service": "lamp-out"})["Location"] == "/report/safety"


def test_before_there_is_a_history_names_are_searched(client: Client, city: City) -> None:
    part = suggested(page(client, "the lamp is dark"))
    assert offered(part)[0] == "lamp-out"
    assert "Is it this?" not in part


def test_how_likely_it_is_and_why_is_told_to_nobody(client: Client, learned: City) -> None:
    part = suggested(page(client, "my tire hit a hole in the road"))
    assert "%" not in part
    assert "0." not in part


def test_the_part_alone_is_what_the_page_has(client: Client, learned: City) -> None:
    words = "water is running down the street"
    answer = client.get("/report/suggested", {"q": words})
    assert offered(answer.content.decode()) == ["water-leak"]
    assert answer["Cache-Control"] == "private, max-age=60"
    assert "<html" not in answer.content.decode()


def test_who_asks_faster_than_people_type_waits(client: Client, learned: City) -> None:
    for _each in range(places.LIMIT.amount):
        client.get("/report/suggested", {"q": "hole"})
    assert client.get("/report/suggested", {"q": "hole"}).status_code == 429


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "\x00", "🕳️" * 90, "x" * 5_000])
def test_strange_words_are_shown_harmlessly(client: Client, learned: City, words: str) -> None:
    text = page(client, words)
    assert "<script>alert" not in text
    assert "pothole" in text


def test_the_page_costs_few_queries(
    client: Client, learned: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/report", {"q": "hole"})
    with django_assert_max_num_queries(3):
        client.get("/report", {"q": "a deep hole in the road"})
