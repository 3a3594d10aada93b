"""What the journeys of the installed app share: a phone that was at the site before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from tests import browser
from tests.browser import OpenedPage


@contextmanager
def visited(
    site: str, *, size: tuple[int, int], **options: Any
) -> Iterator[tuple[BrowserContext, OpenedPage]]:
    """A browser that has visited the site, so that its service worker has all that it needs."""
    with browser.browser_context(size=size, service_workers="allow", **options) as context:
        opened = OpenedPage(context.new_page())
        opened.page.on("console", opened.hear)
        opened.page.on("pageerror", lambda error: opened.complaints.append(f"error: {error}"))
        opened.page.goto(site)
        opened.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        yield context, opened


def check(opened: OpenedPage) -> None:
    """Usable by everybody, and nothing broke; without a network, loading may fail."""
    page = opened.page
    lost = ("net::ERR", "Failed to fetch", "FetchEvent", "network error")
    complaints = [each for each in opened.complaints if not any(word in each for word in lost)]
    assert complaints == [], page.url
    assert browser.axe_violations(page) == [], page.url
    small = browser.small_targets(page)
    assert small == [], (page.url, small)
    assert not browser.wider_than_screen(page), page.url
    opened.complaints.clear()


def tell_of_lamp(page: Page, *, words: str = "It is dark here.") -> None:
    """Fill in the page: a lamp that is out."""
    page.get_by_label("What is the problem?").select_option("lamp-out")
    page.get_by_text("No", exact=True).click()
    page.get_by_text("More than one", exact=True).click()
    page.get_by_label("How many blocks are dark?").fill("3")
    page.get_by_label("Describe the problem").fill(words)
    page.get_by_label("Address, street corner").fill("1200 Harbor Street")


def receipt(page: Page) -> str:
    """Wait until the city has answered; the number."""
    state = page.get_by_text("Received. Confirmation number:")
    state.wait_for(timeout=30_000)
    return state.inner_text().removeprefix("Received. Confirmation number:").strip()


def registrations(session: CDPSession) -> Callable[[], str]:
    """Listen for the service worker; the function returned gives its registration's id."""
    found: list[str] = []

    def note(event: dict[str, Any]) -> None:
        found.extend(each["registrationId"] for each in event["registrations"])

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    return lambda: found[-1]
