"""Asking the data in a real browser: asked, answered, kept, mailed and watched."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.models import User
from tests import city as small_city
from tests.analytics import invented
from tests.browser import MARKS, SIZES, check, keep, open_page, prepare, sign_in

pytestmark = MARKS


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    db: None,
) -> str:
    """Nine months of a city, and an analyst who can be written to."""
    prepare(settings, monkeypatch, uploads=tmp_path)
    settings.ANALYTICS = tmp_path / "analytics"
    small_city.build()
    User.objects.filter(username="analyst").update(email="analyst@example.org")
    invented.store(tmp_path / "analytics", requests=6000)
    return live_server.url


@pytest.mark.parametrize("size", SIZES)
def test_a_question_is_asked_kept_mailed_and_watched(site: str, size: tuple[int, int]) -> None:
    with open_page(f"{site}/citistat/ask", size=size) as opened:
        page = opened.page
        sign_in(page, "analyst")
        page.goto(f"{site}/citistat/ask")
        expect(page.get_by_role("heading", level=1)).to_have_text("What do you want to know?")
        check(opened)
        keep(page, "ask")
        page.get_by_label("What", exact=True).select_option("Requests received")
        page.get_by_label("By", exact=True).select_option("Service")
        page.get_by_label("So many").fill("26")
        page.locator("summary", has_text="Group of services").click()
        page.get_by_text("g1", exact=True).click()
        page.get_by_text("g2", exact=True).click()
        page.get_by_role("button", name="Show the answer").click()
        expect(page.get_by_role("heading", name="Requests received")).to_be_visible()
        check(opened)
        keep(page, "ask-answer")
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("So many")).to_have_value("26")
        page.get_by_label("Title").fill("Received of two groups")
        page.get_by_label("Who finds it").select_option("Everybody who may see numbers")
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Received of two groups")
        page.get_by_role("button", name="Mail it to me").click()
        expect(page.get_by_role("button", name="Mail it no more")).to_be_visible()
        page.get_by_label("Tell me when it is").select_option("above a number")
        page.get_by_role("button", name="Watch it").click()
        expect(page.get_by_text("Please give the number.").first).to_be_visible()
        page.get_by_role("spinbutton").fill("100")
        page.get_by_role("button", name="Watch it").click()
        expect(page.get_by_role("button", name="End this rule")).to_be_visible()
        check(opened)
        keep(page, "ask-question")
        page.goto(f"{site}/citistat/ask")
        for part in ("My questions", "What you have watched"):
            listed = page.get_by_role("region", name=part)
            expect(listed.get_by_role("link", name="Received of two groups")).to_be_visible()
        check(opened)
        page.get_by_role("button", name="End this rule").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Received of two groups")
        expect(page.get_by_role("button", name="End this rule")).to_have_count(0)
