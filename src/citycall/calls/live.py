"""News of the call centre as it happens: one listener in each process, for all who look.

The database tells this process what changed, over one connection that does nothing else. Whoever
has a page open waits here and holds no connection. Where the database went away, the listener
comes back with it, and tells everybody to look at everything anew.
"""

import logging
import threading
import time
from collections.abc import Iterable
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connection

from citycall.calls.news import CHANNEL
from citycall.calls.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.permissions import require

log = logging.getLogger(__name__)

EVERYTHING: Final = "everything"
_LOOKS_EVERY_S: Final = 2.0
_LONGEST_PAUSE_S: Final = 5.0
# Several changes at once are one piece of news.
_GATHERED_S: Final = 0.1


class TooManyStreams(DomainError):
    """As many pages as this process can tell are open; others must ask."""

    code = "too_many_streams"
    status = 503


class Stream:
    """One open page's ear: what was told since it last asked."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._news = threading.Condition()
        self._topics: dict[str, None] = {}

    def tell(self, topics: Iterable[str]) -> None:
        """Something changed."""
        with self._news:
            self._topics.update(dict.fromkeys(topics))
            self._news.notify()

    def wait(self, seconds: float) -> list[str]:
        """What changed, as soon as something did; nothing, after so many seconds without news."""
        with self._news:
            if not self._topics:
                self._news.wait(seconds)
            heard = bool(self._topics)
        if heard:
            time.sleep(_GATHERED_S)
        with self._news:
            topics = list(self._topics)
            self._topics.clear()
        return topics

    def close(self) -> None:
        """Nobody looks any more; closed twice, it was once."""
        self._hub.leave(self)


class Hub:
    """The listener of one process and everybody whom it tells."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: set[Stream] = set()
        self._listens = False

    def open(self, *, by: Actor) -> Stream:
        """A stream for who works in the call centre; raises ``TooManyStreams``."""
        require(PERMISSIONS, "take", by=by)
        stream = Stream(self)
        with self._lock:
            if len(self._streams) >= settings.CITYCALL_STREAMS:
                raise TooManyStreams("")
            self._streams.add(stream)
            if not self._listens:
                self._listens = True
                target = _connection_parameters()
                threading.Thread(
                    target=self._listen, args=(target,), name="live", daemon=True
                ).start()
        return stream

    def leave(self, stream: Stream) -> None:
        """This one listens no longer."""
        with self._lock:
            self._streams.discard(stream)

    @property
    def count(self) -> int:
        """How many listen."""
        return len(self._streams)

    def _listen(self, target: dict[str, Any]) -> None:
        try:
            self._listen_while_wanted(target)
        except BaseException:
            # Whoever opens a page next starts a listener anew.
            with self._lock:
                self._listens = False
            raise

    def _listen_while_wanted(self, target: dict[str, Any]) -> None:
        pause = 0.1
        while self._wanted():
            try:
                with psycopg.connect(**target, autocommit=True) as listening:
                    listening.execute(f"LISTEN {CHANNEL}")
                    pause = 0.1
                    # What was told while nobody listened is lost: everybody looks at everything.
                    self._hand_out([EVERYTHING])
                    self._pass_on(listening)
            except psycopg.Error as error:
                log.warning("The database does not tell what changes, asking again: %s", error)
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _pass_on(self, listening: "psycopg.Connection[Any]") -> None:
        while self._wanted():
            told = [
                note.payload for note in listening.notifies(timeout=_LOOKS_EVERY_S, stop_after=1)
            ]
            if told:
                self._hand_out(told)
            else:
                # A server that is gone without a word is noticed by asking it something.
                listening.execute("SELECT 1")

    def _wanted(self) -> bool:
        """Whether anybody is there to be told; if not, the listener ends and says so."""
        with self._lock:
            self._listens = bool(self._streams)
            return self._listens

    def _hand_out(self, topics: Iterable[str]) -> None:
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            stream.tell(topics)


def _connection_parameters() -> dict[str, Any]:
    """How this process reaches its database, for a connection outside the framework."""
    parameters = connection.get_connection_params()
    own = {"cursor_factory", "context", "prepare_threshold"}
    return {
        # Of a server that vanished behind a firewall the system would tell after hours.
        "keepalives_idle": 20,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "connect_timeout": 5,
        **{name: value for name, value in parameters.items() if name not in own},
        "application_name": "citycall live",
    }


HUB: Final = Hub()
