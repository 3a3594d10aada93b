"""A site as residents meet it, static files included, and a browser to visit it with."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from bench import stage


@contextmanager
def site(where: stage.Stage, *, port: int) -> Iterator[None]:
    """The web server with a home of its own, where its static files are gathered."""
    with tempfile.TemporaryDirectory(prefix="citycall-site-") as home:
        environment = {
            **where.environment,
            "CITYCALL_HOME": home,
            "CITYCALL_PORT": str(port),
            "CITYCALL_CALLS_PER_MINUTE": "1000000000",
            "DJANGO_SETTINGS_MODULE": "citycall.settings",
        }
        gather = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run(gather, env=environment, check=True)
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)),
            *("--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "error"),
            "citycall.wsgi:application",
        ]
        child = stage.Child(command, environment)
        try:
            stage.wait_for(port)
            yield
        finally:
            child.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium, without a window."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    # Playwright keeps an event loop in this thread, at whose sight Django refuses queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()
