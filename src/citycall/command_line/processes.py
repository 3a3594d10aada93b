"""Web and worker as child processes: started together, restarted when they die, ended together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

import click
from django.conf import settings
from django.core.management import call_command

GRACE_SECONDS = 20
HEALTHY_AFTER_SECONDS = 10
MOST_WAIT_SECONDS = 30
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """A child to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def web(*, host: str, processes: int, threads: int) -> Program:
    """The web server with this many processes, each working on ``threads`` requests at once.

    Beside those that work, each page that is told of news keeps a thread that only waits.
    """
    return Program(
        "web",
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", host, "--port", str(settings.PORT), "--no-ws"),
            *("--workers", str(processes)),
            *("--blocking-threads", str(threads + settings.CITYCALL_STREAMS)),
            *("--backlog", "2048", "--respawn-failed-workers", "--log-level", "warning"),
            "citycall.wsgi:application",
        ],
        {"CITYCALL_THREADS": str(threads)},
    )


def worker() -> Program:
    """The worker."""
    return Program("worker", [sys.executable, "-m", "citycall.command_line", "worker"])


def collect_static() -> None:
    """Gather the style sheets and scripts that the web server hands out."""
    call_command("collectstatic", interactive=False, verbosity=0)


def _die_with_parent() -> None:
    # Linux only; elsewhere a killed parent leaves its children to be stopped by hand.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class _Keeper:
    """One program, its process, and how long to wait before starting it again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.wait = 1.0
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603
            self.program.command,
            env={**os.environ, **self.program.environment},
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )

    def mind(self) -> None:
        """Start the program again if it died, waiting longer each time it dies young."""
        if self.process.poll() is None:
            return
        if time.monotonic() - self.started > HEALTHY_AFTER_SECONDS:
            self.wait = 1.0
        click.echo(
            f"{self.program.name} ended ({self.process.returncode}); "
            f"starting it again in {self.wait:.0f} s",
            err=True,
        )
        time.sleep(self.wait)
        self.wait = min(self.wait * 2, MOST_WAIT_SECONDS)
        self.start()

    def end(self) -> None:
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _Stopped(Exception):
    """The supervisor was asked to end."""


def _raise_stopped(number: int, frame: FrameType | None) -> None:
    raise _Stopped


def run_until_stopped(programs: Sequence[Program], *, ready: Callable[[], None]) -> None:
    """Keep the programs running until SIGINT or SIGTERM, then end them all.

    ``ready`` is called once the site answers.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _raise_stopped)
    keepers: list[_Keeper] = []
    try:
        keepers.extend(_Keeper(program) for program in programs)
        _wait_for_site(keepers)
        ready()
        while True:
            time.sleep(0.5)
            for keeper in keepers:
                keeper.mind()
    except _Stopped:
        click.echo("Stopping …", err=True)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for keeper in keepers:
            keeper.end()


def _wait_for_site(keepers: Sequence[_Keeper]) -> None:
    import urllib.error
    import urllib.request

    address = f"http://127.0.0.1:{settings.PORT}/healthz"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for keeper in keepers:
            keeper.mind()
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except urllib.error.HTTPError:
            return  # It answers; what it says is for the health page.
        except OSError:
            time.sleep(0.1)
    raise click.ClickException("The site did not answer within a minute; see the messages above.")
