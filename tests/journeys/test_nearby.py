"""What is known around a place: the map and its list say the same, by every way of using it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.accounts import sign_in
from citycall.core import clock
from citycall.places import tile_store
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions.submit import submit
from citycall.web.views import nearby
from tests import browser
from tests.city import City, draft
from tests.web import town

pytestmark = browser.MARKS
PLACE = (-76.58, 39.32)
# A map with nothing on it: what is drawn here is the requests.
BLANK = {"version": 8, "sources": {}, "layers": []}


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Iterator[City]:
    # The browser's driver runs an event loop in this thread, in which Django refuses to work.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    settings.CITYCALL_MAP_STYLE_URL = "/blank-style.json"
    # Not the view of a map that is kept on this machine.
    settings.MAPS = tmp_path
    tile_store.STORE.forget()
    nearby.forget()
    sign_in.forget_failures()
    city = town.build()
    town.draw_boundary()
    yield city
    tile_store.STORE.forget()


def report(city: City, *, north: float = 0.0, service: str = "pothole") -> None:
    point = Location(
        kind=LocationKind.POINT,
        longitude=PLACE[0],
        latitude=PLACE[1] + north / 111_195,
        place="Harford Rd",
    )
    submit(draft(service, location=point), by=city.resident, at=clock.now())


def blank_map(page: Page) -> None:
    def answer(route: Route) -> None:
        route.fulfill(json=BLANK)

    page.route("**/blank-style.json", answer)


def wait_for_map(page: Page, shown: str) -> None:
    page.locator(f"[data-near][data-shown={shown}]").wait_for(timeout=browser.MAP)
    page.locator("[data-near-status]").filter(has_text=re.compile(r"\d")).wait_for()


def on_the_map(page: Page, source: str) -> list[dict[str, object]]:
    """The properties of what the map draws."""
    told = page.evaluate(
        """(name) => JSON.stringify(document.querySelector("[data-near]")
            .nearby.shown[name].features.map((f) => f.properties))""",
        source,
    )
    found: list[dict[str, object]] = json.loads(told)
    return found


def test_counts_then_points_by_keyboard_alone(live_server: LiveServer, city: City) -> None:
    for n in range(3):
        report(city, north=n * 40)
    with browser.open_page(live_server.url) as opened:
        page = opened.page
        blank_map(page)
        page.goto(f"{live_server.url}/nearby")
        wait_for_map(page, "hexagons")
        (hexagon,) = on_the_map(page, "hexagons")
        assert hexagon["count"] == 3
        assert page.locator(".near-item").all_inner_texts()[0].startswith(str(hexagon["words"]))
        assert browser.axe_violations(page) == []

        while page.locator("[data-near]").get_attribute("data-shown") == "hexagons":
            before = page.evaluate("document.querySelector('[data-near]').nearby.map.getZoom()")
            with page.expect_response(re.compile(r"/(points|hexagons)\.json")):
                page.get_by_role("button", name="Look closer").first.focus()
                page.keyboard.press("Enter")
                page.wait_for_function(
                    """(before) => {
                      const { map, waiting } = document.querySelector("[data-near]").nearby;
                      return map.getZoom() > before + 0.5 && !map.isMoving() && waiting;
                    }""",
                    arg=before,
                )
            page.wait_for_timeout(1_000)
        assert page.evaluate("document.activeElement.id") == "near-heading"
        links = page.locator(".near-item a")
        drawn = on_the_map(page, "points")
        assert [link.get_attribute("href") for link in links.all()] == [p["url"] for p in drawn]
        assert len(drawn) == 3
        assert browser.axe_violations(page) == []

        links.first.focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Pothole").wait_for()
        expect(page.locator("main")).to_contain_text("Harford Rd", use_inner_text=True)
        assert browser.axe_violations(page) == []


@pytest.mark.parametrize("size", [browser.PHONE, browser.DESKTOP])
def test_around_a_place_the_list_says_how_far(
    live_server: LiveServer, city: City, size: tuple[int, int]
) -> None:
    report(city, north=100)
    report(city, north=300, service="something-else")
    with browser.open_page(live_server.url, size=size) as opened:
        page = opened.page
        blank_map(page)
        page.goto(f"{live_server.url}/nearby")
        page.get_by_label("Near which place?").fill("Hooper's Field")
        page.get_by_role("button", name="Show", exact=True).click()
        wait_for_map(page, "points")
        lines = page.locator(".near-item").all_inner_texts()
        assert len(lines) == len(on_the_map(page, "points")) == 2
        assert "Pothole" in lines[0]
        assert "100 meters" in lines[0]
        assert browser.axe_violations(page) == []
        assert not browser.wider_than_screen(page)
        assert browser.small_targets(page) == []


def test_the_devices_own_location(live_server: LiveServer, city: City) -> None:
    report(city)
    with browser.open_page(
        live_server.url,
        geolocation={"longitude": PLACE[0], "latitude": PLACE[1]},
        permissions=["geolocation"],
    ) as opened:
        page = opened.page
        blank_map(page)
        page.goto(f"{live_server.url}/nearby")
        page.get_by_role("button", name="Use my location").click()
        page.wait_for_url("**/nearby?*lon=-76.58*")
        wait_for_map(page, "points")
        expect(page.locator(".near-item")).to_have_count(1)


def test_without_scripts_the_list_does_everything(live_server: LiveServer, city: City) -> None:
    for n in range(nearby.PAGE + 1):
        report(city, north=n * 5)
    with browser.open_page(live_server.url, java_script_enabled=False) as opened:
        page = opened.page
        page.goto(live_server.url)
        page.get_by_role("link", name="Requests near a place").click()
        page.get_by_label("Near which place?").fill("Hooper's Field")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator(".near-item")).to_have_count(nearby.PAGE)
        page.get_by_role("link", name="Further away").click()
        expect(page.locator(".near-item")).to_have_count(1)
        page.locator(".near-item a").click()
        expect(page.get_by_role("heading", name="Pothole")).to_be_visible()
        expect(page.locator("[data-map]").first).not_to_be_visible()


def test_what_is_new_appears_by_itself(live_server: LiveServer, city: City) -> None:
    report(city)
    with browser.open_page(live_server.url) as opened:
        page = opened.page
        blank_map(page)

        def hurry(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(
                response=answer, body=answer.text().replace('data-every="30"', 'data-every="1"')
            )

        page.route("**/nearby?*", hurry)
        # What the browser still holds of the last answer is not asked for again so soon.
        page.route("**/points.json?*", lambda route: route.continue_(headers=uncached(route)))
        page.goto(f"{live_server.url}/nearby?lon={PLACE[0]}&lat={PLACE[1]}")
        wait_for_map(page, "points")
        expect(page.locator(".near-item")).to_have_count(1)
        report(city, north=30)
        page.locator(".near-item").nth(1).wait_for(timeout=browser.MAP)
        page.get_by_text("2 requests are on this part of the map.").wait_for()

        # But nothing moves under the hands of somebody who is in the list.
        page.locator(".near-item a").first.focus()
        report(city, north=60)
        page.wait_for_timeout(3_000)
        expect(page.locator(".near-item")).to_have_count(2)
        page.get_by_role("button", name="Show").focus()
        page.locator(".near-item").nth(2).wait_for(timeout=browser.MAP)


def uncached(route: Route) -> dict[str, str]:
    """The request's headers, with a wish for an answer that is made now."""
    return {**route.request.headers, "cache-control": "no-cache"}
