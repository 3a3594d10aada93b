"""Somebody takes the open data in a real browser, without scripts too."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.exchange.open_data.actions import make_edition
from citycall.service_requests.actions.submit import submit
from citycall.web.views import open_data
from tests import browser
from tests.city import City, draft

pytestmark = browser.MARKS


@pytest.fixture
def address(
    live_server: LiveServer,
    city: City,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.EXPORTS = tmp_path / "open-data"
    open_data.forget()
    submit(draft(), by=city.resident, at=clock.now())
    make_edition(by=SYSTEM, at=clock.now())
    return f"{live_server.url}/open-data"


@contextmanager
def taken(page: Page, path: Path) -> Iterator[list[dict[str, str]]]:
    """The rows of the CSV file that is downloaded meanwhile."""
    rows: list[dict[str, str]] = []
    with page.expect_download() as download:
        yield rows
    download.value.save_as(path)
    with path.open(newline="") as file:
        rows += csv.DictReader(file)


@pytest.mark.parametrize("size", browser.SIZES)
def test_the_page_is_for_everybody(address: str, size: tuple[int, int]) -> None:
    with browser.open_page(address, size=size) as opened:
        browser.check(opened)
        expect(opened.page.get_by_role("link", name="CSV", exact=True)).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_all_requests_and_some_are_taken(address: str, tmp_path: Path, scripts: bool) -> None:
    with browser.open_page(address, java_script_enabled=scripts) as opened:
        page = opened.page
        with taken(page, tmp_path / "all.csv") as every:
            page.get_by_role("link", name="CSV", exact=True).click()
        assert [row["service_code"] for row in every] == ["pothole"]
        page.get_by_label("Service").select_option("Something else")
        with taken(page, tmp_path / "some.csv") as some:
            page.get_by_role("button", name="CSV", exact=True).click()
        assert some == []
