"""A worker in a process of its own, which a test may end as it likes; and the jobs' tables."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from django.db import connection

_START = """
import django; django.setup()
{before}
from citycall.operations.worker import run_worker
print("ready", flush=True)
run_worker(concurrency=2, **{options!r})
"""


@contextmanager
def worker_process(
    *, before: str = "", database: str = "", **options: Any
) -> Iterator["subprocess.Popen[str]"]:
    """A worker that is ready; ``before`` is Python that it runs first.

    ``database`` is its database's URL, the test's own unless given.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", _START.format(before=before, options=options)],
        env={**os.environ, "DATABASE_URL": database or _database_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        hear(process, "ready")
        yield process
    finally:
        process.kill()
        process.communicate()


def hear(process: "subprocess.Popen[str]", line: str) -> None:
    """Wait for the line that the process prints next."""
    assert process.stdout is not None
    assert process.stdout.readline().strip() == line


def wait_until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def execute(sql: str, values: list[Any] | None = None) -> None:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def empty_jobs() -> None:
    """Empty the tables that the end of a test does not."""
    execute(
        "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_workers,"
        " procrastinate_periodic_defers"
    )


def _database_url() -> str:
    known = connection.settings_dict
    parts = {
        name: quote(str(known[name]), safe="")
        for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")
    }
    sign_in = f"{parts['USER']}:{parts['PASSWORD']}@" if parts["USER"] else ""
    address = f"host={parts['HOST']}" + (f"&port={parts['PORT']}" if parts["PORT"] else "")
    return f"postgresql://{sign_in}/{parts['NAME']}?{address}"
