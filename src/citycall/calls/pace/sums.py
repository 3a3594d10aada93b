"""Adding what was handled, answered and left to its half hour, and reading the pace from it."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Q, Sum

from citycall.calls.hours import slot_of
from citycall.calls.pace.models import PaceSum
from citycall.calls.pace.rules import Pace, Sums, pace_of

_RECENT: Final = timedelta(hours=1)
_WEEKS: Final = 8
_KEPT: Final = timedelta(days=400)
_ADD: Final = """
INSERT INTO calls_pacesum AS h
  (begins_at, handled, handling_s, handling_s2, wrap_up_s, answered, "left", waited_s)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (begins_at) DO UPDATE SET
  handled = h.handled + excluded.handled,
  handling_s = h.handling_s + excluded.handling_s,
  handling_s2 = h.handling_s2 + excluded.handling_s2,
  wrap_up_s = h.wrap_up_s + excluded.wrap_up_s,
  answered = h.answered + excluded.answered,
  "left" = h."left" + excluded."left",
  waited_s = h.waited_s + excluded.waited_s
"""


def handled(*, at: datetime, talk_s: float, wrap_up_s: float) -> None:
    """A conversation was finished."""
    whole = talk_s + wrap_up_s
    _add(at, handled=1, handling_s=whole, handling_s2=whole**2, wrap_up_s=wrap_up_s)


def answered(*, at: datetime, waited_s: float) -> None:
    """Somebody who waited was answered."""
    _add(at, answered=1, waited_s=waited_s)


def left(*, at: datetime, waited_s: float) -> None:
    """Somebody who waited hung up."""
    _add(at, left=1, waited_s=waited_s)


def went(*, at: datetime, waited_s: float) -> None:
    """Somebody waits no longer on the line, and has not lost patience: they are called back."""
    _add(at, waited_s=waited_s)


def pace(*, at: datetime, waiting_s: float = 0.0) -> Pace:
    """How it goes at this moment; ``waiting_s`` is how long those have waited who still wait."""
    slot = slot_of(at)
    recent = Q(begins_at__gt=slot - _RECENT, begins_at__lte=slot)
    weeks = [slot - timedelta(weeks=week) for week in range(1, _WEEKS + 1)]
    rows = PaceSum.objects.aggregate(
        **_sums("recent", recent), **_sums("before", Q(begins_at__in=weeks))
    )
    return pace_of(recent=_read(rows, "recent", waiting_s=waiting_s), before=_read(rows, "before"))


def forget_old(*, at: datetime) -> int:
    """Remove what no question reads any more; returns how many half hours."""
    return PaceSum.objects.filter(begins_at__lt=at - _KEPT).delete()[0]


_READ: Final = ("handled", "handling_s", "handling_s2", "wrap_up_s", "left", "waited_s")


def _sums(which: str, when: Q) -> dict[str, Sum]:
    return {f"{which}_{column}": Sum(column, filter=when) for column in _READ}


def _read(row: dict[str, float | None], which: str, *, waiting_s: float = 0.0) -> Sums:
    read = {column: float(row[f"{which}_{column}"] or 0) for column in _READ}
    read["waited_s"] += waiting_s
    return Sums(**read)


def _add(at: datetime, **sums: float) -> None:
    columns = ("handled", "handling_s", "handling_s2", "wrap_up_s", "answered", "left", "waited_s")
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [slot_of(at), *(sums.get(column, 0) for column in columns)])
