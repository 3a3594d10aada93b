"""A real browser for tests: opening pages, and what axe and the console say about them."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
    sync_playwright,
)
from pytest_django import Settings

AXE = next((Path(__file__).parent / "vendor").glob("axe-core-*/axe.min.js"))
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
PHONE = (390, 844)
DESKTOP = (1280, 900)
SIZES = [pytest.param(PHONE, id="phone"), pytest.param(DESKTOP, id="desktop")]
# What tests of the running site bear.
MARKS = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    # The test server finds the static files by itself, so nothing has to be gathered first.
    pytest.mark.filterwarnings("ignore:No directory at:UserWarning"),
    # Many pages in one test, each of which may take its time. Seconds.
    pytest.mark.timeout(300),
]
# What a page is to show may come a moment later, on a small machine at work.
expect.set_options(timeout=15_000)
# A map is drawn by the processor alone here, beside whatever else the machine does: milliseconds.
MAP = 60_000
# The password of everybody whom a test city knows.
PASSWORD = "correct horse battery"


@dataclass
class OpenedPage:
    """A page in the browser, and everything that went wrong on it so far."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep an error or warning that the browser wrote to the console."""
        # What could not be loaded is told by `notice`, with its address.
        loading = message.text.startswith("Failed to load resource")
        # Drawing a map without a graphics card is slow, which the browser mentions now and then.
        slow_drawing = "GL Driver Message" in message.text
        # Playwright says so where the service worker is kept out.
        kept_out = "blocked by Playwright" in message.text
        if message.type in {"error", "warning"} and not (loading or slow_drawing or kept_out):
            self.complaints.append(f"{message.type}: {message.text}")

    def notice(self, response: Response) -> None:
        """Keep the address of a missing or failing part of the page."""
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status}: {response.url}")


def chromium_path() -> str | None:
    """Where Chromium is installed, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@contextmanager
def _django_beside_playwright() -> Iterator[None]:
    # Playwright keeps an event loop in this thread, at whose sight Django refuses queries.
    kept = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        yield
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        if kept is not None:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = kept


@contextmanager
def browser_context(*, size: tuple[int, int] = DESKTOP, **options: Any) -> Iterator[BrowserContext]:
    """A fresh browser profile with a window of ``size`` pixels.

    ``options`` are Playwright's for a context: ``java_script_enabled=False``,
    ``locale="es-US"``, ``geolocation={...}``, ``permissions=[...]``,
    ``service_workers="allow"``.
    """
    width, height = size
    with _django_beside_playwright(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path())
        try:
            phone = width < 640
            # The app is tried in its own journeys; elsewhere it would only fetch beside the page.
            options.setdefault("service_workers", "block")
            context = browser.new_context(
                viewport={"width": width, "height": height},
                has_touch=phone,
                is_mobile=phone,
                **options,
            )
            yield context
        finally:
            browser.close()


def says(page: Page, words: str, *, part: str = "main") -> None:
    """Wait until this part of the page shows the words."""
    expect(page.locator(part)).to_contain_text(words, use_inner_text=True)


@contextmanager
def open_page(url: str, *, size: tuple[int, int] = DESKTOP, **options: Any) -> Iterator[OpenedPage]:
    """Open ``url`` in a fresh browser; the console is listened to from the start."""
    with browser_context(size=size, **options) as context:
        opened = OpenedPage(context.new_page())
        opened.page.on("console", opened.hear)
        opened.page.on("pageerror", lambda error: opened.complaints.append(f"error: {error}"))
        opened.page.on("response", opened.notice)
        opened.page.goto(url)
        yield opened


def prepare(settings: Settings, monkeypatch: pytest.MonkeyPatch, *, uploads: Path) -> None:
    """Let the live server and a browser run beside each other, with their own uploads."""
    # The browser's driver runs an event loop in this thread, in which Django refuses to work.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    settings.UPLOADS = uploads


def sign_in(page: Page, name: str) -> None:
    """Sign in at the page that asks for it, and wait for the page that was wanted."""
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the keyboard is at the target, as a ring around it shows."""
    target.wait_for()
    for _press in range(80):
        if target.evaluate("element => element === document.activeElement"):
            ring = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert ring != "none", f"{target} shows no focus"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {target}.")


def press(page: Page, target: Locator) -> None:
    """Walk to the target, press Enter, and wait for the page that follows."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Page, target: Locator, words: str) -> None:
    """Walk to the target and type."""
    tab_to(page, target)
    page.keyboard.type(words)


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page where the environment's CITYCALL_SHOTS names a folder."""
    if folder := os.environ.get("CITYCALL_SHOTS"):
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def check(opened: OpenedPage) -> None:
    """The page is usable by everybody, and nothing on it failed."""
    page = opened.page
    assert not opened.complaints, f"{page.url}: {opened.complaints}"
    found = axe_violations(page)
    assert not found, f"{page.url}: {found}"
    small = small_targets(page)
    assert not small, f"{page.url}: {small}"
    assert not wider_than_screen(page), page.url
    # What axe itself tried on the page is not the page's.
    opened.complaints.clear()


def axe_violations(page: Page, *, rules: Sequence[str] = RULES) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA: one line for each element, empty when clean."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async (tags) => (await axe.run({ runOnly: { type: 'tag', values: tags } })).violations",
        list(rules),
    )
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]


def small_targets(page: Page, *, least: int = 24) -> list[str]:
    """Links and buttons, except inside a sentence, that are smaller than ``least`` pixels."""
    found: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll("a, button, summary, select, input")]
            .filter((e) => e.checkVisibility() && e.type !== "hidden"
                && !e.closest("p, dd, .usa-list")
                && !e.matches(".usa-skipnav, .usa-radio__input, .usa-checkbox__input"))
            .filter((e) => {
              const box = e.getBoundingClientRect();
              return box.width < least || box.height < least;
            })
            .map((e) => e.outerHTML.slice(0, 120))""",
        least,
    )
    return found


def wider_than_screen(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    wide: bool = page.evaluate(
        "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide
