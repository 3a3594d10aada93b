"""A crew's way in a real browser: sign in, find the work, accept, start, complete with a photo."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from citycall.core import clock, numbers
from citycall.core.actors import resident
from citycall.service_requests import queries
from citycall.service_requests.actions.submit import submit
from tests import browser
from tests import city as small_city
from tests.workbench.pictures import jpeg

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


def check(opened: browser.OpenedPage) -> None:
    """The page is usable by everybody, and nothing on it failed."""
    page = opened.page
    assert opened.complaints == [], page.url
    assert browser.axe_violations(page) == [], page.url
    assert browser.small_targets(page) == [], page.url
    assert not browser.wider_than_screen(page), page.url
    # What axe itself tried on the page is not the page's.
    opened.complaints.clear()


def status_of(number: str) -> str:
    return queries.report_by_number(numbers.read(number)).service_request.status


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the keyboard is at the target."""
    for _press in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {target}.")


def press(page: Page, target: Locator) -> None:
    """Press Enter at the target, and wait for the page that follows."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Page, target: Locator, words: str) -> None:
    tab_to(page, target)
    page.keyboard.type(words)


@pytest.mark.parametrize("size", SIZES)
def test_by_keyboard_from_the_sign_in_to_completed(
    site: str, number: str, picture: Path, size: tuple[int, int]
) -> None:
    with browser.open_page(f"{site}/agency", size=size) as opened:
        page = opened.page
        # Heard from the start: the browser is told in time that a test will choose the file.
        page.on("filechooser", lambda _chooser: None)
        check(opened)
        type_into(page, page.get_by_label("User name"), "dispatcher")
        type_into(page, page.get_by_label("Password"), "correct horse battery")
        press(page, page.get_by_role("button", name="Sign in"))
        assert page.url == f"{site}/agency"
        check(opened)

        press(page, page.get_by_role("link", name=f"Graffiti {number}"))
        assert page.locator("blockquote").inner_text() == "Paint on the bridge."
        check(opened)
        tab_to(page, page.get_by_label("Person"))
        page.keyboard.type("crew")
        press(page, page.get_by_role("button", name="Accept"))
        page.get_by_text("The request is accepted.").wait_for()
        page.get_by_text("Given to crew. Work has not begun.").wait_for()
        check(opened)

        press(page, page.get_by_role("button", name="Start work"))
        page.get_by_text("Work has begun.").first.wait_for()
        check(opened)

        press(page, page.get_by_role("button", name="Complete"))
        assert page.locator("#error-summary").evaluate("e => e === document.activeElement")
        check(opened)
        tab_to(page, page.get_by_label("Outcome"))
        page.keyboard.type("Fixed")
        type_into(page, page.get_by_label("What was done?"), "Washed off.")
        tab_to(page, page.get_by_label("Photo of the finished work"))
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Space")
        chooser.value.set_files(picture)
        press(page, page.get_by_role("button", name="Complete"))
        page.get_by_text("are asked to confirm.").wait_for()
        shown = page.get_by_role("img", name="After the work")
        shown.scroll_into_view_if_needed()
        page.wait_for_function("() => document.querySelector('.cc-photo img').naturalWidth > 0")
        check(opened)
    assert status_of(number) == "completed"


def test_without_javascript_a_hidden_step_is_found_and_its_fault_shown(
    site: str, number: str
) -> None:
    with browser.open_page(f"{site}/agency/{number}", java_script_enabled=False) as opened:
        page = opened.page
        page.get_by_label("User name").fill("dispatcher")
        page.get_by_label("Password").fill("correct horse battery")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Pass to another team", exact=True).first.click()
        page.get_by_label("Why is it not yours?").fill("It is under water.")
        page.get_by_role("button", name="Pass to another team").click()
        page.get_by_role("link", name="Team – Please choose one from the list.").wait_for()
        assert page.get_by_label("Why is it not yours?").input_value() == "It is under water."
        page.get_by_label("Team", exact=True).select_option("mains")
        page.get_by_role("button", name="Pass to another team").click()
        page.get_by_text("The request was passed on.").wait_for()
        assert page.url == f"{site}/agency"
        assert opened.complaints == []


@pytest.mark.parametrize("size", SIZES)
def test_words_for_staff_and_for_everyone_are_apart(
    site: str, number: str, size: tuple[int, int]
) -> None:
    with browser.open_page(f"{site}/agency/{number}", size=size) as opened:
        page = opened.page
        page.get_by_label("User name").fill("dispatcher")
        page.get_by_label("Password").fill("correct horse battery")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/agency/*")
        message = page.get_by_label("Message", exact=True)
        assert not message.is_visible()
        page.get_by_text("Write to everyone").click()
        check(opened)
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
        assert page.get_by_text("Beware of the dog.").count() == 0
