"""Answers in a real browser: found, read, said to have helped; days; and an alert that answers."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.knowledge.models import Opinion
from citycall.service_requests.models import ServiceRequest
from citycall.web import pace
from tests import browser
from tests.web import told, town

pytestmark = browser.MARKS
PAGES = (
    "/", "/answers", "/answers?q=snow+pothole", "/answers?q=snow+pothole&box=1",
    "/answers?q=xylophone", "/answers/snow", "/answers/block-party", "/permits", "/programs",
    "/alerts", "/alerts/cable", "/collection-days", "/collection-days?place=qwxyz",
    "/collection-days?lon=-76.6&lat=39.29", "/holidays", "/events", "/directory",
    "/directory?q=moon", "/services/pothole", "/report?q=snow+pothole",
    "/nearby?lon=-76.6&lat=39.29",
)  # fmt: skip
SCRIPTS = [pytest.param(True, id="scripts"), pytest.param(False, id="no-scripts")]


@pytest.fixture
def site(
    live_server: LiveServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    pace.forget()
    town.build()
    told.article()
    told.permit()
    told.alert()
    told.collections()
    told.contact()
    told.event()
    return live_server.url


def checked(opened: browser.OpenedPage, folder: Path, name: str, *, scripts: bool = True) -> None:
    opened.page.screenshot(path=folder / f"{name}.png", full_page=True)
    if scripts:
        browser.check(opened)


@pytest.mark.parametrize("size", browser.SIZES)
def test_every_page_is_usable_by_everybody(
    site: str, size: tuple[int, int], tmp_path: Path
) -> None:
    faults = []
    with browser.open_page(site, size=size) as opened:
        for number, address in enumerate(PAGES):
            opened.page.goto(f"{site}{address}")
            opened.page.screenshot(path=tmp_path / f"page-{number:02}.png", full_page=True)
            faults += [f"{address}: {each}" for each in browser.axe_violations(opened.page)]
            faults += [f"{address}: small {each}" for each in browser.small_targets(opened.page)]
            if browser.wider_than_screen(opened.page):
                faults.append(f"{address}: wider than the screen")
        faults += opened.complaints
    assert faults == []


@pytest.mark.parametrize("scripts", SCRIPTS)
@pytest.mark.parametrize("size", browser.SIZES)
def test_from_the_one_box_to_an_answer_that_helped(
    site: str, size: tuple[int, int], scripts: bool, tmp_path: Path
) -> None:
    with browser.open_page(site, size=size, java_script_enabled=scripts) as opened:
        page = opened.page
        page.get_by_label("What is the problem, or what do you want to know?").fill("snow plow")
        page.get_by_role("button", name="Start").click()
        page.get_by_role("link", name="Read the whole answer").click()
        page.get_by_role("button", name="No", exact=True).click()
        page.get_by_label("What was missing?").fill("When the alleys come.")
        checked(opened, tmp_path, "missing", scripts=scripts)
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_text("staff will read it").wait_for()
        checked(opened, tmp_path, "thanks", scripts=scripts)
    assert Opinion.objects.get().missing == "When the alleys come."


@pytest.mark.parametrize("scripts", SCRIPTS)
@pytest.mark.parametrize("size", browser.SIZES)
def test_an_alert_answers_before_a_report_is_sent(
    site: str, size: tuple[int, int], scripts: bool, tmp_path: Path
) -> None:
    told.alert(circle={"longitude": -76.58, "latitude": 39.32, "radius_m": 400})
    with browser.open_page(
        f"{site}/services/pothole", size=size, java_script_enabled=scripts
    ) as opened:
        page = opened.page
        page.get_by_role("button", name="Report this").click()
        page.get_by_label("Address, street corner").fill("hoopers field")
        go_on = page.locator(".cc-actions").get_by_role("button", name="Continue", exact=True)
        go_on.click()
        page.get_by_text("Is this what you see?").wait_for()
        checked(opened, tmp_path, "known", scripts=scripts)
        page.get_by_role("button", name="Yes, that is it").click()
        page.get_by_role("heading", name="A cable is broken").wait_for()
        checked(opened, tmp_path, "answered", scripts=scripts)
        page.get_by_role("link", name="Report it all the same").click()
        page.get_by_role("button", name="No: continue with my report").click()
        page.get_by_label("Describe the problem").fill("A hole and no light.")
        go_on.click()
        page.get_by_label("Your name").wait_for()
    assert ServiceRequest.objects.count() == 0
    assert Opinion.objects.get().subject == "alert"


def test_collection_days_by_keyboard_alone(site: str, tmp_path: Path) -> None:
    with browser.open_page(f"{site}/collection-days") as opened:
        page = opened.page
        browser.type_into(page, page.get_by_label("Your address"), "Hooper's Field")
        browser.press(page, page.get_by_role("button", name="Show the days"))
        expect(page.get_by_text("Every week on Monday").first).to_be_visible()
        with page.expect_download() as download:
            browser.tab_to(page, page.get_by_role("link", name="Put a year into your calendar"))
            page.keyboard.press("Enter")
        assert download.value.suggested_filename == "collection-days.ics"
