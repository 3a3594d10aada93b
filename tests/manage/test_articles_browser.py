"""Writing an article in a real browser: looked at in a new tab, then saved."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.knowledge import queries
from tests import browser
from tests import city as small_city
from tests.manage.test_manage_browser import check

pytestmark = browser.MARKS
TEXT = """code: ice
title: Ice on the sidewalk
checked_on: 2026-05-30
body: |
  Owners put **salt** on it.
"""


@pytest.fixture
def address(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    small_city.build()
    return f"{live_server.url}/admin/knowledge/article"


@pytest.mark.parametrize("size", browser.SIZES)
def test_an_article_is_looked_at_and_saved(address: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{address}/add/", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "administrator")
        page.get_by_label("Definition:").fill(TEXT)
        check(opened)
        with page.context.expect_page() as tab:
            page.get_by_role("button", name="Preview in a new tab").click()
        preview = browser.OpenedPage(tab.value)
        preview.page.get_by_role("heading", name="Ice on the sidewalk").wait_for()
        expect(preview.page.locator("strong", has_text="salt")).to_have_count(1)
        check(preview)
        assert queries.search("ice") == []
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("was added successfully").wait_for()
        check(opened)
    assert [found.code for found in queries.search("ice")] == ["ice"]
