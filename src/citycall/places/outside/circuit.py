"""A circuit breaker: who fails again and again is left alone for a while, then tried once."""

import threading
import time
from collections.abc import Callable

FAILURES = 3
REST_SECONDS = 30.0
LONGEST_REST_SECONDS = 3_600.0


class Circuit:
    """Counts failures in a row and says whether it is worth asking; for many threads.

    After ``failures`` of them nobody is asked for ``rest`` seconds; then one question is let
    through, and its outcome decides. ``clock`` gives seconds that never run backwards.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        rest: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._rest, self._clock = failures, rest, clock
        self._lock = threading.Lock()
        self._failed = 0
        self._until: float | None = None

    def allows(self) -> bool:
        """Whether to ask now; who is allowed tells the outcome by one of the others."""
        with self._lock:
            if self._until is None:
                return True
            now = self._clock()
            if now < self._until:
                return False
            # This one is the trial; should its outcome never be told, the next is let through
            # after another rest.
            self._until = now + self._rest
            return True

    def succeeded(self) -> None:
        """The question was answered: all is well again."""
        with self._lock:
            self._failed, self._until = 0, None

    def undecided(self) -> None:
        """The question was not asked after all: the next one may be."""
        with self._lock:
            if self._until is not None:
                self._until = self._clock()

    def failed(self, *, rest: float | None = None) -> None:
        """The question was not answered; ``rest``: the server itself asks for so many seconds."""
        with self._lock:
            self._failed += 1
            if rest is not None or self._until is not None or self._failed >= self._most:
                pause = self._rest if rest is None else min(rest, LONGEST_REST_SECONDS)
                self._until = self._clock() + max(pause, 0.0)
