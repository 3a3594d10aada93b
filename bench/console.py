"""What a call-taker waits for: suggestions while typing, in a real browser, by the real server."""

import shutil
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench import stage
from bench.reads import settle

PASSWORD = "measured by the bench"
# What callers say: words, and where; typed at the pace of a quick typist.
SAID = (
    ("There is a deep pothole in the right lane, cars swerve around it", "Granary St and Dock St"),
    ("The street light in front of my house has been out for a week", "100 Chandlery Street"),
    ("Somebody dumped a sofa and bags of trash in the alley", "the alley behind Mill Street"),
    ("My recycling was not collected this morning", "Harbor Street"),
    ("A tree has fallen over the sidewalk near the school", "Beacon Park"),
    ("There is graffiti on the wall of the library", "the library"),
)
PAUSE_MS = 90
# From the last key to the moment at which the page shows what follows from it.
WATCH = """
window.waits = [];
const form = document.querySelector("[data-intake]");
let since = 0;
form.addEventListener("input", () => { since = performance.now(); }, true);
new MutationObserver(() => {
  if (since && "settled" in form.dataset) {
    window.waits.push(performance.now() - since);
    since = 0;
  }
}).observe(form, { attributes: true, attributeFilter: ["data-settled"] });
performance.setResourceTimingBufferSize(5000);
"""
TIMES = """() => [window.waits, performance.getEntriesByType("resource")
  .filter((entry) => entry.name.endsWith("/keep")).map((entry) => entry.duration)]"""


def measure(where: stage.Stage, *, requests: int, sentences: int) -> dict[str, Any]:
    """Milliseconds from a key to what it brings up, with so many requests stored."""
    from citycall.assistant.actions import train
    from citycall.core.actors import SYSTEM
    from citycall.demo import loading

    at = datetime.now(UTC)
    stage.gather_static_files(where)
    loading.generate(requests=requests, seed=311, at=at)
    train(by=SYSTEM, at=at)
    settle(where)
    name = _call_taker(at)
    port = stage.free_port()
    site = stage.web(where, port=port)
    try:
        shown, answered = _typed(port, name, SAID[:sentences])
    finally:
        site.stop()
    return {
        "requests": requests,
        "keys": len(shown),
        "from_key_to_page": percentiles(shown),
        "request": percentiles(answered),
    }


def percentiles(times: Sequence[float]) -> dict[str, float]:
    """The 50th and the 95th percentile, in milliseconds."""
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1)}


def _call_taker(at: datetime) -> str:
    from citycall.accounts.actions import give_role
    from citycall.accounts.models import Role, User
    from citycall.core.actors import SYSTEM

    user = User.objects.create_user(username="bench-taker", password=PASSWORD)
    give_role(user, role=Role.CALL_TAKER, agency_id=None, by=SYSTEM, at=at)
    return user.username


def _typed(
    port: int, name: str, said: Sequence[tuple[str, str]]
) -> tuple[list[float], list[float]]:
    shown: list[float] = []
    answered: list[float] = []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        page = playwright.chromium.launch(executable_path=chromium).new_page()
        page.goto(f"http://127.0.0.1:{port}/console")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        # The first calls fill each process's memory of the gazetteer and the catalog.
        for turn, (words, place) in enumerate((*said[:2], *said)):
            waits, durations = _call(page, words, place)
            if turn >= 2:
                shown += waits
                answered += durations
    return shown, answered


def _call(page: Page, words: str, place: str) -> tuple[list[float], list[float]]:
    with page.expect_navigation():
        page.keyboard.press("F2")
    page.evaluate(WATCH)
    page.locator("#words").press_sequentially(words, delay=PAUSE_MS)
    page.locator("form[data-settled]").wait_for(state="attached")
    page.keyboard.press("Enter")
    page.locator("#place:focus").wait_for()
    page.locator("#place").press_sequentially(place, delay=PAUSE_MS)
    page.locator("form[data-settled]").wait_for(state="attached")
    waits, durations = page.evaluate(TIMES)
    page.keyboard.press("F9")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return waits, durations
