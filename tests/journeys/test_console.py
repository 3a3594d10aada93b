"""A call-taker's day in a real browser, by keyboard alone; the presses are counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from shapely import LineString

from citycall.accounts.models import User
from citycall.calls.actions import flow
from citycall.calls.models import Call, Disposition, State
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.places.models import Block, Corner
from citycall.places.queries import GAZETTEER
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails
from citycall.service_requests.models import Report
from tests import browser
from tests import city as small_city
from tests.web import town

pytestmark = browser.MARKS

CALLER = "+14105550142"
# Presses that are no part of what the caller says, and any use of a mouse.
COUNTING = """
window.presses = JSON.parse(sessionStorage.presses ?? "0");
window.mouse = JSON.parse(sessionStorage.mouse ?? "0");
addEventListener("keydown", (event) => {
  const typed = event.key.length === 1 && !event.ctrlKey
    && event.target.matches("textarea, input:not([type=radio], [type=checkbox])");
  if (!typed && !["Control", "Shift"].includes(event.key)) {
    sessionStorage.presses = ++window.presses;
  }
}, true);
for (const kind of ["mousedown", "click", "pointerdown"]) {
  addEventListener(kind, (event) => {
    if (event.isTrusted && event.detail > 0) sessionStorage.mouse = ++window.mouse;
  }, true);
}
"""


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    town.build()
    lines = {
        "Light St": [(-76.612, 39.284), (-76.612, 39.288)],
        "E Pratt St": [(-76.614, 39.2865), (-76.61, 39.2865)],
    }
    for street, line in lines.items():
        Block.objects.create(
            code=f"b-{street}",
            layer="streets",
            name=street,
            left_from=100,
            left_to=198,
            right_from=101,
            right_to=199,
            shape=shapely.to_wkb(LineString(line)),
        )
    Corner.objects.create(
        code="corner-1",
        layer="streets",
        streets=["E Pratt St", "Light St"],
        longitude=-76.612,
        latitude=39.2865,
    )
    GAZETTEER.bump()
    told = small_city.draft(
        words="The street light is broken.",
        contact=ContactDetails(name="Rosa Díaz", phone=CALLER),
    )
    submit(told, by=resident(), at=clock.now() - timedelta(days=1))
    return live_server.url


def ring(switch_id: str) -> Call:
    """A call by somebody whom the city knows, at the call-taker's desk."""
    at = clock.now()
    taker = User.objects.get(username="call-taker")
    call = flow.arrive(switch="test", switch_id=switch_id, phone=CALLER, by=SYSTEM, at=at)
    flow.wait(call.pk, by=SYSTEM, at=at)
    return flow.offer(call.pk, taker_id=taker.pk, by=SYSTEM, at=at)


@contextmanager
def at_the_desk(
    site: str, *, size: tuple[int, int] = browser.DESKTOP
) -> Iterator[browser.OpenedPage]:
    """The call-taker signed in at the console, with a call that rings; presses count from here."""
    ring("first")
    with browser.open_page(f"{site}/console", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "call-taker")
        page.get_by_role("button", name="Answer").wait_for()
        page.context.add_init_script(COUNTING)
        page.evaluate("sessionStorage.clear()")
        page.reload()
        yield opened


def settled(page: Page) -> None:
    """Everything typed is kept, and what it brings up is shown."""
    page.locator("form[data-settled]").wait_for(state="attached")


def answer(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("F2")
    page.locator("#words:focus").wait_for()


def counted(page: Page) -> tuple[int, int]:
    presses, mouse = page.evaluate("[window.presses, window.mouse]")
    return presses, mouse


def test_a_known_callers_pothole_at_a_corner(site: str) -> None:
    with at_the_desk(site) as opened:
        page = opened.page
        browser.keep(page, "console-ringing")
        answer(page)
        expect(page.get_by_label("Name", exact=True)).to_have_value("Rosa Díaz")
        page.get_by_text("Pothole").first.wait_for()
        page.keyboard.type("A deep pothole, cars swerve around it")
        settled(page)
        page.get_by_role("radio", name="Pothole").wait_for()
        browser.check(opened)
        page.keyboard.press("Enter")
        page.locator("#place:focus").wait_for()
        page.keyboard.type("Light and Pratt")
        page.get_by_role("radio", name="Light St").wait_for()
        page.keyboard.press("Enter")
        page.locator("#place:not(:focus)").wait_for()
        settled(page)
        browser.keep(page, "console-place")
        browser.check(opened)
        page.keyboard.press("Control+Enter")
        page.locator("[data-receipt]:focus").wait_for()
        browser.keep(page, "console-saved")
        browser.check(opened)
        report = Report.objects.order_by("-id")[0]
        expect(page.locator("[data-receipt] .cc-number")).to_have_text(
            numbers.show(report.number), use_inner_text=True
        )
        page.keyboard.press("F9")
        page.get_by_role("radio", name="Request made or joined").wait_for()
        browser.keep(page, "console-wrap-up")
        presses, mouse = counted(page)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_text("Nobody is on the line").wait_for()
        browser.check(opened)
        assert presses + 1 <= 35
        assert mouse == 0
        assert "Light St" in report.service_request.place
        call = Call.objects.get()
        assert (call.state, call.disposition) == (State.OVER, Disposition.REPORT)


def test_a_follow_up(site: str) -> None:
    with at_the_desk(site) as opened:
        page = opened.page
        answer(page)
        page.keyboard.press("F4")
        page.locator("[data-first-request]:focus").wait_for()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_text("has not looked at it yet").wait_for()
        browser.keep(page, "console-follow-up")
        browser.check(opened)
        with page.expect_navigation():
            page.keyboard.press("F9")
        page.locator("dialog[open]").wait_for()
        presses, mouse = counted(page)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_text("Nobody is on the line").wait_for()
        assert presses + 1 <= 10
        assert mouse == 0
        assert Call.objects.get().disposition == Disposition.FOLLOW_UP


def test_information_only_in_two_presses(site: str) -> None:
    with at_the_desk(site) as opened:
        page = opened.page
        answer(page)
        page.keyboard.press("F9")
        page.locator("dialog[open]").wait_for()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_text("Nobody is on the line").wait_for()
        assert Call.objects.get().disposition == Disposition.INFORMATION


def test_danger_is_asked_about_and_passed_on_by_key(site: str) -> None:
    with at_the_desk(site) as opened:
        page = opened.page
        answer(page)
        page.keyboard.type("There is a strong smell of gas in my house")
        page.get_by_text("Ask at once: is anyone in danger?").wait_for()
        settled(page)
        browser.keep(page, "console-danger")
        browser.check(opened)
        page.keyboard.press("F7")
        page.get_by_text("Noted: passed to 911").wait_for()
        assert Call.objects.get().disposition == Disposition.EMERGENCY


def test_a_call_is_parked_for_another_and_taken_up_as_it_was(site: str) -> None:
    with at_the_desk(site) as opened:
        page = opened.page
        answer(page)
        page.keyboard.type("A tree has fallen over the")
        ring("second")
        page.get_by_role("button", name="Answer").wait_for()
        answer(page)
        expect(page.locator("#words")).to_have_value("")
        page.keyboard.type("Quick question")
        settled(page)
        browser.keep(page, "console-parked")
        browser.check(opened)
        with page.expect_navigation():
            page.keyboard.press("F8")
        page.locator("#words:focus").wait_for()
        expect(page.locator("#words")).to_have_value("A tree has fallen over the")


def test_finding_on_a_phone(site: str) -> None:
    with browser.open_page(f"{site}/console/find", size=browser.PHONE) as opened:
        browser.sign_in(opened.page, "call-taker")
        opened.page.get_by_role("searchbox").fill("Rosa")
        opened.page.keyboard.press("Enter")
        opened.page.get_by_role("link", name="Pothole").wait_for()
        browser.keep(opened.page, "console-find")
        browser.check(opened)


def test_the_console_on_a_phone(site: str) -> None:
    with at_the_desk(site, size=browser.PHONE) as opened:
        answer(opened.page)
        opened.page.keyboard.type("A deep pothole")
        settled(opened.page)
        browser.keep(opened.page, "console")
        browser.check(opened)
