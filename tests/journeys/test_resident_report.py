"""A resident's whole way in a real browser: report, number, track, done, confirm."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM
from citycall.service_requests import queries
from citycall.service_requests.actions import close, work
from tests import browser
from tests.web import town
from tests.web.telling import picture

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
    return live_server.url


def go_on(page: Page) -> None:
    page.locator(".cc-actions").get_by_role("button", name="Continue", exact=True).click()


def check(opened: browser.OpenedPage, *, scripts: bool) -> None:
    """The page is usable by everybody, and nothing on it failed."""
    page = opened.page
    assert not any("refused" in each.lower() for each in opened.complaints), opened.complaints
    if scripts:
        assert browser.axe_violations(page) == [], page.url
        assert browser.small_targets(page) == [], page.url
        assert not browser.wider_than_screen(page), page.url


def tell(opened: browser.OpenedPage, photo: Path, *, scripts: bool) -> str:
    """From the start page to the number."""
    page = opened.page
    page.get_by_label("What is the problem, or what do you want to know?").fill("dark street light")
    page.get_by_role("button", name="Start").click()
    check(opened, scripts=scripts)
    page.get_by_role("button", name="Street light out").first.click()
    page.get_by_text("No", exact=True).click()
    check(opened, scripts=scripts)
    go_on(page)
    page.get_by_label("Address, street corner").fill("hoopers feild")
    page.get_by_label("How do we find the spot").fill("behind the playground")
    check(opened, scripts=scripts)
    go_on(page)
    page.get_by_text("More than one", exact=True).click()
    if not scripts:
        go_on(page)  # Brings the question that depends on the answer.
    page.get_by_label("How many blocks are dark?").fill("3")
    page.get_by_label("What would you like done?").fill("New lamps, please.")
    page.get_by_label("Photos").set_input_files(photo)
    check(opened, scripts=scripts)
    go_on(page)
    page.get_by_label("E-mail address").fill("not an address")
    go_on(page)
    browser.says(page, "Please check this e-mail address")
    check(opened, scripts=scripts)
    page.get_by_label("E-mail address").fill("pat@example.org")
    go_on(page)
    for words in ("Hooper's Field, Herring Run Park", "New lamps, please.", "1 photo"):
        browser.says(page, words)
    check(opened, scripts=scripts)
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/r/*")
    check(opened, scripts=scripts)
    return page.inner_text(".web-number .cc-number")


def complete(number: str) -> None:
    """The agency does its part."""
    request = queries.request_of(queries.report_by_number(numbers.read(number)))
    work.start(request.pk, by=SYSTEM, at=clock.now())
    close.complete(
        request.pk,
        outcome_code="fixed",
        explanation="Three lamps were replaced.",
        by=SYSTEM,
        at=clock.now(),
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("size", browser.SIZES)
def test_report_track_and_confirm(
    site: str, tmp_path: Path, size: tuple[int, int], scripts: bool
) -> None:
    photo = tmp_path / "lamp.png"
    photo.write_bytes(picture().read())
    options: dict[str, Any] = {} if scripts else {"java_script_enabled": False}
    with browser.open_page(site, size=size, **options) as opened:
        page = opened.page
        check(opened, scripts=scripts)
        number = tell(opened, photo, scripts=scripts)
        expect(page.get_by_alt_text("Your photo 1")).to_be_visible()
        complete(number)
        if size == browser.PHONE:
            page.locator("header summary").click()
        page.get_by_role("link", name="Track a").first.click()
        page.get_by_label("Confirmation number").fill(number.replace("-", " "))
        page.get_by_role("button", name="Show the report").click()
        browser.says(page, "Three lamps were replaced.")
        check(opened, scripts=scripts)
        page.get_by_role("link", name="No, it is still there").click()
        page.get_by_label("What is still wrong?").fill("One of them is dark again.")
        check(opened, scripts=scripts)
        page.get_by_role("button", name="Open the request again").click()
        browser.says(page, "The request is open again.", part="body")
        complete(number)
        page.reload()
        page.get_by_role("button", name="Yes, it is fixed").click()
        browser.says(page, "confirmed that it is fixed")
        check(opened, scripts=scripts)


def test_the_keyboard_alone_is_enough(site: str) -> None:
    with browser.open_page(f"{site}/services/pothole") as opened:
        page = opened.page
        browser.press(page, page.get_by_role("button", name="Report this").last)
        where = page.get_by_label("Address, street corner, park or place")
        browser.type_into(page, where, "1200 Harbor Street")
        page.keyboard.press("Enter")
        told = page.get_by_label("Describe the problem in your own words")
        browser.type_into(page, told, "Deep.")
        browser.press(page, page.get_by_role("button", name="Continue").last)
        browser.type_into(page, page.get_by_label("E-mail address"), "pat@example.org")
        page.keyboard.press("Enter")
        browser.press(page, page.get_by_role("button", name="Send the report"))
        page.wait_for_url("**/r/*")
        browser.says(page, "We have your report.")
