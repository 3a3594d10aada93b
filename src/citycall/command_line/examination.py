"""``citycall doctor``: what is well, what is not, and what to do about it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator

import click

from citycall import __version__
from citycall.command_line import ready
from citycall.operations import home as homes
from citycall.operations.home import OperationsError

LITTLE_SPACE_GB = 2
OLDEST_SERVER = 150_000
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")
Finding = tuple[bool, str]


def run() -> int:
    """Print every finding; the number of those that are not well."""
    faults = 0
    for well, sentence in _findings():
        click.echo(f"{'ok   ' if well else 'FAULT'}  {sentence}")
        faults += not well
    return faults


def _findings() -> Iterator[Finding]:
    yield sys.version_info >= (3, 11), f"CityCall {__version__} on Python {sys.version.split()[0]}"
    yield from _guarded(_home)
    found = list(_guarded(_database))
    yield from found
    if all(well for well, _sentence in found):
        yield from _guarded(_inside)


def _guarded(part: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from part()
    except OperationsError as error:
        yield False, str(error)


def _home() -> Iterator[Finding]:
    folder = homes.home()
    homes.folder("uploads")
    yield os.access(folder, os.W_OK), f"data is kept in {folder}"
    free = shutil.disk_usage(folder).free // 10**9
    yield free >= LITTLE_SPACE_GB, f"{free} GB are free there (at least {LITTLE_SPACE_GB} needed)"


def _database() -> Iterator[Finding]:
    embedded = ready.database()
    import psycopg

    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
            version = connection.info.server_version
            rows = connection.execute(
                "SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [list(EXTENSIONS)]
            ).fetchall()
    except psycopg.OperationalError as error:
        yield False, f"DATABASE_URL does not answer: {error}"
        return
    name = "embedded PostgreSQL" if embedded else "PostgreSQL"
    yield version >= OLDEST_SERVER, f"{name} {version // 10000} (15 or newer needed)"
    missing = sorted(set(EXTENSIONS) - {row[0] for row in rows})
    yield not missing, f"extensions missing: {', '.join(missing) or 'none'}"


def _inside() -> Iterator[Finding]:
    ready.django()
    from citycall.core import clock
    from citycall.operations import health, migrations

    due = migrations.due()
    yield not due, f"{len(due)} migrations are due" + (": run citycall migrate" if due else "")
    if due:
        return
    found = health.look(at=clock.now())
    yield found.workers > 0, f"{found.workers} workers seen in the last minute"
    waiting = f"{found.waiting_jobs} jobs wait, {found.late_jobs} of them too long"
    yield found.late_jobs == 0, waiting
    yield found.dead_jobs == 0, f"{found.dead_jobs} jobs have failed for good"
    yield from _rules()


def _rules() -> Iterator[Finding]:
    from citycall.routing import queries

    faults = queries.faults()
    yield not faults, f"routing: {len(faults)} faults in the rules"
    for fault in faults[:10]:
        yield False, f"routing: {fault.sentence}"
