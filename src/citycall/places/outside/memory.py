"""Answers kept for a short while in this process, so that nobody is asked the same twice.

Not in a table: providers' terms allow a short memory and forbid a collection, and what was asked
need not be written down anywhere.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

MOST_ANSWERS = 1_000
KEPT_SECONDS = 600.0

Answer = TypeVar("Answer")


class Memory(Generic[Answer]):
    """The latest answers by their questions, each for ``seconds``; for many threads."""

    def __init__(
        self,
        *,
        most: int = MOST_ANSWERS,
        seconds: float = KEPT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, Answer]] = OrderedDict()

    def recall(self, question: Hashable) -> Answer | None:
        """The answer that is remembered, if there is one that is young enough."""
        with self._lock:
            if question not in self._kept:
                return None
            until, answer = self._kept[question]
            if self._clock() >= until:
                del self._kept[question]
                return None
            self._kept.move_to_end(question)
            return answer

    def keep(self, question: Hashable, answer: Answer) -> None:
        """Remember an answer; the one that was not asked for longest makes room."""
        with self._lock:
            self._kept[question] = self._clock() + self._seconds, answer
            self._kept.move_to_end(question)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
