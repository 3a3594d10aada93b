"""What is true today, by keyboard alone; an alert and storm mode from one supervisor's desk."""

from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.calls import storm
from citycall.calls.actions import handling
from citycall.calls.models import Medium, Touch
from citycall.core import clock
from citycall.knowledge import alerts
from tests import browser
from tests import city as small_city
from tests.web import told

pytestmark = browser.MARKS

SPANISH = {
    "code": "snow-es",
    "title": "¿Cuándo limpian la nieve de mi calle?",
    "summary": "Primero las calles principales.",
    "body": "Primero las **principales**.",
    "keywords": ["nieve"],
    "language": "es",
    "translates": "snow",
}


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    small_city.build()
    told.article()
    told.article(**SPANISH)
    return live_server.url


@pytest.mark.parametrize("size", browser.SIZES)
def test_an_answer_is_found_while_typing_read_and_noted(site: str, size: tuple[int, int]) -> None:
    taker = actor_of(User.objects.get(username="call-taker"))
    call = handling.begin(medium=Medium.PHONE, language="es", by=taker, at=clock.now())
    with browser.open_page(f"{site}/console/knowledge?call={call.pk}", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "call-taker")
        page.locator("#q:focus").wait_for()
        page.keyboard.type("plowed")
        item = page.locator("summary[data-known-item]", has_text="When is my street plowed?")
        item.wait_for()
        browser.check(opened)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.locator("strong", has_text="principales").wait_for()
        browser.keep(page, "knowledge")
        browser.check(opened)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Noted on the call").first.wait_for()
        browser.tab_to(page, page.locator("details[open] summary[data-known-item]"))
        page.keyboard.press("Escape")
        page.locator("strong", has_text="principales").wait_for(state="hidden")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == "q"
    touched = Touch.objects.get(call=call)
    assert (touched.kind, touched.code) == (Touch.Kind.ARTICLE, "snow-es")


@pytest.mark.parametrize("size", browser.SIZES)
def test_an_alert_is_told_by_keyboard_and_ended_with_one_key(
    site: str, size: tuple[int, int]
) -> None:
    with browser.open_page(f"{site}/console/knowledge/alerts/new", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "supervisor")
        page.get_by_label("Begin with a ready text").select_option("flood")
        browser.check(opened)
        browser.press(page, page.get_by_role("button", name="Fill in this text"))
        browser.press(page, page.get_by_role("button", name="Look at it in each language"))
        page.get_by_role("heading", name="This is what people will read and hear").wait_for()
        browser.keep(page, "alert")
        browser.check(opened)
        browser.press(page, page.get_by_role("button", name="Put it on every door").first)
        page.get_by_role("heading", name="Told now").wait_for()
        browser.check(opened)
        (alert,) = alerts.live(at=clock.now())
        assert set(alert.translations) == {"es", "zh-hans", "ar"}
        page.keyboard.press("ArrowDown")
        with page.expect_navigation():
            page.keyboard.press("e")
        page.get_by_role("button", name="Take the last change back").wait_for()
        assert alerts.live(at=clock.now()) == []


@pytest.mark.parametrize("size", browser.SIZES)
def test_storm_mode_is_turned_on_seen_and_turned_off(site: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{site}/console/knowledge/storm", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "supervisor")
        browser.check(opened)
        page.get_by_label("Alert that callers hear first").select_option("ready snow")
        browser.press(page, page.get_by_role("button", name="Turn storm mode on"))
        page.get_by_role("complementary", name="Storm mode").wait_for()
        assert storm.active() is not None
        browser.keep(page, "storm")
        browser.check(opened)
        browser.press(page, page.get_by_role("button", name="End it and its alert"))
        page.get_by_role("complementary", name="Storm mode").wait_for(state="detached")
        browser.check(opened)
        assert storm.active() is None


@pytest.mark.parametrize("size", browser.SIZES)
def test_the_writers_pages_are_usable_by_everybody(site: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{site}/console/knowledge/gaps", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "supervisor")
        browser.check(opened)
        for path in ("articles", "articles/snow"):
            page.goto(f"{site}/console/knowledge/{path}")
            browser.keep(page, path.replace("/", "-"))
            browser.check(opened)
