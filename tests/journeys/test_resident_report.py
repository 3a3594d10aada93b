"""A resident's whole way in a real browser: report, number, track, done, confirm."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock, numbers
from citycall.core.actors import SYSTEM
from citycall.service_requests import queries
from citycall.service_requests.actions import close, work
from tests import browser
from tests.web import town
from tests.web.telling import picture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    # The test server finds the static files by itself, so nothing has to be gathered first.
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),
]

SIZES = [
    pytest.param(browser.PHONE, id="phone"),
    pytest.param(browser.DESKTOP, id="desktop"),
]


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    # The browser's driver runs an event loop in this thread, in which Django refuses to work.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    settings.UPLOADS = tmp_path
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
    page.get_by_label("What is the problem?").fill("dark street light")
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
    page.get_by_text("Hooper's Field, Herring Run Park").click()
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
    assert "Please check this e-mail address" in page.inner_text("main")
    check(opened, scripts=scripts)
    page.get_by_label("E-mail address").fill("pat@example.org")
    go_on(page)
    for words in ("Hooper's Field, Herring Run Park", "New lamps, please.", "1 photo"):
        assert words in page.inner_text("main")
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
@pytest.mark.parametrize("size", SIZES)
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
        assert page.get_by_alt_text("Your photo 1").is_visible()
        complete(number)
        page.get_by_role("link", name="Track a").click()
        page.get_by_label("Confirmation number").fill(number.replace("-", " "))
        page.get_by_role("button", name="Show the report").click()
        assert "Three lamps were replaced." in page.inner_text("main")
        check(opened, scripts=scripts)
        page.get_by_role("link", name="No, it is still there").click()
        page.get_by_label("What is still wrong?").fill("One of them is dark again.")
        check(opened, scripts=scripts)
        page.get_by_role("button", name="Open the request again").click()
        assert "The request is open again." in page.inner_text("body")
        complete(number)
        page.reload()
        page.get_by_role("button", name="Yes, it is fixed").click()
        assert "confirmed that it is fixed" in page.inner_text("main")
        check(opened, scripts=scripts)


def test_the_keyboard_alone_is_enough(site: str) -> None:
    with browser.open_page(f"{site}/services/pothole") as opened:
        page = opened.page
        press_on(page, "Report this")
        type_into(page, "Address, street corner, park or place", "1200 Harbor Street")
        page.keyboard.press("Enter")
        type_into(page, "Describe the problem in your own words", "Deep.")
        press_on(page, "Continue")
        type_into(page, "E-mail address", "pat@example.org")
        page.keyboard.press("Enter")
        press_on(page, "Send the report")
        page.wait_for_url("**/r/*")
        assert "We have your report." in page.inner_text("main")


def press_on(page: Page, name: str) -> None:
    """Walk by Tab to a button and press it."""
    page.get_by_role("button", name=name).last.wait_for()
    walk_to(page, name)
    page.keyboard.press("Enter")


def type_into(page: Page, label: str, words: str) -> None:
    """Walk by Tab to a field and type."""
    page.get_by_label(label).wait_for()
    walk_to(page, label)
    page.keyboard.type(words)


def walk_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus, as a ring around it shows."""
    for _step in range(40):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
              const here = document.activeElement;
              const label = here.labels?.[0]?.textContent ?? here.textContent;
              const ring = getComputedStyle(here).outlineStyle !== "none";
              return [label.trim().replace(/\\s+/g, " "), ring];
            }"""
        )
        if found[0].startswith(name):
            assert found[1], f"{name} shows no focus"
            return
    raise AssertionError(f"Tab does not reach {name}")
