"""Where is it? In a real browser: suggestions, the pin by tap and by key, and without a map."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import shapely
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import numbers
from citycall.places import queries as places
from citycall.places import tile_store, tiles
from citycall.places.models import Block, Corner, Place
from citycall.service_requests import queries
from tests import browser
from tests.web import town

pytestmark = browser.MARKS

SIZES = [
    pytest.param(browser.PHONE, id="phone"),
    pytest.param(browser.DESKTOP, id="desktop"),
]
# Where pictures of the pages are wanted, a folder; none are made otherwise.
SHOTS = os.environ.get("CITYCALL_SHOTS")
NO_WEBGL = """
const original = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : original.call(this, kind, ...more);
};
"""

# At once, while the map is still on its way to the place that was chosen.
CHOOSE_AND_PRESS = """
() => {
  document.querySelector("[role=option]").click();
  document
    .querySelector(".cc-map__pin")
    .dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", shiftKey: true }));
}
"""


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    # The browser's driver runs an event loop in this thread, in which Django refuses to work.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    settings.UPLOADS, settings.MAPS = tmp_path, tmp_path / "maps"
    tile_store.STORE.forget()
    town.build()
    town.draw_boundary()
    draw_streets()
    tiles.build()
    yield live_server.url
    tile_store.STORE.forget()


def draw_streets() -> None:
    """Two streets that meet in the city's middle, a park around Hooper's Field, and its like."""
    lines = {
        "Harbor St": [(-76.62, 39.30), (-76.60, 39.30), (-76.58, 39.30)],
        "Pine St": [(-76.60, 39.28), (-76.60, 39.30), (-76.60, 39.32)],
    }
    for name, (west, middle, east) in lines.items():
        for number, line in enumerate([(west, middle), (middle, east)]):
            Block.objects.create(
                code=f"{name}-{number}",
                layer="streets",
                name=name,
                left_from=1000 + 100 * number,
                left_to=1098 + 100 * number,
                right_from=1001 + 100 * number,
                right_to=1099 + 100 * number,
                shape=shapely.to_wkb(shapely.LineString(line)),
            )
    Corner.objects.create(
        code="harbor-pine",
        layer="corners",
        streets=["Harbor St", "Pine St"],
        longitude=-76.60,
        latitude=39.30,
    )
    park = shapely.to_wkb(shapely.box(-76.590, 39.315, -76.575, 39.33))
    Place.objects.filter(code="herring-run").update(shape=park)
    Place.objects.create(
        kind="field",
        code="hoopers-other",
        name="Hooper's Field",
        parent="Mill Park",
        search=" hoopers field mill park ",
        longitude=-76.64,
        latitude=39.25,
    )
    places.GAZETTEER.bump()


@contextmanager
def at_where(site: str, *, script: str = "", **options: Any) -> Iterator[browser.OpenedPage]:
    """The step of a new report about a pothole, in a fresh browser."""
    with browser.browser_context(**options) as context:
        if script:
            context.add_init_script(script)
        opened = browser.OpenedPage(context.new_page())
        opened.page.on("console", opened.hear)
        opened.page.on("pageerror", lambda error: opened.complaints.append(f"error: {error}"))
        opened.page.on("response", opened.notice)
        opened.page.goto(f"{site}/services/pothole")
        opened.page.get_by_role("button", name="Report this").first.click()
        opened.page.get_by_role("heading", name="Where is it?").wait_for()
        yield opened


def wait_for_map(page: Page) -> None:
    page.locator(".cc-map[data-open]").wait_for(timeout=browser.MAP)


def place_field(page: Page) -> Any:
    return page.get_by_label("Address, street corner, park or place")


def go_on(page: Page) -> None:
    page.locator(".cc-actions").get_by_role("button", name="Continue", exact=True).click()


def value(page: Page, name: str) -> str:
    return page.locator(f"#id_{name}").input_value()


def check(opened: browser.OpenedPage, picture: str = "") -> None:
    """The page is usable by everybody, and nothing on it failed; keep a picture if wanted."""
    assert opened.complaints == []
    assert browser.axe_violations(opened.page) == []
    assert browser.small_targets(opened.page) == []
    assert not browser.wider_than_screen(opened.page)
    if SHOTS and picture:
        width = opened.page.viewport_size["width"] if opened.page.viewport_size else 0
        opened.page.wait_for_timeout(1500)
        opened.page.screenshot(path=Path(SHOTS) / f"{picture}-{width}.png")


def test_a_whole_report_by_keyboard_alone(site: str) -> None:
    with at_where(site) as opened:
        page = opened.page
        wait_for_map(page)
        place_field(page).focus()
        page.keyboard.type("hoop")
        options = page.get_by_role("option")
        expect(options).to_have_count(2)
        expect(place_field(page)).to_have_attribute("aria-expanded", "true")
        check(opened, "suggestions")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        expect(options.first).to_have_attribute("aria-selected", "true")
        label = options.first.locator("strong").inner_text()
        page.keyboard.press("Enter")
        expect(place_field(page)).to_have_value(label)
        expect(place_field(page)).to_be_focused()
        expect(page.get_by_text(f"Found: {label}")).to_be_visible()
        expect(page.locator("[data-where-spoken]")).to_have_text(f"Chosen: {label}")
        check(opened, "chosen")
        page.keyboard.press("Enter")
        page.get_by_label("Describe the problem in your own words").wait_for()
        press_on(page, "Continue")
        page.get_by_label("E-mail address").wait_for()
        press_on(page, "Continue")
        page.get_by_role("button", name="Send the report").wait_for()
        browser.says(page, label)
        press_on(page, "Send the report")
        page.wait_for_url("**/r/*")
        number = page.inner_text(".web-number .cc-number")
        request = queries.request_of(queries.report_by_number(numbers.read(number)))
        assert request.place == label


def press_on(page: Page, name: str) -> None:
    """Walk by Tab to a button and press it."""
    for _step in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate("() => document.activeElement.textContent.trim()")
        if here == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_escape_closes_the_list_and_keeps_the_words(site: str) -> None:
    with at_where(site) as opened:
        page = opened.page
        place_field(page).press_sequentially("hoop")
        page.get_by_role("option").first.wait_for()
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(place_field(page)).to_have_value("hoop")


def test_typing_on_lets_go_of_what_was_chosen(site: str) -> None:
    with at_where(site) as opened:
        page = opened.page
        place_field(page).press_sequentially("hoop")
        page.get_by_role("option").first.click()
        assert value(page, "code").startswith("place:hoopers-")
        place_field(page).press_sequentially(" north")
        assert value(page, "code") == ""
        expect(page.locator("[data-where-found]")).to_be_hidden()


def test_an_unknown_place_is_told_and_may_stay(site: str) -> None:
    with at_where(site) as opened:
        page = opened.page
        place_field(page).press_sequentially("zzqx wvvk")
        expect(page.get_by_text("No such place is known here.").first).to_be_visible()
        check(opened)
        go_on(page)
        page.get_by_role("button", name="Keep my words and continue").first.click()
        page.get_by_label("Describe the problem in your own words").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_a_tap_puts_the_pin_and_says_what_is_there(
    site: str, size: tuple[int, int], scheme: str
) -> None:
    with at_where(site, size=size, color_scheme=scheme) as opened:
        page = opened.page
        wait_for_map(page)
        page.locator(".cc-map").scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        canvas = page.locator(".cc-map canvas")
        box = canvas.bounding_box()
        assert box is not None
        canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
        found = page.locator("[data-where-found] strong")
        expect(found).to_contain_text("Harbor St")
        assert abs(float(value(page, "longitude")) - -76.60) < 0.001
        assert abs(float(value(page, "latitude")) - 39.30) < 0.001
        check(opened, f"pin-{scheme}")
        words = found.inner_text()
        go_on(page)
        page.get_by_label("Describe the problem in your own words").wait_for()
        page.go_back()
        expect(page.locator("[data-where-found] strong")).to_have_text(words)


def test_the_arrow_keys_move_the_pin(site: str) -> None:
    with at_where(site) as opened:
        page = opened.page
        wait_for_map(page)
        page.get_by_role("button", name="Put a pin on the map").press("Enter")
        pin = page.locator(".cc-map__pin")
        expect(pin).to_be_focused()
        before = float(value(page, "longitude")), float(value(page, "latitude"))
        for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp"):
            page.keyboard.press(key)
        after = float(value(page, "longitude")), float(value(page, "latitude"))
        assert after[0] > before[0]
        assert after[1] > before[1]
        expect(page.locator("[data-where-spoken]")).to_contain_text("The pin is at:")
        check(opened)


def test_a_pin_in_a_park_is_called_by_the_parks_name(site: str) -> None:
    where = {"latitude": 39.3175, "longitude": -76.588, "accuracy": 8}
    options: dict[str, Any] = {"geolocation": where, "permissions": ["geolocation"]}
    with at_where(site, size=browser.PHONE, **options) as opened:
        page = opened.page
        wait_for_map(page)
        page.get_by_role("button", name="use my location").click()
        expect(page.locator("[data-where-found] strong")).to_contain_text("Herring Run Park")
        check(opened, "pin-in-park")


def test_a_pin_moved_away_asks_which_is_meant(site: str) -> None:
    with at_where(site) as opened:
        page = opened.page
        wait_for_map(page)
        place_field(page).press_sequentially("hoop")
        page.get_by_role("option").first.click()
        page.locator(".cc-map__pin").focus()
        for _step in range(8):
            page.keyboard.press("Shift+ArrowDown")
        question = page.get_by_text("Which do you mean?")
        expect(question.last).to_be_visible()
        check(opened, "which")
        page.get_by_role("button", name=re.compile("^Where the pin is")).click()
        expect(place_field(page)).to_have_value("")
        assert value(page, "code") == ""


def test_a_key_pressed_while_the_map_still_moves_is_a_small_step(site: str) -> None:
    with at_where(site) as opened:
        page = opened.page
        wait_for_map(page)
        place_field(page).press_sequentially("hoop")
        page.get_by_role("option").first.wait_for()
        page.wait_for_timeout(700)
        page.evaluate(CHOOSE_AND_PRESS)
        moved = 39.25 - float(value(page, "latitude"))
        assert 0 < moved < 0.005


@pytest.mark.parametrize("size", SIZES)
def test_outside_the_city_the_neighbor_is_named_and_can_be_called(
    site: str, size: tuple[int, int]
) -> None:
    where = {"latitude": 39.3, "longitude": -76.45, "accuracy": 8}
    options: dict[str, Any] = {"geolocation": where, "permissions": ["geolocation"]}
    with at_where(site, size=size, **options) as opened:
        page = opened.page
        wait_for_map(page)
        page.get_by_label("How do we find the spot").fill("by the blue bench")
        page.get_by_role("button", name="use my location").click()
        call = page.get_by_role("link", name="Call 410-555-0199")
        expect(call).to_have_attribute("href", "tel:410-555-0199")
        check(opened, "outside")
        go_on(page)
        expect(page.locator(".cc-error-summary")).to_contain_text("outside")
        expect(call).to_be_visible()
        expect(page.get_by_label("How do we find the spot")).to_have_value("by the blue bench")
        check(opened)
        wait_for_map(page)
        page.get_by_role("button", name="Remove the pin").click()
        place_field(page).fill("Harbor St and Pine St")
        go_on(page)
        page.get_by_label("Describe the problem in your own words").wait_for()


def test_without_webgl_the_words_are_enough(site: str) -> None:
    with at_where(site, script=NO_WEBGL, size=browser.PHONE) as opened:
        page = opened.page
        expect(page.get_by_text("The map cannot be shown in this browser.")).to_be_visible()
        check(opened, "no-webgl")
        place_field(page).press_sequentially("herring")
        page.get_by_role("option").first.click()
        go_on(page)
        page.get_by_label("Describe the problem in your own words").wait_for()


def test_without_scripts_the_server_asks_which_one(site: str) -> None:
    with at_where(site, java_script_enabled=False) as opened:
        page = opened.page
        assert page.locator(".cc-map").is_hidden()
        place_field(page).fill("Hooper's Field")
        go_on(page)
        expect(page.get_by_role("heading", name="Which place is it?")).to_be_visible()
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / "which-no-scripts.png", full_page=True)
        page.get_by_text("Hooper's Field, Mill Park").click()
        go_on(page)
        expect(page.get_by_label("Describe the problem in your own words")).to_be_visible()


def test_a_request_shows_its_place_on_a_map_that_is_opened(site: str) -> None:
    with at_where(site, size=browser.PHONE) as opened:
        page = opened.page
        place_field(page).fill("Harbor St and Pine St")
        go_on(page)
        page.get_by_label("Describe the problem in your own words").wait_for()
        for _step in range(2):
            go_on(page)
        page.get_by_role("button", name="Send the report").click()
        page.wait_for_url("**/r/*")
        expect(page.locator(".cc-map[data-open]")).to_have_count(0)
        page.get_by_text("Show on the map").click()
        wait_for_map(page)
        mark = page.locator(".cc-map__mark")
        expect(mark).to_have_attribute("aria-label", "Harbor St & Pine St")
        check(opened, "request")
