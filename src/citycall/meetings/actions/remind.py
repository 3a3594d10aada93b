"""Reminding owners of what they promised and the date of which has gone by."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.meetings import events, queries, rules
from citycall.meetings.events import Kind
from citycall.meetings.models import Commitment

TELL_TASK: Final = "citycall.tell_of_commitments"
TELL_QUEUE: Final = "mail"
_AT_ONCE: Final = 200


def remind_late(*, at: datetime, most: int = _AT_ONCE) -> int:
    """Owe each owner one message of what is late; returns how many commitments it is about.

    The day after the date, then once a week. Where the owner has no account or no address, those
    who manage the agency are told. Safe to run twice a day.
    """
    today = at.astimezone(clock.city_zone()).date()
    again = today - rules.REMIND_EVERY
    unreminded = (
        Q(reminded_on__isnull=True) | Q(reminded_on__lte=F("due_on")) | Q(reminded_on__lte=again)
    )
    with transaction.atomic():
        late = Commitment.objects.filter(unreminded, ended_at__isnull=True, due_on__lt=today)
        locked = late.select_for_update(skip_locked=True, of=("self",)).select_related("owner")
        rows = list(locked.order_by("due_on", "id")[:most])
        told = defaultdict[queries.Recipient, list[int]](list)
        for row in rows:
            people = queries.answerable(row)
            for person in people:
                told[person].append(row.pk)
            row.reminded_on = today
            row.save(update_fields=["reminded_on"])
            if people:
                events.tell(events.COMMITMENT, row.pk, Kind.REMINDED, by=SYSTEM, at=at)
        _owe(told, on=today.isoformat())
    return len(rows)


def _owe(told: dict[queries.Recipient, list[int]], *, on: str) -> None:
    for person, ids in told.items():
        jobs.configure_task(TELL_TASK, queue=TELL_QUEUE).defer(
            commitment_ids=[*ids], email=person.email, language=person.language, on=on
        )


def owe_paper(paper_id: int, people: Sequence[queries.Recipient], *, task: str) -> None:
    """Owe these people a message that a paper is there, by a task that writes it."""
    for person in people:
        jobs.configure_task(task, queue=TELL_QUEUE).defer(
            paper_id=paper_id, email=person.email, language=person.language
        )
