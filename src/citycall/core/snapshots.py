"""Immutable pictures of slow-changing tables, held in memory by every process.

Catalog, routing rules and areas are read by each intake and changed a few times a week. A room
declares one ``Snapshot``; a write bumps its version row in the same transaction; each process
looks at the row at most once a second and loads anew when it changed.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.db import connection, transaction

T = TypeVar("T")
_ALL: "WeakSet[Snapshot[Any]]" = WeakSet()

LOOK_EVERY_SECONDS = 1.0


class Snapshot(Generic[T]):
    """One picture, made by ``load`` and replaced when ``bump`` was called anywhere."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self.name = name
        self._load = load
        self._lock = threading.Lock()
        self._picture: T | None = None
        self._version = -1
        self._looked = float("-inf")
        _ALL.add(self)

    def get(self) -> T:
        """The present picture, at most a second behind the tables."""
        picture = self._picture
        if picture is not None and time.monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return picture
        return self._look()

    def _look(self) -> T:
        with self._lock:
            version = self._stored_version()
            if self._picture is None or version != self._version:
                # The version was read first: a change during the load is seen at the next look.
                self._picture = self._load()
                self._version = version
            self._looked = time.monotonic()
            return self._picture

    def _stored_version(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT version FROM core_version WHERE name = %s", [self.name])
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def bump(self) -> None:
        """Say that the tables changed: every process loads anew once this has committed."""
        with connection.cursor() as cursor:
            cursor.execute(
                # From a sequence, which no rollback turns back: a picture that was loaded in a
                # transaction that failed can never pass for that of a later change.
                "INSERT INTO core_version (name, version) VALUES (%s, nextval('citycall_version')) "
                "ON CONFLICT (name) DO UPDATE SET version = nextval('citycall_version')",
                [self.name],
            )
        self.forget()
        transaction.on_commit(self.forget)

    def discard(self) -> None:
        """Drop the picture, whatever the version row says."""
        with self._lock:
            self._picture = None
        self.forget()

    def forget(self) -> None:
        """Look at the version row again at the next ``get``; the picture is kept if it is good."""
        self._looked = float("-inf")


def discard_all() -> None:
    """Load every picture anew: for when the database under this process was exchanged."""
    for snapshot in list(_ALL):
        snapshot.discard()
