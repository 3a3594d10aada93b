"""What the first visit to the page for reporting costs: bytes over the wire, and the time until
something is seen and until it can be used, on a slow connection and a slow phone.
"""

import json
import sys
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from bench import browsing, stage

# Slow 4G as Lighthouse has it: 150 ms and 1.6 Mbit/s. A browser that delays requests knows nothing
# of the round trips of a connection, which is why Lighthouse then asks for 562.5 ms and a tenth
# less; both are measured.
NETWORKS = {"slow_4g": (150.0, 1_638.4), "slow_4g_by_request": (562.5, 1_474.56)}
UP_KBPS = 675.0
CPU_SLOWDOWN = 4
SETTLED_MS = 3_000

# When the last long task ended that began before the page had settled, or its scripts had run.
_TIMES = """
() => {
  const [page] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const ends = globalThis.longTasks.map((task) => task.startTime + task.duration);
  return [paint.startTime, Math.max(page.domContentLoadedEventEnd, paint.startTime, ...ends)];
}
"""
_WATCH = """
globalThis.longTasks = [];
new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries()))
  .observe({ type: "longtask", buffered: true });
"""


def measure(where: stage.Stage, *, rounds: int) -> dict[str, Any]:
    """Visit ``/report`` for the first time, ``rounds`` times on each network; medians."""
    port = stage.free_port()
    address = f"http://127.0.0.1:{port}/report"
    with browsing.site(where, port=port), browsing.chromium() as browser:
        page_bytes, worker_bytes = _bytes(browser, address)
        found: dict[str, Any] = {"bytes": page_bytes, "bytes_with_offline_page": worker_bytes}
        for name, (latency, kbps) in NETWORKS.items():
            times = [_times(browser, address, latency, kbps) for _round in range(rounds)]
            found[name] = {
                "first_contentful_paint_s": round(median(t[0] for t in times) / 1000, 2),
                "interactive_s": round(median(t[1] for t in times) / 1000, 2),
            }
        return found


def _bytes(browser: Browser, address: str) -> tuple[int, int]:
    """Bytes until the page has loaded, without and with what the service worker then fetches."""
    sizes = []
    for workers in ("block", "allow"):
        context = browser.new_context(service_workers=workers)
        page = context.new_page()
        received: list[float] = []
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on(
            "Network.loadingFinished", lambda e, r=received: r.append(e["encodedDataLength"])
        )
        page.goto(address, wait_until="networkidle")
        sizes.append(int(sum(received)) + (kept_bytes(page) if workers == "allow" else 0))
        context.close()
    return sizes[0], sizes[1]


def kept_bytes(page: Page) -> int:
    """What the service worker keeps, as it was sent: anything the page had is not fetched again."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_timeout(SETTLED_MS)
    return int(
        page.evaluate(
            """async () => {
              const had = new Set(performance.getEntriesByType("resource").map((one) => one.name));
              let total = 0;
              for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const { url } of await cache.keys()) {
                  if (had.has(url)) continue;
                  const answer = await fetch(url, { method: "HEAD", cache: "no-store" });
                  total += Number(answer.headers.get("Content-Length") ?? 0);
                }
              }
              return total;
            }"""
        )
    )


def _times(browser: Browser, address: str, latency: float, kbps: float) -> tuple[float, float]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True)
    context.add_init_script(_WATCH)
    page = context.new_page()
    _slow_down(context.new_cdp_session(page), latency, kbps)
    page.goto(address, wait_until="load")
    page.wait_for_timeout(SETTLED_MS)
    seen, usable = page.evaluate(_TIMES)
    context.close()
    return float(seen), float(usable)


def _slow_down(session: CDPSession, latency: float, kbps: float) -> None:
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency,
            "downloadThroughput": kbps * 1024 / 8,
            "uploadThroughput": UP_KBPS * 1024 / 8,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})


def main() -> None:
    """Run it alone, on a database of its own: ``python -m bench.first_load``."""
    from bench import run

    with stage.prepared(cluster=stage.cluster_url()) as where:
        run._load_city(where)
        rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
        print(json.dumps(measure(where, rounds=rounds), indent=2))


if __name__ == "__main__":
    main()
