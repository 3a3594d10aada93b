"""Bringing the facts up to date: what changed since the last time, or everything."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Final

import duckdb
from django.conf import settings
from django.db import connection

from citycall.analytics import facts, gathering
from citycall.analytics.store import MADE_AS, About, Facts, Store, store

logger = logging.getLogger(__name__)

_STAGING: Final = "staging-"
# Of more than this share, reading everything is quicker.
MOST: Final = 0.25
AT_LEAST: Final = 50_000
_LOCK: Final = 0x6369_7479_0008


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: of how many requests, whole or not, in how long, up to when."""

    requests: int
    whole: bool
    seconds: float
    about: About


def refresh(
    *, at: datetime, whole: bool = False, first: Callable[[Facts], None] | None = None
) -> Refreshed | None:
    """Publish a version of the facts with everything that is settled at ``at``.

    Reads only what changed since the last version where it can: not after a restore into another
    database, nor when the layers of areas changed. ``first`` is shown the version before anybody
    else, when nothing is read any more. None when another process is at it already.
    """
    begun = perf_counter()
    with _alone() as alone, ExitStack() as publishing:
        if not alone:
            return None
        with gathering.snapshot():
            done = _Refresh(store(), at=at).run(publishing, whole=whole, first=first)
        seconds = perf_counter() - begun
    return Refreshed(requests=done[0], whole=done[1], seconds=seconds, about=done[2])


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process refreshes; none begins meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (alone,) = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


class _Refresh:
    """One refresh, in the transaction that its caller opened."""

    def __init__(self, kept: Store, *, at: datetime) -> None:
        self._store = kept
        horizon, following, database, lag = gathering.settled()
        self._following = following
        self._since = 0
        self._about = About(
            as_of=at,
            horizon=horizon,
            database=database,
            lag_seconds=lag,
            layers=_layers(),
            made_as=f"{MADE_AS} {settings.TIME_ZONE}",
        )

    def run(
        self, publishing: ExitStack, *, whole: bool, first: Callable[[Facts], None] | None
    ) -> tuple[int, bool, About]:
        """Write the next version; ``publishing`` publishes it when it is left."""
        ids = None if whole else self._changed()
        Path(settings.ANALYTICS).mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in Path(settings.ANALYTICS).glob(f"{_STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
        into = publishing.enter_context(self._store.next_version(whole=ids is None, first=first))
        with tempfile.TemporaryDirectory(dir=settings.ANALYTICS, prefix=_STAGING) as folder:
            self._write(into, ids, Path(folder))
        count = into.execute("SELECT count(*) FROM staged_requests").fetchone()
        return (int(count[0]) if count else 0), ids is None, self._about

    def _changed(self) -> list[int] | None:
        """The requests that changed since the present version; none where all is to be read."""
        if not self._store.version():
            return None
        try:
            before = self._store.facts()
        except (duckdb.Error, KeyError):
            # A version that cannot be read is no ground for any number: all is read anew.
            logger.exception("The present version of the facts cannot be read.")
            return None
        if _made(before.about) != _made(self._about) or before.about.horizon > self._following:
            return None
        self._since = before.about.horizon
        known = before.sql("SELECT count(*) FROM requests")[0][0].as_py()
        return gathering.touched(
            since=self._since,
            until=self._about.horizon,
            most=max(AT_LEAST, int(known * MOST)),
        )

    def _write(self, into: duckdb.DuckDBPyConnection, ids: list[int] | None, folder: Path) -> None:
        facts.stage(into)
        gathering.gather_lists(into, folder=folder)
        gathering.gather(into, ids=ids, folder=folder, since=self._since, until=self._about.horizon)
        facts.make(into, layers=self._about.layers)
        into.execute("BEGIN")
        if ids is None:
            facts.write_whole(into)
        else:
            facts.write_changed(into)
            facts.write_doubts(into)
        write_about(into, self._about)
        into.execute("COMMIT")


def write_about(into: duckdb.DuckDBPyConnection, about: About) -> None:
    """Let a version say of itself what it is."""
    into.execute("CREATE OR REPLACE TABLE about (name VARCHAR, value VARCHAR)")
    into.executemany("INSERT INTO about VALUES (?, ?)", about.rows())


def _made(about: About) -> tuple[object, ...]:
    """What two versions must share for one to be brought up to date from the other."""
    return about.database, about.layers, about.made_as


def _layers() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM places_arealayer WHERE kind = 'partition' ORDER BY id")
        return tuple(row[0] for row in cursor.fetchall())
