"""Analysts ask the facts in SQL, by keyboard."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.analytics.refresh import refresh
from citycall.core import clock
from citycall.core.actors import resident
from citycall.service_requests.actions.submit import submit
from tests import browser
from tests import city as small_city
from tests.browser import check, keep, press, tab_to

pytestmark = browser.MARKS
Size = tuple[int, int]


@pytest.fixture
def _facts(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.ANALYTICS = tmp_path / "analytics"
    # A machine at work is not what this is about.
    settings.CITYCALL_SQL_SECONDS = 90
    small_city.build()
    now = clock.now()
    for week in range(1, 9):
        submit(small_city.draft(), by=resident(), at=now - timedelta(weeks=week))
    refresh(at=now, whole=True)


@pytest.mark.usefixtures("_facts")
@pytest.mark.parametrize("size", browser.SIZES)
def test_a_question_is_asked_mistaken_and_put_right(live_server: LiveServer, size: Size) -> None:
    with browser.open_page(f"{live_server.url}/citistat", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "analyst")
        press(page, page.get_by_role("link", name="SQL and tables"))
        expect(page.get_by_role("heading", name="Ask the facts in SQL", level=1)).to_be_visible()
        check(opened)
        statement = page.get_by_label("Statement")
        usual = statement.input_value()
        tab_to(page, statement)
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("SELECT nowhere FROM requests")
        press(page, page.get_by_role("button", name="Show", exact=True))
        expect(page.get_by_role("alert")).to_contain_text("nowhere")
        expect(statement).to_have_value("SELECT nowhere FROM requests")
        keep(page, "citistat-sql-mistaken")
        check(opened)
        tab_to(page, statement)
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.insert_text(usual)
        press(page, page.get_by_role("button", name="Show", exact=True))
        expect(page.get_by_role("cell", name="Pothole", exact=True)).to_be_visible()
        expect(page.get_by_role("heading", name="Asked lately")).to_be_visible()
        check(opened)
        tab_to(page, page.get_by_text("One row for each service request", exact=False))
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="requests as Parquet")).to_be_visible()
        keep(page, "citistat-sql")
        check(opened)
