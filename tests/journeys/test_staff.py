"""A crew's way in a real browser: sign in, find the work, accept, start, complete with a photo."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.service_requests import queries
from citycall.service_requests.actions.submit import submit
from tests import browser
from tests import city as small_city
from tests.workbench.pictures import jpeg

pytestmark = browser.MARKS


@pytest.fixture
def site(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    browser.prepare(settings, monkeypatch, uploads=tmp_path)
    small_city.build()
    return live_server.url


@pytest.fixture
def number(site: str) -> str:
    """Graffiti, reported an hour ago; the service asks for a photo of the finished work."""
    receipt = submit(
        small_city.draft("graffiti", words="Paint on the bridge."),
        by=resident(),
        at=clock.now() - timedelta(hours=1),
    )
    return numbers.show(receipt.number)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "clean.jpg"
    path.write_bytes(jpeg(800, 600, "seagreen"))
    return path


def status_of(number: str) -> str:
    return queries.report_by_number(numbers.read(number)).service_request.status


@pytest.mark.parametrize("size", browser.SIZES)
def test_by_keyboard_from_the_sign_in_to_completed(
    site: str, number: str, picture: Path, size: tuple[int, int]
) -> None:
    with browser.open_page(f"{site}/agency", size=size) as opened:
        page = opened.page
        # Heard from the start: the browser is told in time that a test will choose the file.
        page.on("filechooser", lambda _chooser: None)
        browser.check(opened)
        browser.type_into(page, page.get_by_label("User name"), "dispatcher")
        browser.type_into(page, page.get_by_label("Password"), browser.PASSWORD)
        browser.press(page, page.get_by_role("button", name="Sign in"))
        assert page.url == f"{site}/agency"
        browser.check(opened)

        browser.press(page, page.get_by_role("link", name=f"Graffiti {number}"))
        expect(page.locator("blockquote")).to_have_text("Paint on the bridge.", use_inner_text=True)
        browser.check(opened)
        browser.tab_to(page, page.get_by_label("Person"))
        page.keyboard.type("crew")
        browser.press(page, page.get_by_role("button", name="Accept"))
        page.get_by_text("The request is accepted.").wait_for()
        page.get_by_text("Given to crew. Work has not begun.").wait_for()
        browser.check(opened)

        browser.press(page, page.get_by_role("button", name="Start work"))
        page.get_by_text("Work has begun.").first.wait_for()
        browser.check(opened)

        browser.press(page, page.get_by_role("button", name="Complete"))
        assert page.locator("#error-summary").evaluate("e => e === document.activeElement")
        browser.check(opened)
        browser.tab_to(page, page.get_by_label("Outcome"))
        page.keyboard.type("Fixed")
        browser.type_into(page, page.get_by_label("What was done?"), "Washed off.")
        browser.tab_to(page, page.get_by_label("Photo of the finished work"))
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Space")
        chooser.value.set_files(picture)
        browser.press(page, page.get_by_role("button", name="Complete"))
        page.get_by_text("are asked to confirm.").wait_for()
        shown = page.get_by_role("img", name="After the work")
        shown.scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('.cc-photo img').naturalWidth > 0")
        browser.check(opened)
    assert status_of(number) == "completed"


def test_without_javascript_a_hidden_step_is_found_and_its_fault_shown(
    site: str, number: str
) -> None:
    with browser.open_page(f"{site}/agency/{number}", java_script_enabled=False) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        page.get_by_text("Pass to another team", exact=True).first.click()
        page.get_by_label("Why is it not yours?").fill("It is under water.")
        page.get_by_role("button", name="Pass to another team").click()
        page.get_by_role("link", name="Team – Please choose one from the list.").wait_for()
        expect(page.get_by_label("Why is it not yours?")).to_have_value("It is under water.")
        page.get_by_label("Team", exact=True).select_option("mains")
        page.get_by_role("button", name="Pass to another team").click()
        page.get_by_text("The request was passed on.").wait_for()
        assert page.url == f"{site}/agency"
        assert opened.complaints == []


@pytest.mark.parametrize("size", browser.SIZES)
def test_words_for_staff_and_for_everyone_are_apart(
    site: str, number: str, size: tuple[int, int]
) -> None:
    with browser.open_page(f"{site}/agency/{number}", size=size) as opened:
        page = opened.page
        browser.sign_in(page, "dispatcher")
        message = page.get_by_label("Message", exact=True)
        expect(message).not_to_be_visible()
        page.get_by_text("Write to everyone").click()
        browser.check(opened)
        inside, outside = (
            page.locator(where).evaluate("e => getComputedStyle(e).backgroundColor")
            for where in (".wb-internal", ".wb-public")
        )
        assert inside != outside
        message.fill("We come on Friday.")
        page.get_by_role("button", name="Publish to everyone").click()
        page.get_by_text("The message is published.").wait_for()
        page.goto(f"{site}/agency/{number}")
        page.get_by_label("Note", exact=True).fill("Beware of the dog.")
        page.get_by_role("button", name="Keep for staff").click()
        page.get_by_text("The note is kept for staff.").wait_for()
        page.goto(f"{site}/r/{number}")
        expect(page.get_by_text("Beware of the dog.")).to_have_count(0)
