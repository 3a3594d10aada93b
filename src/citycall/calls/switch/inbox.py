"""Taking in what telephone systems tell: kept first, applied at once where that is possible.

Whatever goes wrong while an event is applied takes nothing from the row that holds it. It is
tried again, later each time, and after some tries it waits for a person.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from citycall.calls.policies import PERMISSIONS
from citycall.calls.switch.applying import apply
from citycall.calls.switch.models import SwitchEvent
from citycall.calls.switch.told import Malformed, Told
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import DomainError
from citycall.core.permissions import require

log = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 10
MOST_AT_ONCE: Final = 500
OLDEST: Final = timedelta(days=30)
KEEP_NUMBERS: Final = timedelta(days=7)
KEEP_EVENTS: Final = timedelta(days=90)
_PERSONAL: Final = ("phone", "name", "outside")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many events are not applied: to be tried again, and given up until a person looks."""

    trying: int
    given_up: int


@transaction.atomic
def receive(told: Told, *, by: Actor, at: datetime) -> SwitchEvent:
    """Keep an event, and let its call follow; told again, it changes nothing.

    What happened cannot have happened later than it was told: a clock that is fast is set right.
    """
    require(PERMISSIONS, "tell", by=by)
    happened = at if told.at is None else min(told.at, at)
    if happened < at - OLDEST:
        sentence = _("This happened more than %(n)d days ago. Please check the clock.")
        raise Malformed(sentence % {"n": OLDEST.days}, field="at")
    event, new = SwitchEvent.objects.get_or_create(
        switch=told.switch,
        event_id=told.identity,
        defaults={
            "kind": told.kind,
            "call_key": told.call_key,
            "at": happened,
            "data": told.data,
            "received_at": at,
        },
    )
    if new:
        _try(event, by=by, at=at)
    return event


def try_again(*, at: datetime, also_given_up: bool = False) -> int:
    """Apply the events whose time has come, the oldest first; how many could be applied."""
    due = Q(next_at__lte=at)
    if also_given_up:
        due = Q()
    rows = SwitchEvent.objects.filter(due, applied_at__isnull=True).order_by("at", "id")
    applied = 0
    for pk in list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        with transaction.atomic():
            event = SwitchEvent.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if event is not None and event.applied_at is None:
                _try(event, by=SYSTEM, at=at)
                applied += event.applied_at is not None
    return applied


def waiting() -> Waiting:
    """How many events are not applied."""
    rows = SwitchEvent.objects.filter(applied_at__isnull=True)
    return Waiting(
        trying=rows.filter(next_at__isnull=False).count(),
        given_up=rows.filter(next_at__isnull=True).count(),
    )


def latest(*, unapplied: bool = False, limit: int = 50) -> "QuerySet[SwitchEvent]":
    """The events that came last, or those of them that are not applied."""
    rows = SwitchEvent.objects.order_by("-id")
    return (rows.filter(applied_at__isnull=True) if unapplied else rows)[:limit]


def forget(*, at: datetime) -> int:
    """Take the numbers out of events that were applied some days ago, and old events away.

    Returns how many events hold no numbers any more. One that could not be applied keeps them as
    long as it is kept, since without them it never could be.
    """
    SwitchEvent.objects.filter(received_at__lt=at - KEEP_EVENTS).delete()
    rows = SwitchEvent.objects.filter(
        erased_at__isnull=True, applied_at__isnull=False, received_at__lt=at - KEEP_NUMBERS
    )
    erased = 0
    for event in rows.only("pk", "data").iterator(chunk_size=1_000):
        data = {name: value for name, value in event.data.items() if name not in _PERSONAL}
        SwitchEvent.objects.filter(pk=event.pk).update(data=data, erased_at=at)
        erased += 1
    return erased


def _try(event: SwitchEvent, *, by: Actor, at: datetime) -> None:
    known = event.call_id
    try:
        with transaction.atomic():
            event.fault = apply(event, by=by)[:300]
    except DomainError as error:
        event.fault, event.call_id = error.message[:300], known
    except Exception as error:
        # Whatever it is, the event stays: it is told in the log, in the row, and tried again.
        log.exception("An event of %s could not be applied: %d", event.switch, event.pk)
        event.fault, event.call_id = type(error).__name__, known
    event.attempts += 1
    event.applied_at = None if event.fault else at
    gives_up = event.attempts >= MOST_ATTEMPTS
    event.next_at = None if not event.fault or gives_up else at + _pause(event.attempts)
    event.save(update_fields=["call", "fault", "attempts", "applied_at", "next_at"])


def _pause(attempts: int) -> timedelta:
    """After one minute, 2, 4 ... and so until eight hours after the first try."""
    return timedelta(minutes=2 ** (attempts - 1))
