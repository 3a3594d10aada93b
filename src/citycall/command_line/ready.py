"""What every command does first: a database that answers, and Django set up."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from citycall.operations.embedded_postgres import EmbeddedPostgres
from citycall.operations.home import OperationsError


class Stopwatch:
    """Where the time went, told at the end."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, float]] = []

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure one part, in seconds, and say that it began."""
        click.echo(f"{name} …", err=True)
        start = time.monotonic()
        yield
        self.parts.append((name, time.monotonic() - start))

    def told(self) -> str:
        """One line a part, longest names aligned."""
        return "\n".join(f"  {seconds:6.1f} s  {name}" for name, seconds in self.parts)


def database() -> bool:
    """See to it that DATABASE_URL names a database; true where the embedded one is used."""
    if os.environ.get("DATABASE_URL"):
        return False
    os.environ["DATABASE_URL"] = EmbeddedPostgres().ensure_running()
    return True


def django() -> None:
    """Set Django up, with the database running."""
    database()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")
    import django as framework

    framework.setup()


def check_port(port: int) -> None:
    """Raise a plain error where something else listens on the web port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise OperationsError(
                f"Port {port} may be opened by root only. Set CITYCALL_PORT to one above 1023."
            ) from None
        except OSError:
            raise OperationsError(
                f"Port {port} is in use by another program. Stop it, or set CITYCALL_PORT."
            ) from None
