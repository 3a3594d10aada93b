"""Sorting by keyboard alone: the words, one key, the next."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.service_requests import queries
from citycall.service_requests.actions.submit import submit
from tests import browser
from tests import city as small_city

pytestmark = browser.MARKS


@pytest.fixture
def told(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[str, list[str]]:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    small_city.build()
    found = []
    for hours, words in ((3, "A pothole as deep as my knee."), (2, "Graffiti on the bridge.")):
        draft = small_city.draft("something-else", words=words)
        at = clock.now() - timedelta(hours=hours)
        found.append(numbers.show(submit(draft, by=resident(), at=at).number))
    return live_server.url, found


@pytest.mark.parametrize("size", browser.SIZES)
def test_sorted_with_one_key_each(told: tuple[str, list[str]], size: tuple[int, int]) -> None:
    site, (first, second) = told
    with browser.open_page(f"{site}/agency/sort", size=size) as opened:
        page = opened.page
        browser.type_into(page, page.get_by_label("User name"), "dispatcher")
        browser.type_into(page, page.get_by_label("Password"), browser.PASSWORD)
        browser.press(page, page.get_by_role("button", name="Sign in"))
        page.get_by_role("heading", name=first).wait_for()
        browser.check(opened)
        for number in (second, first):
            with page.expect_navigation():
                page.keyboard.press("n")
            page.get_by_role("heading", name=number).wait_for()
        with page.expect_navigation():
            page.keyboard.press("1")
        page.get_by_text(f"{first} is sorted.").wait_for()
        page.get_by_role("heading", name=second).wait_for()
        browser.check(opened)
        browser.keep(page, f"sort-{size[0]}")
    row = queries.report_by_number(numbers.read(first)).service_request
    assert row.service.code == "pothole"
