"""Every page in the reader's language: asked for by the address, remembered, or the browser's."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from citycall.core import phrases
from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.pages import place_words
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import Report
from tests.city import NOW, City, draft
from tests.web.telling import report


@pytest.fixture(autouse=True)
def _spanish(city: City) -> None:
    phrases.write({"Pothole": "Bache", "Streets": "Calles"}, language="es", by=SYSTEM, at=NOW)


def test_the_address_chooses_the_language(client: Client) -> None:
    page = client.get("/services?language=es")
    assert 'lang="es"' in page.text
    assert "Bache" in page.text


def test_the_choice_is_remembered(client: Client) -> None:
    client.get("/?language=es")
    assert 'lang="es"' in client.get("/services").text


def test_another_choice_wins_over_the_remembered_one(client: Client) -> None:
    client.get("/?language=es")
    client.get("/?language=ar")
    assert 'lang="ar" dir="rtl"' in client.get("/services").text


def test_without_a_choice_the_browser_decides(client: Client) -> None:
    page = client.get("/", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert 'lang="zh-hans"' in page.text


def test_nothing_is_remembered_that_was_not_chosen(client: Client) -> None:
    client.get("/", headers={"accept-language": "es"})
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


@pytest.mark.parametrize("asked", ["xx", "../../etc", "en\r\nSet-Cookie: a=b", "e" * 500, "%00"])
def test_what_is_no_language_is_passed_over(client: Client, asked: str) -> None:
    page = client.get("/", {"language": asked})
    assert page.status_code == 200
    assert 'lang="en"' in page.text
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


def test_the_next_request_of_the_same_thread_speaks_the_first_language(client: Client) -> None:
    client.get("/services?language=es")
    assert translation.get_language() == settings.LANGUAGE_CODE
    names = [each["name"] for each in client.get("/api/v1/services").json()["items"]]
    assert "Pothole" in names


def test_caches_keep_languages_apart(client: Client) -> None:
    page = client.get("/services")
    assert {"Accept-Language", "Cookie"} <= {one.strip() for one in page["Vary"].split(",")}
    assert page["Content-Language"] == "en"


def test_every_page_leads_to_itself_in_each_language(client: Client) -> None:
    page = client.get("/services?q=hole").text
    assert 'href="?q=hole&amp;language=ar" lang="ar" hreflang="ar"' in page
    assert "العربيّة" in page


def test_the_page_of_languages_names_each_by_itself(client: Client) -> None:
    page = client.get("/languages").text
    assert all(name in page for _code, name in settings.LANGUAGES)


def test_one_language_needs_no_choice(client: Client, settings) -> None:
    settings.LANGUAGES = settings.LANGUAGES[:1]
    assert "cc-languages" not in client.get("/").text


def test_errors_are_said_in_the_language_too(client: Client) -> None:
    assert 'lang="es"' in client.get("/nowhere?language=es").content.decode()


def test_a_report_remembers_the_language_in_which_it_was_told(client: Client) -> None:
    client.get("/?language=es")
    report(client)
    assert Report.objects.get().language == "es"


def test_programs_ask_by_a_parameter(client: Client) -> None:
    one = client.get("/api/v1/services/pothole?language=es").json()
    assert (one["name"], one["group"], one["code"]) == ("Bache", "Calles", "pothole")


def test_programs_that_ask_for_no_language_that_is_offered_get_the_first(client: Client) -> None:
    assert client.get("/api/v1/services/pothole?language=fr").json()["name"] == "Pothole"


def test_the_place_of_a_pin_is_kept_in_the_citys_own_language(client: Client) -> None:
    with translation.override("es"):
        kept = place_words.at_pin(("-76.6", "39.29", "9"))
    assert kept == place_words.at_pin(("-76.6", "39.29", "9"))


def test_why_a_team_has_it_is_kept_in_the_citys_own_language(client: Client) -> None:
    with translation.override("es"):
        submit(draft(), by=resident(), at=NOW)
    reason = Event.objects.get(kind="submitted").data["reason"]
    assert "Pothole" in reason
    assert "Bache" not in reason
