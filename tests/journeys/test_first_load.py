"""The first visit to the page for reporting fits a slow connection: bytes over the wire."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import BrowserContext
from psycopg.conninfo import make_conninfo

from bench.first_load import kept_bytes
from citycall.catalog.actions import save_service
from citycall.catalog.specs import ServiceSpec
from citycall.core.actors import SYSTEM
from tests import browser
from tests.city import NOW
from tests.web import town

pytestmark = [*browser.MARKS, pytest.mark.slow]

MOST_BYTES = 150_000
MANY_SERVICES = 64
# Beside the page, in the background, for the next time without a connection.
# With the style sheet for lines from the right, and the words of danger in four languages.
MOST_BYTES_KEPT = 70_000


def database() -> str:
    """The tests' database, as another process finds it."""
    known = connection.settings_dict
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    there = {name: str(known[key]) for name, key in parts.items() if known.get(key)}
    return make_conninfo("", dbname=known["NAME"], **there)


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The site as it is served: gathered and compressed files, as many services as a city has."""
    town.build()
    for n in range(MANY_SERVICES):
        told = {
            "code": f"lamp-{n}",
            "name": f"Street light of sort {n}",
            "group": f"Lights {n % 8}",
        }
        spec = ServiceSpec.model_validate({**town.LAMP, **told})
        save_service(spec=spec, by=SYSTEM, at=NOW)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database(),
        "CITYCALL_HOME": str(tmp_path),
        "CITYCALL_PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "citycall.settings",
    }
    gather = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(gather, env=environment, check=True)
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "2", "--no-ws", "--log-level", "error"),
        "citycall.wsgi:application",
    ]
    server = subprocess.Popen(command, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(address: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def bytes_of_page(context: BrowserContext, address: str) -> dict[str, int]:
    """What each part of the page weighed on its way."""
    page = context.new_page()
    received: dict[str, int] = {}
    addresses: dict[str, str] = {}
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.requestWillBeSent",
        lambda event: addresses.update({event["requestId"]: event["request"]["url"]}),
    )
    session.on(
        "Network.loadingFinished",
        lambda event: received.update(
            {addresses[event["requestId"]]: int(event["encodedDataLength"])}
        ),
    )
    page.goto(address, wait_until="networkidle")
    return received


def bytes_kept(context: BrowserContext, address: str) -> int:
    """What the service worker then fetches for the time without a connection."""
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    return kept_bytes(page)


def test_the_first_visit_fits_a_slow_connection(site: str) -> None:
    with browser.browser_context(size=browser.PHONE, service_workers="block") as context:
        received = bytes_of_page(context, f"{site}/report")
    assert len(received) > 5
    assert sum(received.values()) <= MOST_BYTES, received
    assert not any("maplibre" in address for address in received)
    with browser.browser_context(size=browser.PHONE, service_workers="allow") as context:
        kept = bytes_kept(context, f"{site}/report")
    assert 0 < kept <= MOST_BYTES_KEPT
