"""A laptop with a kit and no network: a real browser with a profile of its own."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import BrowserContext, Download, Page, Playwright

from tests import browser

READY = "[data-ready]:not([hidden])"


@dataclass
class Laptop:
    """Opens the kit's file from the disk; ``given`` are the numbers that it showed."""

    playwright: Playwright
    file: Path
    profile: Path
    given: list[str] = field(default_factory=list)
    exports: list[bytes] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def start(self, **options: Any) -> None:
        """Open the browser with the profile, and in it the kit."""
        self.context: BrowserContext = self.playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=browser.chromium_path(),
            offline=True,
            accept_downloads=True,
            viewport=options.pop("viewport", {"width": 1280, "height": 900}),
            **options,
        )
        self.page: Page = self.context.pages[0]
        self.page.on("download", self._keep)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.goto(self.file.as_uri())
        self.page.wait_for_selector(READY)

    def _hear(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _keep(self, download: Download) -> None:
        self.exports.append(Path(download.path()).read_bytes())

    def type(self, told: Mapping[str, str]) -> None:
        """Fill the form in, choosing by the keyboard."""
        page = self.page
        for name in ("phone", "name", "words", "directions"):
            if name in told:
                page.fill(f"#{name}", told[name])
        page.fill("#service", told["service"])
        page.press("#service", "Enter")
        for code, key in ((k, v) for k, v in told.items() if k.startswith("q-")):
            page.check(f'[name="{code}"][value="{key}"]')
        page.fill("#place", told["place"])
        if told.get("known"):
            page.press("#place", "ArrowDown")
            page.press("#place", "Enter")

    def take(self, told: Mapping[str, str]) -> str:
        """One report by the page's own form; the number that the page gave."""
        self.type(told)
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_selector("[data-section=given]:not([hidden])")
        number = self.page.inner_text("[data-number]")
        self.given.append(number)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("[data-section=intake]:not([hidden])")
        return number

    def kill(self) -> None:
        """End the browser as a loss of power would: no process of it may say good-bye."""
        mark = f"--user-data-dir={self.profile}"
        # Of one that has ended and waits to be reaped the command line is None.
        running = psutil.process_iter(["cmdline"])
        own = [each for each in running if mark in (each.info["cmdline"] or [])]
        assert own, "the browser of this profile is not running"
        for process in own:
            # They end with their first one.
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(own, timeout=10)
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / name).unlink(missing_ok=True)

    def export(self) -> bytes:
        """The export file on demand."""
        with self.page.expect_download() as waiting:
            self.page.click("[data-export]")
        return Path(waiting.value.path()).read_bytes()

    def kept(self) -> list[dict[str, Any]]:
        """What the browser's own database holds."""
        kept: list[dict[str, Any]] = self.page.evaluate("() => citycallKit.store.all()")
        return kept


def times(export: bytes) -> dict[str, str]:
    """When each report of an export file was told, by its number."""
    return {each["number"]: each["told_at"] for each in json.loads(export)["intakes"]}
