"""Browser, web process and database are killed in turn during an intake: no typed word is lost."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from tests import browser
from tests.operations.other_processes import open_folder

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

# What was typed more than two seconds ago is safe.
SAFE_AFTER_MS = 2_000
DATABASE = """
from citycall.operations.embedded_postgres import EmbeddedPostgres
print(EmbeddedPostgres().ensure_running())
"""
BUILD = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests import city
city.build()
"""


@dataclass
class City:
    """A city of its own: its database, its web server, and how each is killed and started."""

    home: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    server: "subprocess.Popen[bytes] | None" = None

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, script: str) -> str:
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, env=self.environment, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def start_database(self) -> None:
        self.environment["DATABASE_URL"] = self.run(DATABASE)

    def start_web(self) -> None:
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port)),
            *("--workers", "1", "--blocking-threads", "3", "--no-ws", "--log-level", "error"),
            "citycall.wsgi:application",
        ]
        self.server = subprocess.Popen(command, env=self.environment, start_new_session=True)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.site}/healthz", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(self.site)

    def kill_web(self) -> None:
        assert self.server is not None
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()

    def kill_database(self) -> None:
        self.run(
            "import signal\n"
            "from citycall.operations.embedded_postgres import EmbeddedPostgres\n"
            "from citycall.operations import server_processes as p\n"
            "p.end_processes(p.server_processes(EmbeddedPostgres().data), signal.SIGKILL)"
        )


@pytest.fixture
def home() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture
def city(home: Path) -> Iterator[City]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    there = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    root = Path(__file__).parent.parent.parent
    made = City(home, port)
    made.environment = {
        **there,
        "CITYCALL_HOME": str(home),
        "CITYCALL_PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "citycall.settings",
        "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
    }
    made.start_database()
    made.run(BUILD)
    gather = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(gather, env=made.environment, check=True)
    made.start_web()
    try:
        yield made
    finally:
        made.kill_web()
        made.kill_database()


def open_browser(playwright: Playwright, profile: Path) -> tuple[BrowserContext, Page]:
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=browser.chromium_path(), args=["--no-sandbox"]
    )
    return context, context.pages[0]


def kill_browser(profile: Path) -> None:
    mark = f"--user-data-dir={profile}"
    ours = [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])]
    assert ours
    for process in ours:
        # They end with their first one.
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(ours, timeout=10)


def type_words(page: Page, words: str) -> None:
    page.locator("#words").press_sequentially(words, delay=5)


def kept(page: Page) -> str:
    page.locator("form[data-settled]").wait_for(state="attached", timeout=40_000)
    page.reload()
    return page.locator("#words").input_value()


def test_no_typed_word_is_lost(city: City, tmp_path: Path) -> None:
    with sync_playwright() as playwright:
        _first, page = open_browser(playwright, tmp_path / "first")
        page.goto(f"{city.site}/console")
        browser.sign_in(page, "call-taker")
        with page.expect_navigation():
            page.keyboard.press("F2")
        type_words(page, "before the browser was killed,")
        page.wait_for_timeout(SAFE_AFTER_MS)
        kill_browser(tmp_path / "first")

        _second, page = open_browser(playwright, tmp_path / "second")
        page.goto(f"{city.site}/console")
        browser.sign_in(page, "call-taker")
        expect(page.locator("#words")).to_have_value("before the browser was killed,")

        type_words(page, " before the web was killed,")
        city.kill_web()
        type_words(page, " while it was away,")
        page.get_by_text("Not kept yet").wait_for()
        city.start_web()
        words = "before the browser was killed, before the web was killed, while it was away,"
        assert kept(page) == words

        type_words(page, " before the database was killed,")
        city.kill_database()
        type_words(page, " while that was away.")
        page.get_by_text("Not kept yet").wait_for()
        city.start_database()
        assert kept(page) == f"{words} before the database was killed, while that was away."
