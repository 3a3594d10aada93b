"""What is held of somebody who called, by their number: told to them, and erased."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from citycall.calls.models import Call, CallBack
from citycall.calls.retention import erase_calls


def held(phones: Collection[str]) -> list[Mapping[str, Any]]:
    """Every call from or to these numbers (in E.164 form), and every call-back, oldest first."""
    numbers = [phone for phone in phones if phone]
    calls = Call.objects.filter(phone__in=numbers).exclude(phone="").order_by("arrived_at", "pk")
    backs = CallBack.objects.filter(phone__in=numbers).exclude(phone="").order_by("asked_at", "pk")
    return [*map(_call, calls), *map(_call_back, backs)]


def erase(phones: Collection[str], *, at: datetime) -> int:
    """Erase who called; that somebody did stays, with its times. Returns how many calls.

    Whoever waits for a call-back is not called any more.
    """
    numbers = [phone for phone in phones if phone]
    with transaction.atomic():
        calls = Call.objects.filter(phone__in=numbers).exclude(phone="")
        count = erase_calls(list(calls.values_list("pk", flat=True)), at=at)
        backs = CallBack.objects.filter(phone__in=numbers).exclude(phone="")
        backs.filter(ended_at__isnull=True).update(state=CallBack.State.CANCELLED, ended_at=at)
        backs.update(phone="", name="", why="", next_at=None, erased_at=at)
        return count


def _call(call: Call) -> Mapping[str, Any]:
    return {
        "kind": call.medium,
        "outgoing": call.outgoing,
        "phone": call.phone,
        "name": call.name,
        "language": call.language,
        "began_at": call.arrived_at.isoformat(),
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "came_of_it": call.disposition or call.ending,
        "notes": call.notes,
    }


def _call_back(back: CallBack) -> Mapping[str, Any]:
    return {
        "kind": "call_back",
        "phone": back.phone,
        "name": back.name,
        "language": back.language,
        "asked_at": back.asked_at.isoformat(),
        "wanted_at": back.wanted_at.isoformat() if back.wanted_at else None,
        "state": back.state,
        "why": back.why,
    }
