"""Keeping the half hours up to date: what changed is counted again, nothing else."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from citycall.calls.measures import counting
from citycall.calls.measures.models import HalfHour, Recount
from citycall.calls.measures.rules import AGAIN_WITHIN, HALF_HOUR, NAMES, SERIES

# So many half hours are counted in one transaction, a bit more than a week's.
_AT_ONCE: Final = 400
# Two that count at the same time would write the same rows.
_LOCK: Final = 311_2002

# Whether a call was the last about its matter is seen from later calls, so that these have a say
# in half hours up to a week before, and after where they were told of late.
_SPREAD: Final = """
WITH marked AS MATERIALIZED (
  DELETE FROM calls_recount WHERE NOT spread AND begins <= %(over)s RETURNING begins
), half_hours AS MATERIALIZED (
  SELECT DISTINCT begins FROM marked
), changed AS MATERIALIZED (
  SELECT c.id, c.phone, c.arrived_at
  FROM calls_call c
  WHERE c.arrived_at >= (SELECT min(begins) FROM half_hours)
    AND c.arrived_at < (SELECT max(begins) FROM half_hours) + interval '30 minutes'
    AND citycall_half_hour(c.arrived_at) IN (SELECT begins FROM half_hours)
), together AS (
  SELECT begins FROM half_hours
  UNION
  SELECT citycall_half_hour(n.arrived_at) FROM changed c
  JOIN calls_call n ON n.phone = c.phone AND n.phone <> ''
    AND n.arrived_at BETWEEN c.arrived_at - %(again)s AND c.arrived_at + %(again)s
  UNION
  SELECT citycall_half_hour(n.arrived_at) FROM changed c
  JOIN calls_touch mine ON mine.call_id = c.id
  JOIN calls_touch theirs ON theirs.request_id = mine.request_id
  JOIN calls_call n ON n.id = theirs.call_id
    AND n.arrived_at BETWEEN c.arrived_at - %(again)s AND c.arrived_at + %(again)s
)
INSERT INTO calls_recount (begins, spread) SELECT begins, true FROM together
WHERE begins <= %(over)s
"""


def recount(*, at: datetime) -> int:
    """Count the finished half hours that changes have a say in; returns how many those were.

    May be called again at any time, and by several at once: one counts, the others wait. What
    changes meanwhile is counted the next time.
    """
    _spread(at=at)
    done = 0
    while counted := _count_some(at=at):
        done += counted
    return done


@transaction.atomic
def _spread(*, at: datetime) -> None:
    asked: dict[str, Any] = {"over": at - HALF_HOUR, "again": AGAIN_WITHIN}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_SPREAD, asked)


@transaction.atomic
def _count_some(*, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    marked = Recount.objects.filter(spread=True).values_list("begins", flat=True)
    begins = list(marked.distinct().order_by("begins")[:_AT_ONCE])
    if begins:
        # Every statement sees what was committed before it, so what was noted is counted below.
        Recount.objects.filter(spread=True, begins__in=begins).delete()
        HalfHour.objects.filter(begins__in=begins).delete()
        counting.resolve(begins, at=at)
        _keep(counting.count(begins, at=at))
    return len(begins)


def _keep(rows: Iterable[counting.Counted]) -> None:
    columns: Sequence[str] = ("begins", "cut", "value", *(f'"{name}"' for name in NAMES))
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY calls_halfhour ({', '.join(columns)}) FROM STDIN") as door,
    ):
        for row in rows:
            counts = (_as_kept(name, getattr(row.counts, name)) for name in NAMES)
            door.write_row((row.begins, row.cut, row.value, *counts))


def _as_kept(name: str, value: Any) -> Any:
    return list(value) if name in SERIES else value
