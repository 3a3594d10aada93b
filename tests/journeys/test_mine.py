"""Everything of mine, in a real browser: by the link in a message to my reports, and erased."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.privacy import links
from citycall.privacy.models import AccessLink
from citycall.service_requests.actions.submit import submit
from tests import browser
from tests.city import build, draft

pytestmark = browser.MARKS


@pytest.mark.parametrize("size", browser.SIZES)
def test_from_the_link_to_erased(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.PUBLIC_URL = live_server.url
    build()
    receipt = submit(draft(), by=resident(), at=clock.now())
    with browser.open_page(f"{live_server.url}/me", size=size) as opened:
        page = opened.page
        browser.check(opened)
        browser.type_into(page, page.get_by_label("Your e-mail address"), "pat@example.org")
        browser.press(page, page.get_by_role("button", name="Send me a link"))
        expect(page.get_by_role("status")).to_contain_text("is on its way")
        browser.check(opened)

        page.goto(links.address(AccessLink.objects.get()))
        browser.check(opened)
        browser.press(page, page.get_by_role("button", name="Show my reports"))
        expect(page.get_by_text(numbers.show(receipt.number))).to_be_visible()
        browser.check(opened)
        browser.keep(page, "me")

        browser.press(page, page.get_by_role("link", name="Erase my personal data"))
        browser.check(opened)
        browser.keep(page, "me-erase")
        browser.press(page, page.get_by_role("button", name="Erase my personal data"))
        expect(page.get_by_role("status")).to_contain_text("erased from 1 report")
        browser.check(opened)
