"""Twilio's status callbacks: ranked, since they come in any order and tell whole seconds only."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from django.http import HttpRequest, HttpResponse

from citycall.calls import phones
from citycall.calls.switch import inbox
from citycall.calls.switch.control import TWILIO
from citycall.calls.switch.models import Kind
from citycall.calls.switch.told import Told
from citycall.core import clock
from citycall.telephony.spoken import Talk
from citycall.telephony.twilio import BY, call_key, signed

# What Twilio can say of a call, each after those before it.
_RANKS: Final[Mapping[str, int]] = {
    **{"queued": 0, "initiated": 1, "ringing": 2, "in-progress": 3, "answered": 3},
    **{"completed": 4, "busy": 4, "failed": 4, "no-answer": 4, "canceled": 4},
}
_CAUSES: Final[Mapping[str, str]] = {
    "completed": "normalClearing",
    "busy": "busy",
    "failed": "failed",
    "no-answer": "noAnswer",
    "canceled": "cancel",
}


@signed
def events(request: HttpRequest) -> HttpResponse:
    """What became of the caller's call, or of the call to a call-taker that was made for it."""
    status = request.POST.get("CallStatus", "")
    told = _told(request, status)
    if told is not None:
        inbox.receive(told, by=BY, at=clock.now())
    return Talk().answer()


def _told(request: HttpRequest, status: str) -> Told | None:
    extension = request.GET.get("desk", "")[:40]
    cause = ""
    if request.POST.get("ParentCallSid"):
        kind = _of_desk(status)
        extension = extension if status in {"ringing", "in-progress", "answered"} else ""
    else:
        kind, cause = (Kind.ENDED, _CAUSES[status]) if status in _CAUSES else (None, "")
    if kind is None:
        return None
    return Told(
        switch=TWILIO,
        kind=kind,
        call_key=call_key(request),
        event_id=f"{request.POST.get('CallSid', '')}:{status}",
        at=_when(request, status),
        phone="" if request.POST.get("ParentCallSid") else _phone(request),
        extension=extension,
        cause=cause,
        outgoing=_outgoing(request),
    )


def _of_desk(status: str) -> Kind | None:
    """A desk that was talked with and is so no more says nothing of the caller."""
    if status in {"in-progress", "answered"}:
        return Kind.ANSWERED
    return (
        Kind.OFFERED if status in {"ringing", "busy", "failed", "no-answer", "canceled"} else None
    )


def _phone(request: HttpRequest) -> str:
    return phones.e164(request.POST.get("To" if _outgoing(request) else "From", ""))


def _outgoing(request: HttpRequest) -> bool:
    return request.POST.get("Direction", "").startswith("outbound") and not request.POST.get(
        "ParentCallSid"
    )


def _when(request: HttpRequest, status: str) -> datetime:
    """When it happened, told in seconds; within a second, the later stage counts as later."""
    try:
        told = parsedate_to_datetime(request.POST.get("Timestamp", ""))
    except (ValueError, TypeError):
        return clock.now()
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    return told + timedelta(microseconds=_RANKS.get(status, 0))
