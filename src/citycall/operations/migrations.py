"""Bringing the database to this version without holding the city up."""

from collections.abc import Callable

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from citycall.operations.home import OperationsError

# Any number will do, as long as every CityCall uses the same: one migration runs at a time.
_MIGRATION_LOCK = 311_311_311


def due() -> list[str]:
    """The names of the migrations that this database lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def run(*, lock_timeout: str, say: Callable[[str], None]) -> None:
    """Apply what is due, giving up on a lock rather than queueing the city behind it.

    Raises ``OperationsError`` when a lock could not be had; running again goes on from there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [lock_timeout])
    try:
        names = due()
        say(f"{len(names)} migrations are due." if names else "No migration is due.")
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise OperationsError(
            f"A table was in use for longer than {lock_timeout}; run it again. ({error})"
        ) from error
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '0', false)")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
