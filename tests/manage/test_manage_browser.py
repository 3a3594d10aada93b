"""The administrators' pages in a real browser, under the site's own security policy."""

from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.models import User
from citycall.catalog.models import Service
from citycall.catalog.queries import catalog
from tests import browser
from tests import city as small_city

pytestmark = browser.MARKS


@pytest.fixture
def address(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    small_city.build()
    return live_server.url


def check(opened: browser.OpenedPage) -> None:
    """The page is usable by everybody, and the policy refused nothing."""
    assert opened.complaints == [], opened.page.url
    assert browser.axe_violations(opened.page) == [], opened.page.url
    # What axe itself tried on the page is not the page's.
    opened.complaints.clear()


@pytest.mark.parametrize("size", browser.SIZES)
def test_every_sort_of_page_is_clean(address: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{address}/admin/", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "administrator")
        check(opened)
        service = Service.objects.get(code="pothole").pk
        person = User.objects.get(username="crew").pk
        for path in (
            "catalog/service/",
            f"catalog/service/{service}/change/",
            "routing/routingrule/add/",
            f"accounts/user/{person}/change/",
            f"accounts/user/{person}/password/",
            "accounts/apikey/add/",
            "core/revision/",
            "core/event/",
            "procrastinate/procrastinatejob/",
        ):
            page.goto(f"{address}/admin/{path}")
            check(opened)


def test_a_service_is_edited_and_the_change_undone(address: str) -> None:
    with browser.open_page(f"{address}/admin/catalog/service/") as opened:
        page = opened.page
        browser.sign_in(page, "administrator")
        page.get_by_role("link", name="Pothole", exact=True).click()
        text = page.get_by_label("Definition:")
        good = text.input_value()
        text.fill(good.replace("name: Pothole", "nome: Crater"))
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Line 2, nome: There is no such field here.").wait_for()
        assert "nome: Crater" in text.input_value()
        check(opened)
        text.fill(good.replace("name: Pothole", "name: Crater"))
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("was changed successfully").wait_for()
        assert catalog().service("pothole").name == "Crater"

        page.goto(f"{address}/admin/core/revision/")
        page.locator("input[name=_selected_action]").first.check()
        page.get_by_label("Action:").select_option("undo")
        page.get_by_role("button", name="Go").click()
        page.get_by_text("Undone: service pothole").wait_for()
        assert catalog().service("pothole").name == "Pothole"
        check(opened)
