"""Writing to the event log: the row and the job that reacts to it commit together."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from procrastinate.contrib.django import app as jobs

from citycall.core.actors import Actor
from citycall.core.models import Event, Visibility

REACT_TASK = "citycall.react"
REACT_QUEUE = "reactions"
# Stands for each character that was hidden; ``guards`` lets no other come into an event's words.
BLACK: Final = "█"


def record(
    *,
    kind: str,
    subject_kind: str,
    subject_id: int,
    by: Actor,
    at: datetime,
    visibility: Visibility = Visibility.PUBLIC,
    data: Mapping[str, Any] | None = None,
    words: str | None = None,
) -> Event:
    """Append one event and the job that reacts to it, in the caller's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of what it tells of.")
    event = Event.objects.create(
        kind=kind,
        at=at,
        actor_kind=by.kind.value,
        actor_id=by.id,
        actor_name=by.name,
        subject_kind=subject_kind,
        subject_id=subject_id,
        visibility=visibility,
        data=dict(data or {}),
        words=words,
    )
    jobs.configure_task(REACT_TASK, queue=REACT_QUEUE).defer(event_id=event.pk)
    return event


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One of many events that are recorded together."""

    kind: str
    subject_id: int
    visibility: Visibility
    data: Mapping[str, Any]
    words: str | None


# Each later part names the earlier one, or PostgreSQL would skip it.
_RECORD_MANY = """
WITH event AS (
    INSERT INTO core_event (
        kind, at, actor_kind, actor_id, actor_name, subject_kind, subject_id, visibility, data,
        words)
    SELECT each.kind, %(at)s::timestamptz, %(actor_kind)s::text, %(actor_id)s::bigint,
           %(actor_name)s::text, %(subject_kind)s::text, each.subject_id, each.visibility,
           each.data, each.words
    FROM jsonb_to_recordset(%(events)s::jsonb) AS each (
        nth int, kind text, subject_id bigint, visibility text, data jsonb, words text)
    ORDER BY each.nth
    RETURNING id
), job AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)
    SELECT %(queue)s::text, %(task)s::text, jsonb_build_object('event_id', event.id),
           %(react_at)s::timestamptz
    FROM event
    RETURNING id
)
SELECT count(*) FROM job
"""


def record_many(
    happened: Iterable[Happened],
    *,
    subject_kind: str,
    by: Actor,
    at: datetime,
    react_at: datetime | None = None,
) -> int:
    """Append events in this order, each with its job, as ``record`` does; returns how many.

    The jobs wait until ``react_at``, where it is given.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Events are recorded in the transaction of what they tell of.")
    rows = [
        {
            "nth": nth,
            "kind": each.kind,
            "subject_id": each.subject_id,
            "visibility": each.visibility.value,
            "data": each.data,
            "words": each.words,
        }
        for nth, each in enumerate(happened)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD_MANY,
            {
                "events": json.dumps(rows),
                "at": at,
                "actor_kind": by.kind.value,
                "actor_id": by.id,
                "actor_name": by.name,
                "subject_kind": subject_kind,
                "queue": REACT_QUEUE,
                "task": REACT_TASK,
                "react_at": react_at,
            },
        )
        return int(cursor.fetchone()[0])


def erase_words(event_ids: Collection[int]) -> int:
    """Empty what people wrote in these events; the facts stay. Returns how many had words."""
    return Event.objects.filter(pk__in=event_ids, words__isnull=False).update(words=None)


def is_redacted(event: Event) -> bool:
    """Whether some of what was said in the event was hidden, or all of it erased."""
    return event.words is None or BLACK in event.words


def redact_words(event_id: int, words: str) -> None:
    """Put words in which some characters are black blocks in the place of an event's words.

    The database refuses any other change of them.
    """
    Event.objects.filter(pk=event_id).update(words=words)
