"""What speaks for a completion being false, as numbers: read for many at once, by indexes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from citycall.closures.models import Usual

# Closures of one person within so long of each other are one sitting.
SITTING: Final = timedelta(minutes=10)
SAME_DAY: Final = timedelta(hours=12)
MOST_COUNTED: Final = 200
MOST_OF_CLOSER: Final = 100
BEFORE: Final = timedelta(days=365)

_READ: Final = """
SELECT mine.id, mine.service_request_id, mine.completed_at, mine.requested_at, mine.visited_at,
    mine.photos, mine.service_id, mine.team_id, mine.agency_id, mine.closer_kind,
    mine.told_again, mine.repeated_at, mine.repeated_by, mine.repeated_m, mine.repeated_same,
    mine.disputed_at, mine.confirmed_at, mine.checked,
    extract(hour FROM mine.completed_at AT TIME ZONE %(zone)s)::int AS hour,
    sitting.unvisited, text.alike, record.known, record.bad, spot.before
FROM closures_closure mine
LEFT JOIN LATERAL (
    SELECT count(*) AS unvisited FROM (
        SELECT 1 FROM closures_closure other
        WHERE other.closer_id = mine.closer_id AND other.closer_kind = mine.closer_kind
          AND other.visited_at IS NULL AND other.photos = 0
          AND other.completed_at BETWEEN mine.completed_at - %(sitting)s
                                     AND mine.completed_at + %(sitting)s
          AND other.id <> mine.id
        LIMIT %(most)s) near
) sitting ON mine.closer_kind = 'staff'
LEFT JOIN LATERAL (
    SELECT count(*) AS alike FROM (
        SELECT 1 FROM closures_closure other
        WHERE other.team_id = mine.team_id AND other.text_key = mine.text_key
          AND other.completed_at BETWEEN mine.completed_at - %(same_day)s
                                     AND mine.completed_at + %(same_day)s
          AND other.id <> mine.id
        LIMIT %(most)s) near
) text ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS known,
        count(*) FILTER (WHERE earlier.checked = 'not_done'
            OR earlier.disputed_at < mine.completed_at) AS bad
    FROM (
        SELECT checked, disputed_at FROM closures_closure other
        WHERE other.closer_id = mine.closer_id AND other.closer_kind = mine.closer_kind
          AND other.completed_at < mine.completed_at
        ORDER BY other.completed_at DESC LIMIT %(of_closer)s) earlier
) record ON mine.closer_kind = 'staff'
LEFT JOIN LATERAL (
    SELECT count(*) AS before FROM (
        SELECT 1 FROM closures_closure other
        WHERE other.square = mine.square AND other.service_id = mine.service_id
          AND other.completed_at > mine.completed_at - %(before)s
          AND other.completed_at < mine.completed_at
          AND abs(other.x - mine.x) < 60 AND abs(other.y - mine.y) < 60
        LIMIT %(most)s) near
) spot ON mine.repeated_at IS NOT NULL
WHERE mine.id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is on record of one completion and around it.

    ``unvisited`` are others by the same person in the same sitting without a visit; ``alike``
    others of the team with the same text that day; ``known`` the closer's latest ones and ``bad``
    those of them that were disputed or found undone; ``before`` those at the same spot in the
    year before.
    """

    id: int
    service_request_id: int
    completed_at: datetime
    requested_at: datetime
    visited_at: datetime | None
    photos: int
    service_id: int
    team_id: int
    agency_id: int
    closer_kind: str
    told_again: int
    repeated_at: datetime | None
    repeated_by: int | None
    repeated_m: float | None
    repeated_same: bool
    disputed_at: datetime | None
    confirmed_at: datetime | None
    checked: str
    hour: int
    unvisited: int = 0
    alike: int = 0
    known: int = 0
    bad: int = 0
    before: int = 0


def read(closure_ids: Collection[int], *, zone: str) -> list[Seen]:
    """What is on record of these completions; each costs some index ranges, cut at 200 rows."""
    asked: dict[str, Any] = {
        "ids": list(closure_ids),
        "zone": zone,
        "sitting": SITTING,
        "same_day": SAME_DAY,
        "before": BEFORE,
        "most": MOST_COUNTED,
        "of_closer": MOST_OF_CLOSER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_READ, asked)
        names = [column.name for column in cursor.description]
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
    return [Seen(**_told(names, row)) for row in rows]


_COUNTED: Final = frozenset({"unvisited", "alike", "known", "bad", "before"})


def _told(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    """A row by name; what there was nothing to count for is none of it."""
    pairs = zip(names, row, strict=True)
    return {n: 0 if v is None and n in _COUNTED else v for n, v in pairs}


def usuals(service_ids: Collection[int]) -> Mapping[int, Usual]:
    """How these services' work is usually recorded, where that is known."""
    return Usual.objects.in_bulk(list(service_ids))
