"""The start page: the ways in, and nothing that leads nowhere."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.city import City


def test_it_leads_to_a_report_a_number_and_the_services(client: Client, city: City) -> None:
    page = client.get("/").content.decode()
    assert 'action="/answers"' in page
    assert 'href="/report"' in page
    assert 'action="/track"' in page
    assert "Street light out" in page
    assert 'href="tel:911"' in page


def test_every_link_on_it_leads_somewhere(client: Client, city: City) -> None:
    page = client.get("/").content.decode()
    links = {href.partition("#")[0] for href in re.findall(r'<a [^>]*href="(/[^"]*)"', page)}
    assert len(links) > 4
    assert {href: client.get(href).status_code for href in links if href} == dict.fromkeys(
        (href for href in links if href), 200
    )


def test_without_services_it_says_so(client: Client, db: None) -> None:
    assert "No services are offered here yet." in client.get("/").content.decode()


@pytest.mark.parametrize("address", ["/privacy", "/accessibility", "/services", "/track"])
def test_the_plain_pages_are_there(client: Client, city: City, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(("seconds", "words"), [(43_200, "12 hours"), (604_800, "7 days")])
def test_the_privacy_page_tells_how_long_the_browser_is_remembered(
    client: Client, city: City, settings: Settings, seconds: int, words: str
) -> None:
    settings.SESSION_COOKIE_AGE = seconds
    assert f"for {words}." in client.get("/privacy").content.decode()


@pytest.mark.parametrize("address", ["/", "/services", "/services/lamp-out", "/report"])
def test_they_cost_few_queries(
    client: Client,
    city: City,
    address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.get(address)
    with django_assert_max_num_queries(3):
        client.get(address)


def test_an_address_that_is_not_there_is_told_plainly(client: Client, city: City) -> None:
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
