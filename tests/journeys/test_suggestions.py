"""A resident says what is wrong, and is asked "is it this?" while typing, or is given groups."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from citycall.assistant.actions import train
from citycall.core.actors import SYSTEM
from tests import browser
from tests.assistant.town import remember
from tests.city import NOW
from tests.web import town

pytestmark = browser.MARKS


@pytest.fixture
def site(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> str:
    # The browser's driver runs an event loop in this thread, in which Django refuses to work.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    remember(town.build())
    train(by=SYSTEM, at=NOW)
    return live_server.url


@pytest.mark.parametrize("size", browser.SIZES)
def test_words_suggest_a_service_while_they_are_typed(site: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{site}/report", size=size) as opened:
        page = opened.page
        page.get_by_label("Find by words").press_sequentially("my tire hit a hole in the road")
        page.get_by_role("heading", name="Is it this?").wait_for()
        browser.check(opened)
        page.get_by_role("status").get_by_text("Is it this? Pothole").wait_for()
        likely = page.get_by_role("region", name="Is it this?")
        with page.expect_navigation():
            likely.get_by_role("button", name="Pothole").click()
        expect(page.get_by_role("heading", name="Where is it?")).to_be_visible()


@pytest.mark.parametrize("size", browser.SIZES)
def test_unclear_words_lead_to_groups(site: str, size: tuple[int, int]) -> None:
    with browser.open_page(f"{site}/report", size=size) as opened:
        page = opened.page
        page.get_by_label("Find by words").fill("please help near the school again")
        page.get_by_role("heading", name="We are not sure which service this is").wait_for()
        browser.check(opened)
        groups = page.locator("[data-suggested] details")
        groups.first.locator("summary").click()
        browser.check(opened)
        with page.expect_navigation():
            groups.first.get_by_role("button").first.click()


def test_the_words_that_were_typed_become_the_description(site: str) -> None:
    with browser.open_page(f"{site}/report") as opened:
        page = opened.page
        page.get_by_label("Find by words").fill("my tire hit a hole in the road")
        likely = page.get_by_role("region", name="Is it this?")
        with page.expect_navigation():
            likely.get_by_role("button", name="Pothole").click()
        page.get_by_label("Address, street corner").fill("1200 Harbor Street")
        actions = page.locator(".cc-actions")
        # By keyboard, since a list of places may open over the button just then.
        browser.press(page, actions.get_by_role("button", name="Continue", exact=True))
        described = page.get_by_label("Describe the problem")
        expect(described).to_have_value("my tire hit a hole in the road")


def test_by_keyboard(site: str) -> None:
    with browser.open_page(f"{site}/report") as opened:
        page = opened.page
        browser.type_into(page, page.get_by_label("Find by words"), "a deep pothole on my street")
        likely = page.get_by_role("region", name="Is it this?").get_by_role("button").first
        browser.press(page, likely)
        expect(page.get_by_role("heading", name="Where is it?")).to_be_visible()


def test_the_box_of_the_start_page_leads_there_without_scripts(site: str) -> None:
    with browser.open_page(site, size=browser.PHONE, java_script_enabled=False) as opened:
        page = opened.page
        page.get_by_label("What is the problem, or").fill("my tire hit a hole in the road")
        with page.expect_navigation():
            page.get_by_role("button", name="Start").click()
        likely = page.get_by_role("region", name="Report it to the city")
        with page.expect_navigation():
            likely.get_by_role("button", name="Pothole").click()
        expect(page.get_by_role("heading", name="Where is it?")).to_be_visible()
