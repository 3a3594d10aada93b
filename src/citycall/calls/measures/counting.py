"""Counting the conversations of half hours in the database, all cuts in one reading."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from citycall.calls.measures.models import Cut
from citycall.calls.measures.rules import (
    AGAIN_WITHIN,
    BOUNDS,
    BUCKETS,
    HALF_HOUR,
    NAMES,
    SERIES,
    Counts,
)

# ``since`` and ``until`` bound what is read by the index; only the half hours of ``begins`` are
# counted. Whoever is sent to the menu or outside the hours never came to the queue of people.
_CALLS: Final = """
WITH chosen AS MATERIALIZED (
  SELECT c.*, citycall_half_hour(c.arrived_at) AS begins,
    c.queued_at IS NOT NULL AND NOT c.outgoing AS came,
    c.answered_at IS NOT NULL AND c.ended_at IS NOT NULL AS had,
    NOT c.outgoing AND c.answered_at IS NOT NULL
      AND c.disposition IN ('report', 'follow_up', 'information') AS contact,
    {longest} - width_bucket(
      -greatest(extract(epoch FROM least(c.answered_at, c.ended_at, %(at)s) - c.queued_at), 0),
      %(bounds)s::numeric[]
    ) AS bucket
  FROM calls_call c
  WHERE c.arrived_at >= %(since)s AND c.arrived_at < %(until)s AND c.arrived_at <= %(at)s
    AND citycall_half_hour(c.arrived_at) = ANY(%(begins)s)
), judged AS (
  SELECT c.*,
    contact AND CASE WHEN c.erased_at IS NOT NULL AND k.first IS NOT NULL THEN k.first
    ELSE c.resolved IS TRUE AND NOT EXISTS (
      SELECT 1 FROM calls_call n
      WHERE n.phone = c.phone AND n.phone <> '' AND NOT n.outgoing AND n.id <> c.id
        AND n.answered_at IS NOT NULL AND n.arrived_at <= %(at)s
        AND (n.arrived_at, n.id) > (c.arrived_at, c.id)
        AND n.arrived_at <= c.arrived_at + %(again)s
        AND (
          NOT EXISTS (SELECT 1 FROM calls_touch t WHERE t.call_id = c.id)
          OR NOT EXISTS (SELECT 1 FROM calls_touch t WHERE t.call_id = n.id)
          OR EXISTS (
            SELECT 1 FROM calls_touch mine
            JOIN calls_touch theirs ON theirs.call_id = n.id
            LEFT JOIN service_requests_servicerequest r ON r.id = mine.request_id
            LEFT JOIN service_requests_servicerequest s ON s.id = theirs.request_id
            WHERE mine.call_id = c.id AND (
              mine.request_id = theirs.request_id OR r.service_id = s.service_id
              OR (mine.kind = theirs.kind AND mine.code <> '' AND mine.code = theirs.code)
            )
          )
        )
    ) END AS first_contact,
    contact AND (
      EXISTS (
        SELECT 1 FROM calls_call e
        WHERE e.phone = c.phone AND e.phone <> '' AND NOT e.outgoing
          AND e.answered_at IS NOT NULL AND (e.arrived_at, e.id) < (c.arrived_at, c.id)
          AND e.arrived_at >= c.arrived_at - %(again)s
      )
      OR EXISTS (
        SELECT 1 FROM calls_touch mine
        JOIN calls_touch theirs ON theirs.request_id = mine.request_id
        JOIN calls_call e ON e.id = theirs.call_id
        WHERE mine.call_id = c.id AND NOT e.outgoing AND e.answered_at IS NOT NULL
          AND (e.arrived_at, e.id) < (c.arrived_at, c.id)
          AND e.arrived_at >= c.arrived_at - %(again)s
      )
    ) AS again
  FROM chosen c LEFT JOIN calls_resolution k ON k.call_id = c.id
)
"""
_COUNTS: Final = """
SELECT begins,
  CASE WHEN grouping(medium) = 0 THEN 'medium' WHEN grouping(language) = 0 THEN 'language'
       WHEN grouping(topic) = 0 THEN 'topic' WHEN grouping(taker_id) = 0 THEN 'taker'
       ELSE 'all' END AS cut,
  CASE WHEN grouping(medium) = 0 THEN medium WHEN grouping(language) = 0 THEN language
       WHEN grouping(topic) = 0 THEN topic
       WHEN grouping(taker_id) = 0 THEN coalesce(taker_id::text, '')
       ELSE '' END AS value,
  count(*) FILTER (WHERE came) AS offered,
  count(*) FILTER (WHERE came AND answered_at IS NOT NULL) AS answered,
  count(*) FILTER (WHERE came AND answered_at IS NULL AND ended_at IS NOT NULL
    AND ending IN ('', 'left')) AS abandoned,
  count(*) FILTER (WHERE came AND answered_at IS NULL AND ended_at IS NOT NULL
    AND ending = 'call_back') AS call_backs,
  count(*) FILTER (WHERE came AND answered_at IS NULL AND ended_at IS NOT NULL
    AND ending NOT IN ('', 'left', 'call_back')) AS lost,
  count(*) FILTER (WHERE came AND answered_at IS NULL AND ended_at IS NULL) AS waiting,
  {waits}, {left}, {still},
  coalesce(sum(greatest(extract(epoch FROM answered_at - queued_at), 0))
    FILTER (WHERE came AND answered_at IS NOT NULL), 0) AS speed_seconds,
  coalesce(max(greatest(extract(epoch FROM answered_at - queued_at), 0))
    FILTER (WHERE came AND answered_at IS NOT NULL), 0) AS longest_seconds,
  count(*) FILTER (WHERE NOT came AND answered_at IS NULL AND ending = 'menu') AS menu,
  count(*) FILTER (WHERE NOT came AND answered_at IS NULL AND ending = 'closed') AS closed,
  count(*) FILTER (WHERE had) AS handled,
  coalesce(sum(greatest(extract(epoch FROM ended_at - answered_at), 0)) FILTER (WHERE had), 0)
    AS talk_seconds,
  coalesce(sum(held_seconds) FILTER (WHERE had), 0) AS held_seconds,
  coalesce(sum(greatest(extract(epoch FROM wrapped_at - ended_at), 0)) FILTER (WHERE had), 0)
    AS wrap_seconds,
  count(*) FILTER (WHERE disposition = 'report') AS reports,
  count(*) FILTER (WHERE disposition = 'follow_up') AS follow_ups,
  count(*) FILTER (WHERE disposition = 'information') AS informations,
  count(*) FILTER (WHERE disposition = 'transferred') AS transfers,
  count(*) FILTER (WHERE disposition = 'emergency') AS emergencies,
  count(*) FILTER (WHERE disposition = 'nothing') AS nothings,
  count(*) FILTER (WHERE contact) AS contacts,
  count(*) FILTER (WHERE first_contact) AS first_contacts,
  count(*) FILTER (WHERE again) AS repeats,
  0 AS staffed_seconds, 0 AS busy_seconds
FROM judged
GROUP BY GROUPING SETS (
  (begins), (begins, medium), (begins, language), (begins, topic), (begins, taker_id)
)
"""
# Only what is found otherwise than before is written.
_RESOLVE: Final = """
INSERT INTO calls_resolution AS k (call_id, first, xid)
SELECT j.id, CASE WHEN j.contact THEN j.first_contact END, pg_current_xact_id()::text::bigint
FROM judged j
WHERE j.contact OR EXISTS (SELECT 1 FROM calls_resolution o WHERE o.call_id = j.id)
ON CONFLICT (call_id) DO UPDATE SET first = excluded.first, xid = excluded.xid
WHERE k.first IS DISTINCT FROM excluded.first
"""
# A spell that nobody ended lasts until now, and a day at most.
_SPELLS: Final = """
SELECT t AS begins, s.taker_id,
  sum(extract(epoch FROM least(s.done, t + interval '30 minutes') - greatest(s.since, t))),
  sum(extract(epoch FROM least(s.done, t + interval '30 minutes') - greatest(s.since, t)))
    FILTER (WHERE s.state <> 'ready')
FROM (
  SELECT taker_id, state, since,
    least(coalesce(until, %(at)s), %(at)s, since + interval '1 day') AS done
  FROM calls_deskspell
  WHERE state IN ('ready', 'busy', 'wrapping')
    AND since >= %(since)s - interval '1 day' AND since < %(until)s
) s, generate_series(citycall_half_hour(s.since), s.done, interval '30 minutes') AS t
WHERE s.done > s.since AND s.done > t AND t = ANY(%(begins)s)
GROUP BY t, s.taker_id
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of one half hour, for one value of one cut."""

    begins: datetime
    cut: str
    value: str
    counts: Counts


def count(begins: Sequence[datetime], *, at: datetime) -> list[Counted]:
    """Count these half hours (their beginnings) as everything stands at ``at``, for every cut."""
    if not begins:
        return []
    found = {(row.begins, row.cut, row.value): row for row in _calls(begins, at=at)}
    for row in _spells(begins, at=at):
        key = (row.begins, row.cut, row.value)
        known = found.get(key)
        found[key] = row if known is None else Counted(*key, known.counts + row.counts)
    return list(found.values())


def resolve(begins: Sequence[datetime], *, at: datetime) -> None:
    """Keep of each contact of these half hours whether it was a first one, as ``count`` says."""
    with connection.cursor() as cursor:
        cursor.execute(_JUDGED + _RESOLVE, _asked(begins, at=at))


def _asked(begins: Sequence[datetime], *, at: datetime) -> dict[str, Any]:
    return {
        **_bounded(begins, at=at),
        "again": AGAIN_WITHIN,
        "bounds": [-bound for bound in reversed(BOUNDS)],
    }


def _calls(begins: Sequence[datetime], *, at: datetime) -> Iterator[Counted]:
    with connection.cursor() as cursor:
        cursor.execute(_JUDGED + _COUNTS_BY_WAIT, _asked(begins, at=at))
        for begun, cut, value, *counts in cursor.fetchall():
            told = dict(zip(NAMES, _plain(counts), strict=True))
            yield Counted(begun, cut, value, Counts(**told))


def _spells(begins: Sequence[datetime], *, at: datetime) -> Iterable[Counted]:
    with connection.cursor() as cursor:
        cursor.execute(_SPELLS, _bounded(begins, at=at))
        rows = cursor.fetchall()
    together: dict[datetime, Counts] = {}
    for half_hour, taker, staffed, busy in rows:
        counts = Counts(staffed_seconds=float(staffed), busy_seconds=float(busy or 0))
        together[half_hour] = together.get(half_hour, Counts()) + counts
        yield Counted(half_hour, Cut.TAKER.value, str(taker), counts)
    for half_hour, counts in together.items():
        yield Counted(half_hour, Cut.ALL.value, "", counts)


def _bounded(begins: Sequence[datetime], *, at: datetime) -> dict[str, Any]:
    return {
        "begins": list(begins),
        "since": min(begins),
        "until": max(begins) + HALF_HOUR,
        "at": at,
    }


def _by_wait(name: str, condition: str) -> str:
    counts = ", ".join(
        f"count(*) FILTER (WHERE came AND {condition} AND bucket = {n})" for n in range(BUCKETS)
    )
    return f"ARRAY[{counts}] AS {name}"


def _plain(row: Sequence[Any]) -> Iterator[Any]:
    for name, value in zip(NAMES, row, strict=True):
        if name in SERIES:
            yield tuple(value)
        else:
            yield float(value) if name.endswith("_seconds") else int(value)


_JUDGED: Final = _CALLS.format(longest=len(BOUNDS))
_COUNTS_BY_WAIT: Final = _COUNTS.format(
    waits=_by_wait("waits", "answered_at IS NOT NULL"),
    left=_by_wait(
        "left", "answered_at IS NULL AND ended_at IS NOT NULL AND ending IN ('', 'left')"
    ).replace("AS left", 'AS "left"'),
    still=_by_wait("still", "answered_at IS NULL AND ended_at IS NULL"),
)
