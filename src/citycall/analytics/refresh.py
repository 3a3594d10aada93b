"""Bringing the facts up to date: what changed since the last time, or everything."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Final

import duckdb
from django.conf import settings
from django.db import connection

from citycall.analytics import facts, gathering
from citycall.analytics.store import About, Store, store

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


def refresh(*, at: datetime, whole: bool = False) -> Refreshed | None:
    """Publish a version of the facts with everything that is settled at ``at``.

    Reads only what changed since the last version where it can: not after a restore into another
    database, nor when the layers of areas changed. None when another process is at it already.
    """
    begun = perf_counter()
    with gathering.snapshot(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        done = _Refresh(store(), at=at).run(whole=whole)
    return Refreshed(requests=done[0], whole=done[1], seconds=perf_counter() - begun, about=done[2])


class _Refresh:
    """One refresh, in the transaction that its caller opened."""

    def __init__(self, kept: Store, *, at: datetime) -> None:
        self._store = kept
        horizon, following, database, lag = gathering.settled()
        self._following = following
        self._about = About(
            as_of=at, horizon=horizon, database=database, lag_seconds=lag, layers=_layers()
        )

    def run(self, *, whole: bool) -> tuple[int, bool, About]:
        ids = None if whole else self._changed()
        Path(settings.ANALYTICS).mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=settings.ANALYTICS) as folder,
            self._store.next_version(whole=ids is None) as into,
        ):
            self._write(into, ids, Path(folder))
            count = into.execute("SELECT count(*) FROM staged_requests").fetchone()
        return (int(count[0]) if count else 0), ids is None, self._about

    def _changed(self) -> list[int] | None:
        """The requests that changed since the present version; none where all is to be read."""
        if not self._store.version():
            return None
        before = self._store.facts()
        same = (before.about.database, before.about.layers) == (
            self._about.database,
            self._about.layers,
        )
        if not same or before.about.horizon > self._following:
            return None
        known = before.sql("SELECT count(*) FROM requests")[0][0].as_py()
        return gathering.touched(
            since=before.about.horizon,
            until=self._about.horizon,
            most=max(AT_LEAST, int(known * MOST)),
        )

    def _write(self, into: duckdb.DuckDBPyConnection, ids: list[int] | None, folder: Path) -> None:
        facts.stage(into)
        gathering.gather_lists(into, folder=folder)
        gathering.gather(into, ids=ids, folder=folder)
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


def _layers() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM places_arealayer WHERE kind = 'partition' ORDER BY id")
        return tuple(row[0] for row in cursor.fetchall())
