"""So many requests at once and no more, each with one of so many connections of the database.

A web process has many threads, since an open page that is told of news keeps one that only waits.
Those that work must not be more than the processors can use, and connections of the database,
which the framework keeps for each thread, must not grow with those that wait.
"""

import queue
from collections.abc import Callable, Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Start = Callable[..., Any]
Handler = Callable[[dict[str, Any], Start], Iterable[bytes]]


class _Lane:
    """A place to work in, and the connection that belongs to it once one was opened."""

    connection: BaseDatabaseWrapper | None = None


class Lanes:
    """A WSGI application before ``handler``: at most ``count`` requests are worked on at once.

    An answer's body is sent outside: one that is made while it is sent has a connection of its own.
    """

    def __init__(self, handler: Handler, *, count: int) -> None:
        self._handler = handler
        # The lane that was left last is taken first: its connection is the warmest.
        self._free: queue.LifoQueue[_Lane] = queue.LifoQueue()
        for _n in range(count):
            self._free.put(_Lane())

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer one request as soon as a lane is free."""
        lane = self._free.get()
        try:
            _enter(lane)
            return self._handler(environ, start_response)
        finally:
            _leave(lane)
            self._free.put(lane)


def _enter(lane: _Lane) -> None:
    for left_over in connections.all(initialized_only=True):
        left_over.close()
    if lane.connection is not None:
        connections[DEFAULT_DB_ALIAS] = lane.connection


def _leave(lane: _Lane) -> None:
    for used in connections.all(initialized_only=True):
        if used.alias == DEFAULT_DB_ALIAS:
            if lane.connection is not used:
                used.inc_thread_sharing()
                lane.connection = used
            del connections[DEFAULT_DB_ALIAS]
