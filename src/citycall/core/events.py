"""Writing to the event log: the row and the job that reacts to it commit together."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app as jobs

from citycall.core.actors import Actor
from citycall.core.models import Event, Visibility

REACT_TASK = "citycall.react"
REACT_QUEUE = "reactions"


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


def erase_words(event_ids: Collection[int]) -> int:
    """Empty what people wrote in these events; the facts stay. Returns how many had words."""
    return Event.objects.filter(pk__in=event_ids, words__isnull=False).update(words=None)
