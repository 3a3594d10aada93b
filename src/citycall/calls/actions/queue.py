"""Whose turn it is: the call or the call-back that a desk takes next.

In the order of the queue, by priority and then by place, of what the desk has the skills for. The
row is held while it is given, and rows that others hold are passed over, so that two desks never
get the same and nobody waits for anybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citycall.calls import news
from citycall.calls.actions import call_backs, handling
from citycall.calls.models import Call, CallBack, Desk
from citycall.calls.policies import PERMISSIONS
from citycall.calls.waiting import call_backs_waiting, calls_waiting
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotAllowed
from citycall.core.permissions import require

# A call that rings so long at a desk where nobody answers may be given to another.
RINGS_FOR: Final = timedelta(seconds=60)
_AT_ONCE: Final = 100


class NobodyWaits(Conflict):
    """There is nobody in the queue whom this desk can take."""

    code = "nobody_waits"


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: a call, or somebody to call back; one of the two is none."""

    call: Call | None = None
    call_back: CallBack | None = None


def next_for(taker_id: int, *, by: Actor, at: datetime) -> Turn | None:
    """Give this desk whoever is next, and note that they have it; None where nobody is.

    A call rings at the desk from now on, a call-back is being called. The telephone system asks
    for any desk, a call-taker for their own.
    """
    own = by.id == taker_id and PERMISSIONS["take"].allows(by, agency_id=None)
    if not (own or PERMISSIONS["tell"].allows(by, agency_id=None)):
        raise NotAllowed(_("You do not have permission to do this."))
    with transaction.atomic():
        desk = Desk.objects.filter(pk=taker_id).first()
        fits = _fits(desk)
        for is_call, found in _in_order(fits, taker_id=taker_id, at=at):
            if is_call and (call := _hold_call(found, taker_id=taker_id, at=at)):
                call.taker_id, call.offered_at = taker_id, at
                call.save(update_fields=["taker", "offered_at"])
                news.tell(*news.of_call(call.pk, taker_id))
                return Turn(call=call)
            if not is_call and (call_back := _hold_call_back(found, at=at)):
                call_backs.reserve(call_back, taker_id=taker_id, at=at)
                return Turn(call_back=call_back)
    return None


def take_next(*, by: Actor, at: datetime) -> Call:
    """A call-taker takes whoever is next, and speaks with them; raises ``NobodyWaits``."""
    require(PERMISSIONS, "take", by=by)
    with transaction.atomic():
        turn = next_for(by.id or 0, by=by, at=at) or Turn()
        if turn.call_back is not None:
            return call_backs.begin(turn.call_back.pk, by=by, at=at)
        if turn.call is not None:
            return handling.take(turn.call.pk, by=by, at=at)
        raise NobodyWaits(_("Nobody waits whom you can take."))


def _fits(desk: Desk | None) -> Q:
    """What a desk has the skills for; what names no language or topic fits all."""
    fits = Q()
    if desk is not None and desk.languages:
        fits &= Q(language__in=["", *desk.languages])
    if desk is not None and desk.topics:
        fits &= Q(topic__in=["", *desk.topics])
    return fits


def _in_order(fits: Q, *, taker_id: int, at: datetime) -> Iterator[tuple[bool, int]]:
    """The ids of calls (True) and call-backs (False) in the order of the queue."""
    rings_elsewhere = Q(offered_at__gt=at - RINGS_FOR) & ~Q(taker_id=taker_id)
    calls = calls_waiting(at=at).filter(fits).exclude(rings_elsewhere)
    backs = call_backs_waiting(at=at).filter(fits)
    found = [
        (priority, place, True, pk)
        for priority, place, pk in calls.order_by("priority", "queued_at", "id").values_list(
            "priority", "queued_at", "id"
        )[:_AT_ONCE]
    ] + [
        (priority, place, False, pk)
        for priority, place, pk in backs.order_by("priority", "joined_at", "id").values_list(
            "priority", "joined_at", "id"
        )[:_AT_ONCE]
    ]
    for _priority, _place, is_call, pk in sorted(found):
        yield is_call, pk


def _hold_call(call_id: int, *, taker_id: int, at: datetime) -> Call | None:
    """The row, unless somebody else holds it or it no longer waits."""
    rings_elsewhere = Q(offered_at__gt=at - RINGS_FOR) & ~Q(taker_id=taker_id)
    rows = calls_waiting(at=at).filter(pk=call_id).exclude(rings_elsewhere)
    return rows.select_for_update(skip_locked=True, of=("self",)).first()


def _hold_call_back(call_back_id: int, *, at: datetime) -> CallBack | None:
    rows = CallBack.objects.filter(pk=call_back_id, state=CallBack.State.WAITING)
    return rows.select_for_update(skip_locked=True, of=("self",)).first()
