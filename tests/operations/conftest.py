"""A server shared by the tests of one file, and a place for those that need their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from citycall.operations.embedded_postgres import EmbeddedPostgres
from tests.operations.other_processes import open_folder


@pytest.fixture(scope="module")
def shared_server() -> Iterator[EmbeddedPostgres]:
    """A server whose home has a space in its path; it is off until somebody starts it."""
    with open_folder() as folder, pytest.MonkeyPatch.context() as environment:
        settle(environment, folder / "city home")
        server = EmbeddedPostgres()
        yield server
        settle(environment, folder / "city home")
        server.stop()


@pytest.fixture
def server(shared_server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> EmbeddedPostgres:
    """The shared server, running."""
    settle(monkeypatch, shared_server.data.parent)
    shared_server.ensure_running()
    return shared_server


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder that does not exist yet, where every user may enter."""
    with open_folder() as folder:
        settle(monkeypatch, folder / "home")
        yield folder / "home"
        EmbeddedPostgres().stop()


def settle(environment: pytest.MonkeyPatch, home: Path) -> None:
    environment.setenv("CITYCALL_HOME", str(home))
    environment.setenv("CITYCALL_POSTGRES_SETTINGS", "shared_buffers=16MB")
    for name in ("CITYCALL_DATABASE_PASSWORD", "CITYCALL_DATABASE_PASSWORD_FILE"):
        environment.delenv(name, raising=False)
