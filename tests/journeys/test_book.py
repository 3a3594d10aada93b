"""A date in a real browser: chosen, booked, moved, cancelled; and the answer from the message."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.appointments import queries as appointments
from citycall.appointments.actions import book
from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM, resident
from citycall.notifications import links
from citycall.service_requests import queries
from citycall.service_requests.actions import close
from tests import browser
from tests.appointments import cast
from tests.web import town

pytestmark = browser.MARKS


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    town.build()
    cast.offer(per_year=4)
    return live_server.url


def look(opened: browser.OpenedPage, name: str, *, scripts: bool) -> None:
    """The page is usable by everybody; a picture of it where a folder for pictures is named."""
    if folder := os.environ.get("CITYCALL_PICTURES"):
        width = (opened.page.viewport_size or {"width": 0})["width"]
        opened.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    if scripts:
        browser.check(opened)


def go_on(page: Page) -> None:
    page.locator(".cc-actions").get_by_role("button", name="Continue", exact=True).click()


def tell(opened: browser.OpenedPage, site: str, *, scripts: bool) -> str:
    """From the service to the number."""
    page = opened.page
    page.goto(f"{site}/services/bulk-trash")
    page.get_by_role("button", name="Report this").click()
    page.get_by_label("Address, street corner").fill("1200 Harbor Street")
    go_on(page)
    page.get_by_label("How many items?").fill("2")
    page.get_by_label("Describe the problem").fill("A sofa and a table.")
    go_on(page)
    expect(page.get_by_role("heading", name="When shall we come?")).to_be_visible()
    look(opened, "date", scripts=scripts)
    go_on(page)
    browser.says(page, "Please choose a date.")
    look(opened, "date-fault", scripts=scripts)
    page.locator("label.usa-radio__label").first.click()
    go_on(page)
    page.get_by_label("E-mail address").fill("pat@example.org")
    go_on(page)
    browser.says(page, "When we come")
    look(opened, "review", scripts=scripts)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/r/*")
    browser.says(page, "The crew comes: ")
    look(opened, "follow", scripts=scripts)
    return page.inner_text(".web-number .cc-number")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("size", browser.SIZES)
def test_book_move_and_cancel(site: str, size: tuple[int, int], scripts: bool) -> None:
    options: dict[str, Any] = {} if scripts else {"java_script_enabled": False}
    with browser.open_page(site, size=size, **options) as opened:
        page = opened.page
        number = tell(opened, site, scripts=scripts)
        before = page.inner_text(".web-state")
        page.get_by_role("link", name="Move or cancel the date").click()
        look(opened, "book", scripts=scripts)
        page.locator("label.usa-radio__label").nth(2).click()
        page.get_by_role("button", name="Move to this date").click()
        browser.says(page, "Your date is booked.", part="body")
        page.get_by_role("link", name=f"Report {number}").click()
        assert page.inner_text(".web-state") != before
        page.get_by_role("link", name="Move or cancel the date").click()
        page.get_by_role("link", name="Cancel the date").click()
        look(opened, "cancel", scripts=scripts)
        page.get_by_role("button", name="Cancel the date").click()
        browser.says(page, "withdrawn by the person who reported it")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("size", browser.SIZES)
def test_one_tap_from_the_message_and_two_questions(
    site: str, size: tuple[int, int], scripts: bool
) -> None:
    options: dict[str, Any] = {} if scripts else {"java_script_enabled": False}
    with browser.open_page(site, size=size, **options) as opened:
        page = opened.page
        number = tell(opened, site, scripts=scripts)
        report = queries.report_by_number(numbers.read(number))
        close.complete(
            report.service_request_id,
            outcome_code="fixed",
            explanation="Taken away.",
            by=SYSTEM,
            at=clock.now(),
        )
        page.context.clear_cookies()
        link = links.answer_address(number=number, report_id=report.pk)
        page.goto(f"{site}/r/{link.partition('/r/')[2]}")
        look(opened, "answer", scripts=scripts)
        page.get_by_role("button", name="Yes, it is fixed").click()
        browser.says(page, "confirmed that it is fixed")
        page.get_by_role("button", name="Send my answers").click()
        browser.says(page, "Please choose one of the five answers.")
        look(opened, "rate-fault", scripts=scripts)
        page.get_by_text("Very satisfied", exact=True).click()
        page.get_by_label("What could the city do better?").fill("Nothing.")
        page.get_by_role("button", name="Send my answers").click()
        browser.says(page, "Your answers help the city", part="body")
        look(opened, "rated", scripts=scripts)


@pytest.mark.parametrize("size", browser.SIZES)
def test_staff_see_who_is_visited_on_a_day(site: str, size: tuple[int, int]) -> None:
    offer = appointments.offer_at(cast.entry(), cast.draft().location, at=clock.now())
    assert offer is not None
    day = offer.dates[0].day
    receipt = book.submit(cast.draft(), day=day, by=resident(), at=clock.now())
    address = f"{site}/agency/appointments?day={day.isoformat()}"
    with browser.open_page(address, size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        browser.says(page, "1 of 3 booked")
        look(opened, "day", scripts=True)
        page.get_by_role("link", name=numbers.show(receipt.number)).click()
        page.get_by_role("link", name="Everybody on that day").click()
        assert page.url == address
