"""Every resident's page in every state and every language, as everybody has it shown."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.urls import URLPattern
from playwright.sync_api import BrowserContext, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts import misses
from citycall.web import pace
from citycall.web import urls as web_urls
from tests import browser
from tests.journeys.every_page import NOT_PAGES, PAGES, State, build, states
from tests.journeys.looking import faults_of

LANGUAGES = [code for code, _name in site_settings.LANGUAGES]
# The cookie in which the chosen language is remembered.
LANGUAGE_COOKIE = "citycall_language"


def test_every_address_of_residents_is_looked_at_or_it_is_said_why_not() -> None:
    named = {each.name for each in web_urls.urlpatterns if isinstance(each, URLPattern)}
    assert named - set(PAGES) - set(NOT_PAGES) == set()
    assert (set(PAGES) | set(NOT_PAGES)) - named == set()
    assert set(PAGES) & set(NOT_PAGES) == set()


@pytest.mark.browser
@pytest.mark.timeout(420)
@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:No directory at:UserWarning")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_usable_by_everybody(
    live_server: LiveServer,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    language: str,
) -> None:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.PUBLIC_URL = live_server.url
    settings.ANALYTICS = tmp_path / "analytics"
    for counted in (misses, pace):
        counted.forget()
    build()
    faults: list[str] = []
    titles: dict[str, set[str]] = defaultdict(set)
    seen: set[str] = set()
    with browser.browser_context() as context:
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        for number, state in enumerate(states()):
            faults += _open(context, page, live_server.url, state, language)
            faults += [
                f"{state.name}: {each}"
                for each in faults_of(page, language=language, briefly=language != LANGUAGES[0])
            ]
            titles[page.title()].add(state.page)
            seen.add(state.page)
            if state.page != "developers-reference":  # Too long for a picture.
                _keep(page, f"{language}-{number:02}-{state.page}")
    faults += _shared(titles)
    assert not faults, "\n".join(faults)
    assert seen == set(PAGES)


def _open(context: BrowserContext, page: Page, site: str, state: State, language: str) -> list[str]:
    context.clear_cookies()
    cookies = {**state.cookies, LANGUAGE_COOKIE: language}
    context.add_cookies([{"name": n, "value": v, "url": site} for n, v in cookies.items()])
    page.set_viewport_size({"width": browser.DESKTOP[0], "height": browser.DESKTOP[1]})
    page.goto(f"{site}{state.address}")
    shown = page.url.removeprefix(site).partition("?")[0]
    if shown != state.address.partition("?")[0]:
        return [f"{state.name} leads to {shown}"]
    if state.sends:
        form = page.locator(state.sends).first
        with page.expect_navigation():
            form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
        if not page.locator("[aria-invalid=true], .usa-error-message, .usa-alert--error").count():
            return [f"{state.name}: says nothing of it"]
    return []


def _shared(titles: dict[str, set[str]]) -> Iterator[str]:
    """Titles that say the same of two different pages."""
    for title, pages in titles.items():
        if len(pages) > 1:
            yield f"one title for {sorted(pages)}: {title}"


def _keep(page: Page, name: str) -> None:
    """Keep pictures of the page where the environment's CITYCALL_SHOTS names a folder."""
    if folder := os.environ.get("CITYCALL_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-desktop.png", full_page=True)
        page.set_viewport_size({"width": browser.PHONE[0], "height": browser.PHONE[1]})
        page.screenshot(path=Path(folder) / f"{name}-phone.png", full_page=True)
