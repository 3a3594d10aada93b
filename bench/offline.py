"""Reports that waited on phones, sent through a network that does everything wrong: each becomes
one request, exactly.

The phones are browsers with the site's own pages and service worker. Every report is written
without a connection, and sent by the page, by a second tab and by the service worker at once; on
half of the phones nothing keeps these from doing it at the same moment.
"""

import json
import sys
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as BrowserError

from bench import browsing, faulty_proxy, stage

PHONES = 4
# One report in so many has a photo, and one in so many is changed after it was first sent.
PHOTO_EVERY = 10
CHANGED_EVERY = 25
SECONDS_A_REPORT = 1.5
PATIENCE_SECONDS = 120
SERVICE = "street-markings"

_NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });"

_WRITE = """
async ([phone, count, service, photoEvery]) => {
  const queue = globalThis.CityCallQueue;
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  const context = canvas.getContext("2d");
  for (let n = 0; n < count; n += 1) {
    context.fillStyle = `rgb(${n % 256}, ${phone * 40}, ${(n * 7) % 256})`;
    context.fillRect(0, 0, 64, 48);
    const photo = await new Promise((done) => canvas.toBlob(done, "image/jpeg"));
    await queue.keep({
      key: queue.newKey(),
      language: "en",
      title: "Pothole",
      place: "",
      fields: [["service", service], ["place", "Behind the school"],
               ["words", `[offline-${phone}-${n}]`]],
      photos: n % photoEvery ? [] : [photo],
      tried: false,
    });
  }
}
"""

_SEND = """
(address) => {
  globalThis.sending = (async () => {
    const queue = globalThis.CityCallQueue;
    for (;;) {
      const { left } = await queue.send(address, { hurry: true });
      if (!left) return;
      await new Promise((done) => setTimeout(done, 50 + Math.random() * 200));
    }
  })();
}
"""

_VISIT = """
() => navigator.serviceWorker.ready.then(({ active }) =>
  active.postMessage({ kind: "visit", hurry: true, language: "en" }))
"""

# A report that was tried already is changed: its words differ, its key does not.
_CHANGE = """
async (every) => {
  const queue = globalThis.CityCallQueue;
  const waiting = (await queue.all()).filter((one) => one.state === "waiting" && one.tried);
  for (const report of waiting.slice(0, every)) {
    const fields = report.fields.map(([name, value]) =>
      name === "words" && !value.endsWith("changed") ? [name, `${value} changed`] : [name, value]);
    await queue.keep({ ...report, fields });
  }
  return waiting.length;
}
"""

_RECEIPTS = """
async () => (await globalThis.CityCallQueue.all()).map(({ state, number }) => [state, number])
"""


def measure(where: stage.Stage, *, count: int, seed: int = 311) -> dict[str, Any]:
    """Write ``count`` reports on the phones, send them, and compare with what the city has."""
    with ExitStack() as stack:
        port = stage.free_port()
        stack.enter_context(browsing.site(where, port=port))
        faults = faulty_proxy.Faults(seed=seed, shares={})
        door = stack.enter_context(faulty_proxy.running(before=port, faults=faults))
        browser = stack.enter_context(browsing.chromium())
        phones = [_phone(browser, n, f"http://127.0.0.1:{door}") for n in range(PHONES)]
        for n, page in enumerate(phones):
            page.evaluate(_WRITE, [n, _share(count, n), SERVICE, PHOTO_EVERY])
        faults.shares = faulty_proxy.PHONES
        start = time.monotonic()
        changed = _send_all(phones, seconds=PATIENCE_SECONDS + count * SECONDS_A_REPORT)
        seconds = time.monotonic() - start
        time.sleep(faulty_proxy.LATEST_SECONDS + 1)
        receipts = [tuple(row) for page in phones for row in page.evaluate(_RECEIPTS)]
        return {
            "reports": count,
            "seconds": round(seconds, 1),
            "calls": sum(faults.counted.values()),
            "faults": dict(faults.counted),
            "changed_after_a_try": changed,
            **_compared(where, receipts, count=count),
        }


def _share(count: int, phone: int) -> int:
    return len(range(phone, count, PHONES))


def _phone(browser: Browser, number: int, address: str) -> Page:
    """A phone that has been to the site once and has lost its connection since."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    if number % 2:
        context.add_init_script(_NO_LOCKS)
    page = _opened(context, address)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    return page


def _opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/report/offline")
    return page


def _send_all(phones: list[Page], *, seconds: float) -> int:
    """Until nothing waits any more: every page and worker tries, one tab is closed at times."""
    until = time.monotonic() + seconds
    changed, tabs = 0, [_opened_again(page) for page in phones]
    for page in phones:
        page.evaluate(_SEND, "/report/offline/send")
    rounds = 0
    while time.monotonic() < until:
        waiting = [page.evaluate("() => globalThis.CityCallQueue.waiting()") for page in phones]
        if not any(waiting):
            return changed
        n = rounds % len(phones)
        rounds += 1
        phones[n].evaluate(_VISIT)
        if rounds % CHANGED_EVERY == 1 or not changed:
            changed += min(1, phones[n].evaluate(_CHANGE, 1))
        if rounds % 7 == 0:
            tabs[n].close()
            tabs[n] = _opened_again(phones[n])
        time.sleep(0.5)
    raise TimeoutError("Some reports still wait.")


def _opened_again(page: Page) -> Page:
    """A second tab of the phone, which sends by itself; the network may keep it from opening."""
    tab = page.context.new_page()
    try:
        tab.goto(page.url)
        tab.evaluate(_SEND, "/report/offline/send")
    except BrowserError:
        # The page did not come whole; the next tab may have more luck.
        return tab
    return tab


_KEPT = """
SELECT substring(report.words from '^\\[offline-[0-9]+-[0-9]+\\]'), report.number,
       (SELECT count(*) FROM service_requests_attachment attachment
        WHERE attachment.report_id = report.id),
       (SELECT count(*) FROM core_event event
        WHERE event.subject_kind = 'service_request' AND event.kind = 'submitted'
          AND event.subject_id = report.service_request_id)
FROM service_requests_report report WHERE report.words LIKE '[offline-%'
"""


def _compared(where: stage.Stage, receipts: list[tuple[Any, ...]], *, count: int) -> dict[str, Any]:
    from citycall.core import numbers

    kept = where.psql(_KEPT)
    marks = Counter(str(row[0]) for row in kept)
    stored = Counter(numbers.show(int(str(row[1]))) for row in kept)
    told = Counter(str(number) for state, number in receipts if state == "sent")
    photos = sum(len(range(0, _share(count, n), PHOTO_EVERY)) for n in range(PHONES))
    faults = {
        "lost": count - len(marks),
        "there_twice": sum(number - 1 for number in marks.values()),
        "told_but_not_stored": len(told - stored),
        "stored_but_not_told": len(stored - told),
        "not_sent": sum(state != "sent" for state, _number in receipts),
        "without_exactly_one_event": sum(row[3] != 1 for row in kept),
        "photos_missing_or_twice": abs(photos - sum(int(str(row[2])) for row in kept)),
    }
    return {"requests": len(kept), **faults, "sound": not any(faults.values())}


def main() -> None:
    """Run it alone, on a database of its own: ``python -m bench.offline 40``."""
    from bench import run

    with stage.prepared(cluster=stage.cluster_url()) as where:
        run._load_city(where)
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
        print(json.dumps(measure(where, count=count), indent=2))


if __name__ == "__main__":
    main()
