"""Asking again: at the pace that a server bears, after a rest that it asks for or that it needs."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from citycall.exchange.open311.failures import Limited, Unavailable

T = TypeVar("T")

_MINUTE: Final = 60.0


@dataclass(slots=True)
class Patience:
    """How often and how slowly to ask; every time is in seconds.

    A call that fails is tried ``tries`` times, with a pause that doubles from ``first`` up to
    ``longest``. A rest that the server asks for is always kept, and costs no try, unless it is
    longer than ``longest_rest``; but no more than ``most_rests`` of them for one call. No more
    than ``per_minute`` calls are made in any minute.
    """

    tries: int = 1
    first: float = 1.0
    longest: float = 120.0
    longest_rest: float = 3_600.0
    most_rests: int = 30
    per_minute: int | None = None
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    _calls: deque[float] = field(default_factory=deque)

    def keep(self, call: Callable[[], T]) -> T:
        """What the call gives, in the end; raises its last ``Limited`` or ``Unavailable``."""
        tried = rested = 0
        while True:
            self._pace()
            try:
                return call()
            except Limited as limit:
                rested += 1
                if self.tries == 1 or rested > self.most_rests:
                    raise
                if limit.retry_after > self.longest_rest:
                    raise
                # A server that says zero means soon, not at once.
                self.sleep(max(limit.retry_after, self.first))
            except Unavailable:
                tried += 1
                if tried >= self.tries:
                    raise
                self.sleep(min(self.first * 2 ** (tried - 1), self.longest))

    def _pace(self) -> None:
        if self.per_minute is None:
            return
        if len(self._calls) >= self.per_minute:
            wait = self._calls.popleft() + _MINUTE - self.now()
            if wait > 0:
                self.sleep(wait)
        self._calls.append(self.now())
