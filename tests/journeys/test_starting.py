"""A report begins with danger, a photo, a place, words or a sign, in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.emergencies.rules import heard
from tests import browser
from tests.emergencies import spoken
from tests.web import town
from tests.web.test_report_starting import FIELD, photo_at

pytestmark = browser.MARKS

BOX = "What is the problem, or what do you want to know?"
NO = "No, this is not an emergency"
WAYS = [pytest.param(True, id="scripts"), pytest.param(False, id="no-scripts")]


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    town.build()
    return live_server.url


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "field.jpg"
    path.write_bytes(photo_at(*FIELD).read())
    return path


def check(opened: browser.OpenedPage, name: str, *, scripts: bool) -> None:
    browser.keep(opened.page, f"starting-{name}{'' if scripts else '-plain'}")
    if scripts:
        browser.check(opened)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/r/*")


def options(*, scripts: bool) -> dict[str, Any]:
    return {} if scripts else {"java_script_enabled": False}


@pytest.mark.parametrize("scripts", WAYS)
@pytest.mark.parametrize("size", browser.SIZES)
def test_words_of_danger_come_before_anything_else(
    site: str, size: tuple[int, int], scripts: bool
) -> None:
    with browser.open_page(site, size=size, **options(scripts=scripts)) as opened:
        page = opened.page
        page.get_by_label(BOX).fill("the street light is on fire")
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Call 911 now", use_inner_text=True
        )
        call = page.locator("main").get_by_role("link", name="Call 911").first
        assert call.get_attribute("href") == "tel:911"
        check(opened, "danger", scripts=scripts)
        page.get_by_role("button", name=NO).click()
        page.get_by_role("button", name="Street light out").first.click()
        page.wait_for_url("**/report/safety")
        expect(page.get_by_role("heading", name="First of all")).to_be_visible()


def test_it_is_said_while_one_types(site: str) -> None:
    with browser.open_page(f"{site}/report", size=browser.PHONE) as opened:
        page = opened.page
        page.get_by_label("Find by words").press_sequentially("hay un hombre con pistola")
        alert = page.get_by_role("alert").filter(has_text="Call 911 now")
        alert.wait_for()
        check(opened, "danger-typing", scripts=True)
        page.get_by_role("link", name=NO).click()
        expect(page.get_by_label("Find by words")).to_have_value("hay un hombre con pistola")
        expect(page.get_by_text("Call 911 now")).to_have_count(0)


def test_the_description_is_heard_while_it_is_written(site: str) -> None:
    with browser.open_page(f"{site}/report?place=hoopers-field", size=browser.PHONE) as opened:
        page = opened.page
        page.get_by_role("button", name="Pothole").first.click()
        told = page.get_by_label("Describe the problem in your own words")
        told.press_sequentially("A man is lying on the ground, not breathing")
        page.get_by_role("alert").filter(has_text="Call 911 now").wait_for()
        check(opened, "danger-description", scripts=True)
        page.get_by_role("button", name=NO).click()
        expect(page.get_by_role("alert")).to_have_count(0)
        page.locator(".cc-actions").get_by_role("button", name="Continue").click()
        page.wait_for_url("**/report/contact")


def test_without_a_connection_danger_is_heard_too(site: str) -> None:
    with browser.open_page(f"{site}/report/offline", size=browser.PHONE) as opened:
        page = opened.page
        page.get_by_label("What is the problem?").select_option(label="Pothole")
        page.get_by_label("Describe the problem in your own words").fill("有人溺水")
        page.get_by_role("alert").filter(has_text="Call 911 now").wait_for()
        expect(page.get_by_role("button", name="Send the report")).not_to_be_visible()
        check(opened, "danger-offline", scripts=True)
        page.get_by_role("button", name=NO).click()
        page.get_by_label("Address, street corner").fill("Hooper's Field")
        page.get_by_role("button", name="Send the report").click()
        page.get_by_text("Received. Confirmation number").wait_for()


def test_a_browser_hears_exactly_what_the_server_hears(site: str) -> None:
    texts = [
        text
        for name in ("first_set", "second_set", "third_set")
        for kind in ("danger", "calm")
        for text in spoken.all_of(name, kind)
    ]
    with browser.open_page(f"{site}/report/offline") as opened:
        found = opened.page.evaluate(
            """async (texts) => {
              const address = document.querySelector("[data-phrases]").dataset.phrases;
              const dangers = new CityCallDangers(await (await fetch(address)).json());
              return texts.map((text) => dangers.heard([text]));
            }""",
            texts,
        )
    assert found == [[danger.value for danger in heard(text)] for text in texts]


@pytest.mark.parametrize("scripts", WAYS)
@pytest.mark.parametrize("size", browser.SIZES)
def test_a_photo_first_needs_four_pages(
    site: str, photo: Path, size: tuple[int, int], scripts: bool
) -> None:
    with browser.open_page(f"{site}/report", size=size, **options(scripts=scripts)) as opened:
        page = opened.page
        check(opened, "first", scripts=scripts)
        page.get_by_text("A photo", exact=True).click()
        page.get_by_label("Your photo").set_input_files(photo)
        check(opened, "photo-chosen", scripts=scripts)
        page.get_by_role("button", name="Begin with this photo").click()
        browser.says(page, "Hooper's Field")
        check(opened, "photo-place", scripts=scripts)
        page.get_by_role("button", name="Yes, it is there").click()
        page.get_by_role("button", name="Dead tree in a park").click()
        page.get_by_label("Describe the problem in your own words").fill("It leans over the path.")
        page.locator(".cc-actions").get_by_role("button", name="Continue").click()
        for words in ("Hooper's Field", "1 photo", "It leans over the path."):
            browser.says(page, words)
        send(page)


@pytest.mark.parametrize("scripts", WAYS)
@pytest.mark.parametrize("size", browser.SIZES)
def test_the_place_first(site: str, size: tuple[int, int], scripts: bool) -> None:
    with browser.open_page(f"{site}/report", size=size, **options(scripts=scripts)) as opened:
        page = opened.page
        page.get_by_role("button", name="The place", exact=True).click()
        page.get_by_label("Address, street corner").fill("hoopers field")
        check(opened, "place", scripts=scripts)
        page.locator(".cc-actions").get_by_role("button", name="Continue").click()
        page.wait_for_url("**/report")
        page.reload()
        browser.says(page, "Hooper's Field, Herring Run Park")
        check(opened, "place-told", scripts=scripts)
        page.get_by_role("button", name="Dead tree in a park").click()
        page.wait_for_url("**/report/details")


@pytest.mark.parametrize("scripts", WAYS)
@pytest.mark.parametrize("size", browser.SIZES)
def test_a_sign_leads_to_a_report_of_its_place(
    site: str, size: tuple[int, int], scripts: bool
) -> None:
    start = f"{site}/here/hoopers-field"
    with browser.open_page(start, size=size, **options(scripts=scripts)) as opened:
        page = opened.page
        check(opened, "here", scripts=scripts)
        page.get_by_role("link", name="Print a sign").click()
        shown = page.get_by_role("img", name="QR code")
        page.wait_for_load_state()
        assert shown.evaluate("image => image.complete && image.naturalWidth > 0")
        check(opened, "sign", scripts=scripts)
        page.go_back()
        page.get_by_role("link", name="Report a problem at this field").click()
        check(opened, "here-report", scripts=scripts)
        page.get_by_role("button", name="Dead tree in a park").click()
        page.wait_for_url("**/report/details")
        page.locator(".cc-actions").get_by_role("button", name="Continue").click()
        browser.says(page, "Hooper's Field, Herring Run Park")
        send(page)
