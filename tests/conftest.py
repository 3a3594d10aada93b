"""The database that tests run on, and what every test starts from."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says something of the machine, and nothing of the code.
settings.register_profile(
    "citycall",
    settings.get_profile("ci" if "CI" in os.environ else "default"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("citycall")

# Set before Django reads its settings, which is before any hook of this file is called.
if "CITYCALL_HOME" not in os.environ:
    os.environ["CITYCALL_HOME"] = str(Path(tempfile.gettempdir()) / f"citycall-tests-{os.getuid()}")
# Nothing is gathered there for tests, but the server of static files looks for the folder.
(Path(os.environ["CITYCALL_HOME"]) / "static").mkdir(parents=True, exist_ok=True)
if "DATABASE_URL" not in os.environ:
    from citycall.operations.embedded_postgres import EmbeddedPostgres

    os.environ["DATABASE_URL"] = EmbeddedPostgres().ensure_running()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Let the test database be flushed between transactional tests, and dropped at the end."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER event_no_truncate")
    yield
    # Threads of a live server keep connections of their own, and would keep the database.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _pictures_of_this_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """No picture of another test's tables is left in memory."""
    from citycall.core import snapshots

    snapshots.discard_all()
    yield
    snapshots.discard_all()


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls at the doors are counted by the minute: here none ends."""
    from citycall.accounts import callers

    callers.forget()
    monkeypatch.setattr(callers, "time", SimpleNamespace(time=lambda: 30.0))


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    """Hashing a password is slow on purpose; the tests' ones guard nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings) -> None:
    """Pages can be rendered without gathering the static files first."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _no_jobs_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """The job tables are not Django's to flush: empty them after a transactional test."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        from django.db import connection

        blocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers CASCADE")
