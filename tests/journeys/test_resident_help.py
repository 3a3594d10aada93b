"""What scripts add on a resident's way: at once, and nothing typed is lost."""

import re

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests import browser
from tests.web import town

pytestmark = browser.MARKS


@pytest.fixture
def site(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> str:
    # The browser's driver runs an event loop in this thread, in which Django refuses to work.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    town.build()
    return live_server.url


def begin(page: Page, site: str, service: str) -> None:
    page.goto(f"{site}/services/{service}")
    page.get_by_role("button", name="Report this").click()


def go_on(page: Page) -> None:
    page.locator(".cc-actions").get_by_role("button", name="Continue", exact=True).click()


def to_the_details(page: Page, site: str) -> None:
    begin(page, site, "lamp-out")
    page.get_by_text("No", exact=True).click()
    go_on(page)
    page.get_by_label("Address, street corner").fill("1200 Harbor Street")
    go_on(page)


def test_a_dangerous_answer_warns_at_once_and_again_when_sent(site: str) -> None:
    with browser.open_page(site) as opened:
        page = opened.page
        begin(page, site, "lamp-out")
        page.get_by_text("Yes", exact=True).click()
        expect(page.get_by_role("alert").get_by_text("Stay away from the wires")).to_be_visible()
        assert browser.axe_violations(page) == []
        page.get_by_text("No", exact=True).click()
        expect(page.get_by_text("Stay away from the wires")).to_have_count(0)
        page.get_by_text("Yes", exact=True).click()
        go_on(page)
        expect(page.get_by_role("heading", name="Call 911 now")).to_be_visible()
        assert browser.axe_violations(page) == []
        page.get_by_role("button", name="Continue with a report that is not urgent").click()
        expect(page.get_by_role("heading", name="Where is it?")).to_be_visible()
        assert opened.complaints == []


def test_questions_come_and_go_with_the_answer(site: str) -> None:
    with browser.open_page(site) as opened:
        page = opened.page
        to_the_details(page, site)
        pole = page.get_by_label("What is the number on the pole?")
        blocks = page.get_by_label("How many blocks are dark?")
        expect(pole).not_to_be_visible()
        page.get_by_text("One", exact=True).click()
        expect(pole).to_be_visible()
        page.get_by_text("More than one", exact=True).click()
        expect(blocks).to_be_visible()
        expect(pole).not_to_be_visible()
        expect(pole).to_be_disabled()


def test_reloading_keeps_what_was_typed(site: str) -> None:
    with browser.open_page(site) as opened:
        page = opened.page
        to_the_details(page, site)
        page.get_by_text("More than one", exact=True).click()
        page.get_by_label("How many blocks are dark?").fill("7")
        page.get_by_label("Describe the problem").fill("Half a sentence")
        page.reload()
        expect(page.get_by_label("Describe the problem")).to_have_value("Half a sentence")
        expect(page.get_by_label("How many blocks are dark?")).to_have_value("7")


def test_going_back_and_forth_keeps_what_was_typed(site: str) -> None:
    with browser.open_page(site) as opened:
        page = opened.page
        to_the_details(page, site)
        page.get_by_label("Describe the problem").fill("Half a sentence")
        page.get_by_role("button", name="Back").click()
        expect(page.get_by_label("Address, street corner")).to_have_value("1200 Harbor Street")
        go_on(page)
        expect(page.get_by_label("Describe the problem")).to_have_value("Half a sentence")


def test_words_that_name_no_known_place_take_one_press_to_go_on(site: str) -> None:
    # As high as the page: a browser that has scrolled makes up for what moves above.
    with browser.open_page(site, size=(1280, 1700)) as opened:
        page = opened.page
        begin(page, site, "pothole")
        page.get_by_label("Address, street corner").fill("1200 Harbor Street")
        page.locator(".web-suggest__none").wait_for()
        # As a hand does it: whatever moves when the field is left is not waited for.
        middle = button_middle(page)
        page.mouse.move(*middle)
        page.mouse.down()
        page.wait_for_timeout(150)
        page.mouse.up()
        expect(page.get_by_role("heading", name="Tell us more")).to_be_visible()


def test_nothing_moves_when_the_map_comes(site: str) -> None:
    with browser.open_page(site) as opened:
        page = opened.page
        waiting: list[Route] = []

        def hold(route: Route) -> None:
            waiting.append(route)

        page.route(re.compile(r"/map/map\.js"), hold)
        begin(page, site, "pothole")
        while not waiting:  # The test's own time limit ends this.
            page.wait_for_timeout(50)
        page.wait_for_load_state()
        before = button_middle(page)
        for route in waiting:
            route.continue_()
        page.locator("[data-map][data-open]").wait_for(timeout=browser.MAP)
        assert button_middle(page) == before


def test_a_map_that_cannot_be_had_takes_no_room_and_is_not_needed(site: str) -> None:
    with browser.open_page(site, size=browser.PHONE) as opened:
        page = opened.page
        page.route(re.compile(r"/map/map\.js"), lambda route: route.abort())
        page.goto(f"{site}/nearby")
        expect(page.locator("[data-map]")).to_have_css("display", "none")
        expect(page.get_by_role("heading", name="In the whole city")).to_be_visible()
        begin(page, site, "pothole")
        page.wait_for_load_state()
        expect(page.locator("[data-map]")).to_have_css("display", "none")
        page.get_by_label("Address, street corner").fill("1200 Harbor Street")
        page.locator(".cc-actions").get_by_role("button", name="Continue", exact=True).click()
        expect(page.get_by_role("heading", name="Tell us more")).to_be_visible()


def button_middle(page: Page) -> tuple[float, float]:
    button = page.locator(".cc-actions").get_by_role("button", name="Continue", exact=True)
    button.evaluate("button => button.scrollIntoView({ block: 'center' })")
    box = button.bounding_box()
    assert box is not None
    return (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_the_devices_location_is_enough(site: str) -> None:
    with browser.open_page(
        site,
        size=browser.PHONE,
        geolocation={"latitude": 39.32, "longitude": -76.58, "accuracy": 12},
        permissions=["geolocation"],
    ) as opened:
        page = opened.page
        begin(page, site, "pothole")
        page.get_by_role("button", name="use my location").click()
        page.get_by_text("Your location was added, exact to about 12 meters.").wait_for()
        assert browser.axe_violations(page) == []
        go_on(page)
        expect(page.get_by_role("heading", name="Tell us more")).to_be_visible()


def test_a_device_that_refuses_leaves_the_words(site: str) -> None:
    with browser.open_page(site) as opened:
        page = opened.page
        begin(page, site, "pothole")
        page.get_by_role("button", name="use my location").click()
        page.get_by_text("Please describe the place instead.").wait_for()
        expect(page.get_by_label("Address, street corner")).to_be_enabled()


def test_the_list_of_services_narrows_while_typing(site: str) -> None:
    with browser.open_page(f"{site}/report") as opened:
        page = opened.page
        page.get_by_label("Find by words").fill("lamps")
        listed = page.locator("[data-find-list]")
        expect(listed.get_by_role("button", name="Street light out")).to_be_visible()
        expect(listed.get_by_role("button", name="Pothole")).not_to_be_visible()
        browser.says(page, "Services that fit: 1")
        expect(page.get_by_role("button", name="Something else").first).to_be_visible()
