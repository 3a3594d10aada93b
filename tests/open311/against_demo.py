"""Other cities' clients, as they are, against a served demo city.

``python -m tests.open311.against_demo <address>`` fails where a client does not get what the
city's own answers say.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boston311  # type: ignore[import-untyped]
from georeport import GeoReport  # type: ignore[import-untyped]

from tests.open311.city_proxy import CityProxy, city_proxy

POTHOLE = "pothole"


def main() -> None:
    """Ask the city with each client."""
    base = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder, city_proxy(base, folder=Path(folder)) as proxy:
        os.environ.update(proxy.environment)
        for form in ("json", "xml"):
            _told(f"georeport, {form}", _georeport(base, form))
        _told("boston311", _boston311(base))
        proxy.asked.clear()
        _told("chicagorequests", _chicagorequests(base, proxy))


def _told(client: str, count: int) -> None:
    print(f"{client}: {count} requests", flush=True)  # noqa: T201


def _asked(base: str, question: str) -> list[dict[str, Any]]:
    # Past the proxy, which answers for other cities only.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{base}/open311/v2/{question}") as answer:
        rows: list[dict[str, Any]] = json.load(answer)
    return rows


def _same(found: Any, expected: list[dict[str, Any]]) -> int:
    ids = {int(row["service_request_id"]) for row in found}
    if not expected or ids != {int(row["service_request_id"]) for row in expected}:
        raise SystemExit(f"{len(ids)} requests were read and {len(expected)} expected.")
    return len(ids)


def _georeport(base: str, form: str) -> int:
    client = GeoReport.from_city("Boston, MA", output_format=form)
    codes = {service["service_code"] for service in client.get_service_list()}
    if codes != {row["service_code"] for row in _asked(base, "services.json")}:
        raise SystemExit("Other services were read than there are.")
    definition: Any = client.get_service_definition(POTHOLE)
    if definition["service_code"] != POTHOLE:
        raise SystemExit(f"{POTHOLE} has another definition.")
    found = client.get_service_requests()
    one = client.get_service_request(str(found[0]["service_request_id"]))
    _same(one if isinstance(one, list) else [one], found[:1])
    return _same(found, _asked(base, "requests.json"))


def _boston311(base: str) -> int:
    found = boston311.get_service_requests(service_code=POTHOLE).service_requests
    expected = _asked(base, f"requests.json?service_code={POTHOLE}")
    return _same([{"service_request_id": each.service_request_id} for each in found], expected)


def _chicagorequests(base: str, proxy: CityProxy) -> int:
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=3), today
    command = Path(sys.executable).with_name("chicagorequests")
    run = subprocess.run(
        [command, "-s", str(first), "-e", str(last)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    if "Could not load" in run.stderr:
        raise SystemExit(run.stderr)
    # What its own questions are answered with, page by page.
    expected = [row for address in proxy.asked for row in _asked(base, _question(address))]
    return _same([json.loads(line) for line in run.stdout.splitlines()], expected)


def _question(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path.rpartition('/')[2]}?{parts.query}"


if __name__ == "__main__":
    main()
