"""CitiStat by keyboard: from what needs attention to the requests behind a number."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.analytics import public
from citycall.analytics.refresh import refresh
from citycall.core import clock
from citycall.core.actors import resident
from citycall.service_requests.actions.submit import submit
from tests import browser
from tests import city as small_city
from tests.browser import check, keep, press, tab_to, type_into

pytestmark = browser.MARKS
Size = tuple[int, int]


@pytest.fixture
def _numbers(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty weeks of potholes, one a week and then many, and their facts."""
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.ANALYTICS = tmp_path / "analytics"
    small_city.build()
    now = clock.now()
    for week in range(1, 31):
        at = now - timedelta(weeks=week)
        for _ in range(12 if week == 1 else 1):
            submit(small_city.draft(), by=resident(), at=at)
    refresh(at=now, whole=True)


@pytest.mark.usefixtures("_numbers")
@pytest.mark.parametrize("size", browser.SIZES)
def test_a_number_is_followed_to_its_requests(live_server: LiveServer, size: Size) -> None:
    with browser.open_page(f"{live_server.url}/citistat", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "analyst")
        expect(page.get_by_role("heading", name="What needs attention in the city")).to_be_visible()
        keep(page, "citistat")
        check(opened)
        press(page, page.get_by_role("link", name="Requests received").first)
        expect(page.get_by_role("heading", name="Requests received", level=1)).to_be_visible()
        keep(page, "citistat-measure")
        check(opened)
        tab_to(page, page.get_by_text("Ask otherwise: by what, when and where"))
        page.keyboard.press("Enter")
        since = page.get_by_label("From this day on")
        type_into(page, page.get_by_label("By", exact=True), "Service")
        expect(since).to_be_visible()
        check(opened)
        press(page, page.get_by_role("button", name="Show", exact=True))
        expect(page.get_by_role("heading", name="By: Service")).to_be_visible()
        check(opened)
        press(page, page.get_by_role("link", name="See the requests"))
        expect(page.get_by_role("heading", name="Requests behind", exact=False)).to_be_visible()
        keep(page, "citistat-requests")
        check(opened)


@pytest.mark.usefixtures("_numbers")
@pytest.mark.parametrize("path", ["/citistat/measures", "/citistat/streets"])
def test_the_other_pages_are_usable_by_everybody(live_server: LiveServer, path: str) -> None:
    for size in (browser.PHONE, browser.DESKTOP):
        with browser.open_page(f"{live_server.url}{path}", size=size) as opened:
            browser.sign_in(opened.page, "analyst")
            expect(opened.page.get_by_role("heading", level=1)).to_be_visible()
            keep(opened.page, path.strip("/").replace("/", "-"))
            check(opened)


@pytest.mark.usefixtures("_numbers")
@pytest.mark.parametrize("size", browser.SIZES)
def test_everybody_sees_how_the_city_does(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, size: Size
) -> None:
    monkeypatch.setattr(public, "SMALLEST", 1)
    with browser.open_page(f"{live_server.url}/performance", size=size) as opened:
        page = opened.page
        expect(page.get_by_role("heading", name="How the city does", level=1)).to_be_visible()
        keep(page, "performance")
        check(opened)
        table = page.get_by_text("The same as a table").first
        tab_to(page, table)
        page.keyboard.press("Enter")
        expect(page.get_by_role("columnheader", name="Month")).to_be_visible()
        check(opened)
