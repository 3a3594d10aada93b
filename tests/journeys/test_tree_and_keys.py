"""By keyboard alone, reading what a screen reader is told: names, roles, and what is announced."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts import misses
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM
from citycall.service_requests.actions import close
from citycall.service_requests.drafts import Receipt
from citycall.web import pace
from tests import browser
from tests.browser import press, tab_to, type_into
from tests.journeys.every_page import _report as report
from tests.journeys.every_page import _reporters as reporters
from tests.journeys.every_page import build

pytestmark = browser.MARKS


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.PUBLIC_URL = live_server.url
    for counted in (misses, pace):
        counted.forget()
    build()
    return live_server.url


@pytest.fixture
def done() -> Receipt:
    """A request whose work has ended, as the agency says."""
    made = report()
    close.complete(
        made.request_id, outcome_code="fixed", explanation="Filled.", by=SYSTEM, at=clock.now()
    )
    return made


def tells(page: Page, snapshot: str, *, where: str = "main") -> None:
    """What a screen reader is told has this in it, in this order."""
    expect(page.locator(where)).to_match_aria_snapshot(snapshot)


def choose(page: Page, radio: Locator) -> None:
    """Walk to a group of choices, and by arrow keys to this one."""
    for _press in range(60):
        if page.evaluate("() => document.activeElement.type === 'radio'"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _press in range(12):
        if radio.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"The keyboard does not choose {radio}.")


def go_on(page: Page) -> None:
    press(page, page.get_by_role("button", name="Continue", exact=True))


def step(page: Page, heading: str, number: int, of: int = 5) -> None:
    """The page says which step it is, to eyes and to screen readers."""
    tells(
        page,
        f"""
        - main:
          - list
          - paragraph: Step {number} of {of}
          - heading "{heading}" [level=1]
        """,
        where="body",
    )
    expect(page.locator("[aria-current]").last).to_be_visible()
    assert page.title().endswith(" – Street light out – CityCall")


def test_a_report_from_the_service_to_its_number(site: str) -> None:
    with browser.open_page(f"{site}/services/lamp-out") as opened:
        page = opened.page
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        page.keyboard.press("Enter")
        press(page, page.get_by_role("button", name="Report this"))
        step(page, "First of all", 1)
        go_on(page)
        _is_told_what_is_wrong(page)
        choose(page, page.get_by_role("radio", name="No", exact=True))
        go_on(page)
        step(page, "Where is it?", 2)
        _picks_a_place(page)
        go_on(page)
        step(page, "Tell us more", 3)
        choose(page, page.get_by_role("radio", name="One", exact=True))
        type_into(page, page.get_by_label("Describe the problem"), "It is dark here.")
        _adds_a_photo(page)
        go_on(page)
        step(page, "How can we reach you?", 4)
        go_on(page)
        step(page, "Check and send", 5)
        press(page, page.get_by_role("button", name="Send the report"))
        tells(
            page,
            """
            - main:
              - heading "Street light out" [level=1]
              - paragraph:
                - text: Confirmation number
                - strong: /\\d{2}-\\d{5}-\\d{5}/
            """,
            where="body",
        )
        assert opened.complaints == []


def _is_told_what_is_wrong(page: Page) -> None:
    """The errors are in an alert that has the focus; each leads to its field, which names it."""
    tells(
        page,
        """
        - alert:
          - heading "Please check what you entered" [level=2]
          - list:
            - listitem:
              - link "Do wires hang down or sparks fly? – Please answer this question."
        """,
    )
    expect(page.locator(".cc-error-summary")).to_be_focused()
    assert page.title().startswith("Error:")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Yes", exact=True)).to_be_focused()
    group = page.get_by_role("group", name="Do wires hang down or sparks fly?")
    expect(group).to_match_aria_snapshot('- radio "Yes"\n- radio "No"')


def _picks_a_place(page: Page) -> None:
    """A box that says that it has a list, how many there are, and which one is meant."""
    box = page.get_by_role("combobox", name="Address, street corner, park or place")
    type_into(page, box, "herring")
    tells(
        page,
        """
        - combobox "Address, street corner, park or place" [expanded]: herring
        - listbox "Places found":
          - option /Herring Run Park/
          - option /Hooper's Field/
        - status: "Places found: 2. Use the arrow keys to choose, or keep your own words."
        """,
    )
    page.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert active
    expect(page.locator(f"[id='{active}']")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("Herring Run Park")


def _adds_a_photo(page: Page) -> None:
    chosen = page.locator("input[type=file]")
    tab_to(page, chosen)
    chosen.set_input_files({"name": "lamp.png", "mimeType": "image/png", "buffer": _png()})
    told = page.locator(".cc-file__chosen")
    expect(told).to_have_attribute("aria-live", "polite")
    expect(told).to_match_aria_snapshot("- list:\n  - listitem: lamp.png")


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "gray").save(out, "PNG")
    return out.getvalue()


def test_a_number_is_followed_and_added_to(site: str) -> None:
    number = numbers.show(report().number)
    with browser.open_page(f"{site}/track", size=browser.PHONE) as opened:
        page = opened.page
        type_into(page, page.get_by_label("Confirmation number"), "12")
        press(page, page.locator("main").get_by_role("button"))
        expect(page.locator(".cc-error-summary")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Control+A")
        page.keyboard.type(number)
        press(page, page.locator("main").get_by_role("button"))
        tells(
            page,
            """
            - heading "Pothole" [level=1]
            - paragraph:
              - text: Confirmation number
              - strong: /\\d+/
            - text: New
            - term: Where
            - definition
            - region "What has happened":
              - heading "What has happened" [level=2]
              - list:
                - listitem
            """,
        )


def test_one_tap_and_a_dispute(site: str, done: Receipt) -> None:
    number = numbers.show(done.number)
    with browser.browser_context(size=browser.PHONE) as context:
        told = [{"name": n, "value": v, "url": site} for n, v in reporters(done).items()]
        context.add_cookies(told)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site}/r/{number}/answer")
        tells(
            page,
            """
            - paragraph: /Pothole/
            - heading "Is it really fixed?" [level=1]
            - blockquote:
              - paragraph: Filled.
            - button "Yes, it is fixed"
            - button "No, it is still there"
            """,
        )
        page.goto(f"{site}/r/{number}")
        press(page, page.get_by_role("link", name="No, it is still there"))
        press(page, page.get_by_role("button", name="Open the request again"))
        expect(page.locator(".cc-error-summary")).to_be_focused()
        type_into(page, page.get_by_label("What is still wrong?"), "The hole is back.")
        press(page, page.get_by_role("button", name="Open the request again"))
        expect(page.get_by_role("status").first).to_contain_text("open again")


def test_one_tap_is_announced(site: str, done: Receipt) -> None:
    number = numbers.show(done.number)
    with browser.browser_context(size=browser.PHONE) as context:
        told = [{"name": n, "value": v, "url": site} for n, v in reporters(done).items()]
        context.add_cookies(told)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site}/r/{number}/answer")
        press(page, page.get_by_role("button", name="Yes, it is fixed"))
        expect(page.get_by_role("status").first).to_contain_text("closed as confirmed")


def test_what_is_nearby_is_a_list_that_says_what_the_map_shows(site: str) -> None:
    report()
    with browser.open_page(f"{site}/nearby", size=browser.PHONE) as opened:
        page = opened.page
        type_into(page, page.get_by_label("Near which place?"), "hoopers field")
        tab_to(page, page.get_by_text("Which requests:"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("How far from there?")).to_be_visible()
        press(page, page.get_by_role("button", name="Show", exact=True))
        page.goto(f"{site}/nearby?lon=-76.6&lat=39.29")
        expect(page.locator("[data-near-status]")).to_have_text(
            "1 request is on this part of the map.", timeout=browser.MAP
        )
        tells(
            page,
            """
            - region "Map of the requests. The list beside it says the same."
            - region "On this part of the map":
              - heading "On this part of the map" [level=2]
              - status: 1 request is on this part of the map.
              - list:
                - listitem:
                  - link "Pothole"
            """,
        )
        press(page, page.locator("main").get_by_role("link", name="Pothole"))
        tells(page, '- heading "Pothole" [level=1]')


def test_more_nearby_is_announced_without_reloading(site: str) -> None:
    report()
    with browser.browser_context() as context:
        page = context.new_page()
        # The page's clock is moved on, not that of the browser's cache, which keeps an answer for
        # 15 seconds: a browser whose requests pass through here keeps none.
        page.route("**/nearby/points.json*", lambda route: route.continue_())
        page.clock.install()
        page.goto(f"{site}/nearby?lon=-76.6&lat=39.29")
        status = page.locator("[data-near-status]")
        expect(status).to_have_attribute("role", "status")
        expect(status).to_have_text("1 request is on this part of the map.", timeout=browser.MAP)
        report("dead-tree")
        page.clock.fast_forward(31_000)
        expect(status).to_have_text("2 requests are on this part of the map.")


def test_an_answer_is_found_and_said_to_have_helped(site: str) -> None:
    with browser.open_page(site, size=browser.PHONE) as opened:
        page = opened.page
        box = page.get_by_label("What is the problem, or what do you want to know?")
        type_into(page, box, "snow plowed")
        press(page, page.get_by_role("button", name="Start"))
        heading = page.get_by_role("heading", name="When is my street plowed?")
        expect(heading.first).to_be_visible()
        page.goto(f"{site}/answers/snow")
        press(page, page.get_by_role("button", name="Yes", exact=True))
        expect(page.locator("main, #messages").get_by_text("Thank you").first).to_be_visible()


def test_the_menu_of_a_phone_opens_by_keyboard_and_without_scripts(site: str) -> None:
    for scripts in (True, False):
        with browser.open_page(site, size=browser.PHONE, java_script_enabled=scripts) as opened:
            page = opened.page
            navigation = page.get_by_role("navigation", name="Primary")
            expect(navigation.get_by_role("link", name="Near you")).to_be_hidden()
            navigation.get_by_text("Menu", exact=True).focus()
            page.keyboard.press("Enter")
            link = navigation.get_by_role("link", name="Near you")
            expect(link).to_be_visible()
            if scripts:
                browser.keep(page, "menu")
                browser.check(opened)
            link.focus()
            with page.expect_navigation():
                page.keyboard.press("Enter")
            assert page.url.endswith("/nearby")


def test_a_pick_up_is_booked(site: str) -> None:
    with browser.open_page(f"{site}/services/bulk-trash", size=browser.PHONE) as opened:
        page = opened.page
        press(page, page.get_by_role("button", name="Report this"))
        type_into(page, page.get_by_label("Address, street corner"), "1200 Harbor Street")
        page.keyboard.press("Escape")
        go_on(page)
        type_into(page, page.get_by_label("How many items?"), "2")
        type_into(page, page.get_by_label("Describe the problem"), "A sofa.")
        go_on(page)
        tells(
            page,
            """
            - heading "When shall we come?" [level=1]
            - group "Which date suits you?":
              - radio /3 left/
              - radio /3 left/
            - paragraph:
              - link /later dates/
            - button "Continue"
            """,
        )
        choose(page, page.get_by_role("radio").nth(1))
        go_on(page)
        go_on(page)
        press(page, page.get_by_role("button", name="Send the report"))
        tells(page, '- heading "Bulk trash pick-up" [level=1]')


def test_a_report_on_one_page_says_that_it_waits(site: str) -> None:
    with browser.open_page(f"{site}/report/offline", size=browser.PHONE) as opened:
        page = opened.page
        tells(
            page,
            """
            - heading "Report on one page" [level=1]
            - combobox "What is the problem?"
            - textbox "Describe the problem in your own words (optional)"
            - button "Photos (optional)"
            - textbox "Address, street corner, park or place"
            - heading "How can we reach you?" [level=2]
            - button "Send the report"
            """,
        )
        service = page.get_by_label("What is the problem?")
        tab_to(page, service)
        page.keyboard.type("Pothole")
        expect(service).to_have_value("pothole")
        type_into(page, page.get_by_label("Address, street corner"), "1200 Harbor Street")
        tab_to(page, page.get_by_role("button", name="Send the report"))
        page.keyboard.press("Enter")
        expect(page.get_by_text("Received. Confirmation number:")).to_be_visible(timeout=30_000)
        tells(
            page,
            """
            - region "Reports on this device":
              - status: Everything on this device has been sent.
              - list:
                - listitem:
                  - heading "Pothole" [level=3]
                  - paragraph: /Received. Confirmation number/
                  - link "Follow your report Pothole"
            """,
        )
