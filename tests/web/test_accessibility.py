"""The accessibility statement says what such a statement has to say."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.city import City


def page(client: Client) -> str:
    return client.get("/accessibility").content.decode()


def test_it_names_the_standard_the_limits_the_checks_and_the_day(
    client: Client, city: City
) -> None:
    text = page(client)
    for part in (
        "partially conformant with WCAG 2.2, level AA",
        "Photos that people send have no description.",
        "with the axe tool",
        '<time datetime="2026-',
        "within 5 working days",
        "HTML, CSS and WAI-ARIA",
        "Department of Justice",
    ):
        assert part in text


def test_whom_to_tell_comes_from_the_settings(
    client: Client, city: City, settings: Settings
) -> None:
    settings.CITYCALL_ACCESSIBILITY_EMAIL = "access@city.example"
    settings.CITYCALL_ACCESSIBILITY_PHONE = "(410) 555-0100"
    settings.CITYCALL_ACCESSIBILITY_ANSWER_DAYS = 1
    text = page(client)
    assert 'href="mailto:access@city.example"' in text
    assert '<a href="tel:4105550100">(410) 555-0100</a>' in text
    assert "within 1 working day." in text


@pytest.mark.parametrize("kind", ["mailto:", 'href="tel:410'])
def test_without_them_it_leads_to_the_directory(client: Client, city: City, kind: str) -> None:
    text = page(client)
    assert kind not in text
    assert 'href="/directory"' in text
