"""The list by keys alone: through it, picked, searched, helped, told of news; beside its map."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.places import tile_store, tiles
from citycall.service_requests import queries
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.actions.tag import change_tags
from tests import browser
from tests import city as small_city
from tests.web import town

pytestmark = browser.MARKS


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.MAPS = tmp_path / "maps"
    tile_store.STORE.forget()
    small_city.build()
    town.draw_boundary()
    tiles.build()
    yield live_server.url
    tile_store.STORE.forget()


def tell(service: str, hours: int) -> str:
    told = clock.now() - timedelta(hours=hours)
    return numbers.show(submit(small_city.draft(service), by=resident(), at=told).number)


@pytest.mark.parametrize("size", browser.SIZES)
def test_the_list_is_gone_through_by_keys(site: str, size: tuple[int, int]) -> None:
    late, second, third = tell("pothole", 200), tell("pothole", 3), tell("graffiti", 2)
    tagged = queries.report_by_number(numbers.read(second)).service_request_id
    change_tags(tagged, add=["school route"], by=SYSTEM, at=clock.now())
    with browser.open_page(f"{site}/agency", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        page.locator("[data-keys-open]:not([hidden])").wait_for()
        browser.check(opened)
        page.keyboard.press("j")
        expect(page.get_by_role("link", name=late)).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("x")
        picked = page.locator(".wb-pick:checked")
        expect(picked).to_have_count(1)
        expect(page.locator("[data-work-status]")).to_contain_text("Picked: ")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        browser.check(opened)
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("jx monument")
        expect(page.get_by_label("Words")).to_have_value("jx monument")
        expect(picked).to_have_count(1)
        page.get_by_label("Words").fill("monument")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_text("3 match")).to_be_visible()
        with page.expect_navigation():
            page.get_by_role("link", name="All filters").click()
        browser.check(opened)
        page.get_by_label("Tags").fill("school route")
        with page.expect_navigation():
            page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_role("link", name=second)).to_be_visible()
        expect(page.get_by_role("link", name=third)).to_have_count(0)
        browser.check(opened)


def test_news_are_told_without_moving_the_list(site: str) -> None:
    first = tell("pothole", 2)
    with browser.open_page(f"{site}/agency") as opened:
        page = opened.page
        # Every half minute is asked for at once.
        page.add_init_script("const wait = setInterval; window.setInterval = (f) => wait(f, 100);")
        browser.sign_in(page, "dispatcher")
        link = page.get_by_role("link", name=first)
        link.focus()
        before = link.bounding_box()
        new = tell("graffiti", 0)
        expect(page.get_by_text("1 new.")).to_be_visible()
        assert link.bounding_box() == before
        expect(link).to_be_focused()
        browser.check(opened)
        with page.expect_navigation():
            page.locator("[data-news-box] a").click()
        expect(page.get_by_role("link", name=new)).to_be_visible()


def test_a_row_and_its_pin_light_up_together_on_a_wide_screen(site: str) -> None:
    first, _second = tell("pothole", 2), tell("graffiti", 1)
    with browser.open_page(f"{site}/agency", size=(1500, 900)) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        work = page.locator("[data-work][data-mapped=true]")
        work.wait_for(timeout=60_000)
        link = page.get_by_role("link", name=first)
        link.focus()
        row = page.locator("[data-row]").filter(has=link)
        lit = row.get_attribute("data-row")
        expect(page.locator(f'[data-work][data-lit="{lit}"]')).to_have_count(1)
        expect(row).to_contain_class("wb-row--lit")
        browser.check(opened)
        page.keyboard.press("m")
        expect(page.locator("[data-work-map]")).to_be_hidden()
