"""The kit in a real browser, opened from the disk: by keyboard, in every language."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.continuity.actions.take_in import Handed, take_in
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.service_requests.models import Report
from tests import browser
from tests.continuity import streets
from tests.continuity.files import a_kit, file, intake
from tests.continuity.laptop import Laptop
from tests.journeys.test_continuity_drill import laptops
from tests.web import town

pytestmark = browser.MARKS


@pytest.fixture
def playwright(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Playwright]:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    town.build()
    streets.build()
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def laptop(playwright: Playwright, tmp_path: Path) -> Iterator[Laptop]:
    (one,) = laptops(playwright, tmp_path, count=1)
    one.start()
    yield one
    assert one.complaints == []
    one.context.close()


def usable(page: Page) -> None:
    # The policy lets no script in, so axe is put in by the browser itself.
    assert browser.axe_violations(page) == []
    assert browser.small_targets(page) == []
    assert not browser.wider_than_screen(page)


def test_a_report_by_keyboard_alone(laptop: Laptop) -> None:
    page, keys = laptop.page, laptop.page.keyboard
    keys.type("410-555-0123")
    for _field in ("name", "email", "words"):
        keys.press("Tab")
    keys.type("The lamp is dark.")
    keys.press("Tab")
    keys.type("street li")
    keys.press("Enter")
    for _question in ("wires", "lights"):
        keys.press("Tab")
        keys.press("Space")
    browser.tab_to(page, page.locator("#place"))
    keys.type("charls and monument")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator("#place-found")).to_have_text("Found: Street corner", use_inner_text=True)
    page.locator("[data-stop] button").wait_for()
    keys.press("Control+Enter")
    # The wires hang: the warning is read aloud before the report is taken.
    expect(page.locator("[data-faults]")).to_contain_text(
        "Please read the warning aloud first.", use_inner_text=True
    )
    browser.keep(page, "kit-stop")
    usable(page)
    keys.press("Enter")
    keys.press("Control+Enter")
    page.locator("[data-spelt]").wait_for()
    number = page.inner_text("[data-number]")
    assert page.inner_text("[data-spelt]").split(" – ")[0] == "two six"
    browser.keep(page, "kit-given")
    usable(page)
    (kept,) = laptop.kept()
    assert kept["number"] == number
    assert kept["told"]["answers"] == {"wires": "yes", "lights": "one"}
    assert kept["told"]["place"]["words"] == "N Charles St & E Monument St"


def test_words_of_danger_come_first_in_the_callers_language(laptop: Laptop) -> None:
    page = laptop.page
    page.select_option("#call-language", "es")
    page.fill("#words", "Hay una fuga de gas en la casa")
    warning = page.locator("[data-danger] p")
    warning.wait_for()
    expect(warning).to_contain_text("gas", use_inner_text=True)
    expect(warning).to_contain_text("llame al 911", use_inner_text=True)
    laptop.type({"service": "pothole", "place": "somewhere"})
    page.keyboard.press("Control+Enter")
    assert laptop.kept() == []
    page.click("[data-danger] button")
    page.keyboard.press("Control+Enter")
    page.locator("[data-spelt]").wait_for()
    assert laptop.kept()[0]["told"]["no_danger"] == "gas"
    assert page.inner_text("[data-spelt]").startswith("dos seis")


def test_a_report_is_corrected_and_another_made_void(laptop: Laptop) -> None:
    page = laptop.page
    told = {"service": "pothole", "place": "the mill", "words": "A hole", "phone": "410-555-0123"}
    first, second = laptop.take(told), laptop.take(told)
    page.keyboard.press("F4")
    page.click(f"text=Correct {first}")
    page.fill("#words", "Two holes")
    page.wait_for_selector("form[data-draft]")
    page.keyboard.press("Control+Enter")
    page.locator("[data-spelt]").wait_for()
    expect(page.locator("[data-number]")).to_have_text(first, use_inner_text=True)
    expect(page.locator("[data-kept]")).to_have_text(
        "The correction is saved.", use_inner_text=True
    )
    page.keyboard.press("F4")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click(f"text=Make {second} void")
    page.locator("tr.void").wait_for()
    browser.keep(page, "kit-taken")
    usable(page)
    export = laptop.export()
    page.keyboard.press("F4")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("[data-erase]")
    page.get_by_text("No report was taken with this kit in this browser.").wait_for()
    # A number that was given is not given again.
    page.keyboard.press("F2")
    assert laptop.take(told) not in {first, second}
    merge = take_in([Handed("x", export)], by=SYSTEM, at=clock.now())
    assert {k: v for k, v in merge.files[0].items() if k in {"merged", "void"}} == {
        "merged": 1,
        "void": 1,
    }
    assert [report.words for report in Report.objects.all()] == ["Two holes"]


def test_what_the_checks_would_refuse_can_be_saved_all_the_same(laptop: Laptop) -> None:
    page = laptop.page
    page.fill("#words", "Something urgent, the line is bad.")
    page.keyboard.press("Control+Enter")
    page.click("[data-save-anyway]")
    page.locator("[data-spelt]").wait_for()
    export = json.loads(laptop.export())
    assert export["intakes"][0]["told"]["service"] == ""
    merge = take_in([Handed("x", json.dumps(export).encode())], by=SYSTEM, at=clock.now())
    assert merge.files[0]["waiting"] == 1


def test_the_kit_writes_a_file_by_itself_after_ten_reports(laptop: Laptop) -> None:
    for _each in range(9):
        laptop.take({"service": "pothole", "place": "the mill"})
    assert laptop.exports == []
    with laptop.page.expect_download():
        laptop.take({"service": "pothole", "place": "the mill"})
    assert laptop.page.inner_text("[data-unexported]").endswith("0")


@pytest.mark.parametrize("size", browser.SIZES)
@pytest.mark.parametrize("language", ["en", "es", "zh-hans", "ar"])
def test_every_section_is_usable_in_every_language(
    playwright: Playwright, tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    (laptop,) = laptops(playwright, tmp_path, count=1)
    laptop.start(viewport={"width": size[0], "height": size[1]})
    page = laptop.page
    page.select_option("#page-language", language)
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    laptop.type({"service": "street", "place": "hoopers", "words": "smell of gas"})
    page.locator("[data-danger] button").wait_for()
    for key, section in (("F2", "intake"), ("F9", "known"), ("F8", "directory")):
        page.keyboard.press(key)
        page.wait_for_selector(f"[data-section={section}]:not([hidden])")
        browser.keep(page, f"kit-{section}-{language}")
        usable(page)
    assert laptop.complaints == []
    laptop.context.close()


def test_the_staffs_page_is_usable(
    live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    settings.PUBLIC_URL = live_server.url
    town.build()
    made = a_kit()
    good, bad = intake(made), intake(made, 1, told={"phone": "12"})
    (tmp_path / "export.json").write_bytes(file(made, good, bad).content)
    with browser.open_page(f"{live_server.url}/console/continuity") as opened:
        page = opened.page
        browser.sign_in(page, "supervisor")
        page.set_input_files("[name=exports]", tmp_path / "export.json")
        page.get_by_role("button", name="Merge the files").click()
        page.get_by_role("heading", name="What was merged").wait_for()
        browser.keep(page, "continuity-merged")
        browser.check(opened)
        page.get_by_role("link", name="When the systems are down").click()
        browser.keep(page, "continuity-page")
        browser.check(opened)
        page.locator("th a.cc-number").first.click()
        page.get_by_role("heading", name="Finish a report").wait_for()
        browser.keep(page, "continuity-intake")
        browser.check(opened)
