"""What happened to public requests: with each of them, and as a feed of all."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection

from citycall.catalog.specs import Privacy
from citycall.core.actors import ActorKind
from citycall.core.models import Event, Visibility
from citycall.service_requests.events import SUBJECT, UPDATES, Kind
from citycall.service_requests.published import MOST, ids_with

# Of one request; nobody reads more, and a list has a thousand of them.
_MOST_NOTES: Final = 100
_NOTES: Final = """
SELECT e.subject_id, e.id, e.kind, e.at, e.data ->> 'status',
       CASE WHEN e.actor_kind = %(resident)s OR e.kind = 'disputed' THEN ''
       ELSE coalesce(e.words, '') END
FROM unnest(%(ids)s::bigint[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT * FROM core_event
    WHERE subject_kind = %(subject)s AND subject_id = asked.id AND visibility = %(public)s
    ORDER BY id LIMIT %(most)s
) AS e
ORDER BY e.subject_id, e.id
"""
# What may not be told is looked at too, so that a page's end is known even if it tells nothing.
_FEED: Final = """
SELECT e.id, e.subject_id, e.kind, e.at, e.data ->> 'status', e.data ->> 'outcome',
       (e.data -> 'fixed')::boolean, e.data ->> 'reason',
       CASE WHEN e.actor_kind = %(resident)s OR e.kind = 'disputed' THEN ''
       ELSE coalesce(e.words, '') END,
       q.service_id <> ALL({private})
       AND (%(agencies)s::bigint[] IS NULL OR q.agency_id = ANY(%(agencies)s::bigint[]))
FROM (
    SELECT * FROM core_event
    WHERE {updates} AND (at, id) > (%(after)s, %(after_id)s) AND at <= %(until)s
    ORDER BY at, id LIMIT %(limit)s
) AS e
JOIN service_requests_servicerequest q ON q.id = e.subject_id
ORDER BY e.at, e.id
"""


# What of an event's facts is told; numbers, people and reasons for routing are not.
_FACTS: Final = frozenset(
    {
        "status",
        "outcome",
        "fixed",
        "reason",
        "clock_stopped",
        "before",
        "after",
        "verification",
        "service",
        "service_before",
        "day",
        "there_at",
    }
)
# What their data holds is told with the request itself, or is a reason for routing.
_BEGINNINGS: Final = frozenset({Kind.SUBMITTED, Kind.IMPORTED, Kind.REPORT_ADDED})


class Note(NamedTuple):
    """A public event; ``status`` is where the request stood then, ``words`` only from staff."""

    id: int
    kind: str
    at: datetime
    status: str | None
    words: str


class Update(NamedTuple):
    """A public event of any request, with the codes of its outcome or its reason to wait."""

    id: int
    request_id: int
    kind: str
    at: datetime
    status: str | None
    outcome: str | None
    fixed: bool | None
    reason: str | None
    words: str


class Feed(NamedTuple):
    """Updates, oldest first, and the (time, id) after which to ask for more, if there may be."""

    updates: Sequence[Update]
    after: tuple[datetime, int] | None


def told_of(event: Event) -> tuple[Mapping[str, Any], str]:
    """The facts and words of a public event that everyone may know.

    Words are those of staff only: a dispute is in the words of whoever reported it, even where
    staff wrote it down.
    """
    if event.kind in _BEGINNINGS:
        return {}, ""
    facts = {name: fact for name, fact in event.data.items() if name in _FACTS}
    of_reporter = event.actor_kind == ActorKind.RESIDENT or event.kind == Kind.DISPUTED
    return facts, "" if of_reporter else event.words or ""


def notes_of(ids: Collection[int]) -> Mapping[int, Sequence[Note]]:
    """The first hundred public events of each of these requests, oldest first; in one statement.

    ``ids`` are those of rows that ``published`` gave: it is not asked again whether they are
    public.
    """
    values: dict[str, Any] = {
        "ids": list(ids)[:MOST],
        "subject": SUBJECT,
        "public": Visibility.PUBLIC.value,
        "resident": ActorKind.RESIDENT.value,
        "most": _MOST_NOTES,
    }
    notes: dict[int, list[Note]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NOTES, values)
        for request_id, *note in cursor.fetchall():
            notes.setdefault(request_id, []).append(Note(*note))
    return notes


def feed(
    *,
    since: datetime,
    until: datetime,
    after_id: int = 0,
    agencies: Collection[int] | None = None,
    limit: int = MOST,
) -> Feed:
    """The updates of this stretch of time, both ends included, of all or some agencies.

    ``after_id`` is the last known event of ``since`` itself. At most ``limit`` are looked at.
    """
    values: dict[str, Any] = {
        "after": since,
        "after_id": after_id,
        "until": until,
        "limit": limit,
        "agencies": None if agencies is None else sorted(agencies),
        "resident": ActorKind.RESIDENT.value,
    }
    statement = _FEED.format(updates=UPDATES, private=ids_with(Privacy.PRIVATE))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    after = (rows[-1][3], rows[-1][0]) if len(rows) == limit else None
    return Feed([Update(*row[:-1]) for row in rows if row[-1]], after)
