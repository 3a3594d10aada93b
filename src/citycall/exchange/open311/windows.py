"""Spans of time to ask for: none longer than the standard allows, none of the time left out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from citycall.exchange.open311.profiles import MOST_DAYS

LONGEST = timedelta(days=MOST_DAYS)
# Servers compare whole seconds, some with < and some with <=: each question reaches this much
# beyond its window, and what lies outside is left to the neighbouring window.
MARGIN = timedelta(seconds=1)
# Around the hour that comes twice in autumn, a date without an offset may be an hour off.
ZONE_MARGIN = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Window(NamedTuple):
    """From ``since``, up to but not including ``until``."""

    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.until - self.since

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.since <= moment < self.until

    def asked(self, margin: timedelta = MARGIN) -> "Window":
        """The window with a margin on both sides, in whole seconds."""
        since = (self.since - margin).replace(microsecond=0)
        until = self.until + margin
        if until.microsecond:
            until = until.replace(microsecond=0) + timedelta(seconds=1)
        return Window(since, until)

    def halves(self) -> tuple["Window", "Window"] | None:
        """Its two halves, parted at a whole second; none where it is too short for that."""
        middle = self.since + self.length / 2
        middle = middle.replace(microsecond=0) + timedelta(seconds=1)
        if not self.since < middle < self.until:
            return None
        return Window(self.since, middle), Window(middle, self.until)


def windows(
    since: datetime, until: datetime, *, longest: timedelta = LONGEST - 3 * ZONE_MARGIN
) -> Iterator[Window]:
    """The time from ``since`` to ``until`` in windows that touch, the earliest first.

    With either margin on both sides, and rounding, none is longer than 90 days.
    """
    start = since
    while start < until:
        end = min(start + longest, until)
        yield Window(start, end)
        start = end


def grid(since: datetime, until: datetime, *, days: int) -> Iterator[Window]:
    """The same in windows whose bounds are whole numbers of ``days`` since 1970, the latest first.

    The bounds between do not depend on ``since`` and ``until``, so that a second walk meets the
    same windows; the first and last are cut to fit.
    """
    step = timedelta(days=days)
    end = until
    while end > since:
        bound = _EPOCH + (end - _EPOCH - timedelta(microseconds=1)) // step * step
        start = max(bound, since)
        yield Window(start, end)
        end = start
