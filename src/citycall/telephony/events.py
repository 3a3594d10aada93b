"""The generic adapter: telephone systems tell of calls by HTTP, as to Zammad's generic CTI."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from citycall.accounts.callers import caller
from citycall.calls import phones
from citycall.calls.policies import PERMISSIONS
from citycall.calls.queries import told_wait
from citycall.calls.switch import inbox
from citycall.calls.switch.models import Kind
from citycall.calls.switch.told import Malformed, Told
from citycall.core import clock
from citycall.core.permissions import require
from citycall.core.phrases import is_offered
from citycall.telephony.answers import machine

# Ours beside Zammad's three, and what each is called in the inbox.
KINDS: Final[Mapping[str, Kind]] = {
    "newCall": Kind.NEW,
    "menu": Kind.MENU,
    "queued": Kind.QUEUED,
    "offered": Kind.OFFERED,
    "answer": Kind.ANSWERED,
    "hold": Kind.HELD,
    "resume": Kind.RESUMED,
    "transfer": Kind.TRANSFERRED,
    "callBack": Kind.CALL_BACK,
    "hangup": Kind.ENDED,
    "started": Kind.STARTED,
}
Parts = Mapping[str, Sequence[str]]


@machine
def events(request: HttpRequest, secret: str = "") -> HttpResponse:
    """Take one event. A 200 means that it is kept, whether or not it could be applied."""
    by = caller(request, secret=secret)
    require(PERMISSIONS, "tell", by=by)
    told = read(_parts(request), switch=f"http:{by.name}"[:40])
    event = inbox.receive(told, by=by, at=clock.now())
    answer: dict[str, Any] = {"id": event.pk, "applied": event.applied_at is not None}
    if told.kind is Kind.QUEUED:
        answer["expectedSeconds"] = told_wait(event.call_id)
    return JsonResponse(answer)


def read(parts: Parts, *, switch: str) -> Told:
    """The event in a form's or a document's fields. Raises ``Malformed``."""
    kind = KINDS.get(_one(parts, "event"))
    if kind is None:
        known = ", ".join(KINDS)
        raise Malformed(
            _("event must be one of these: %(known)s.") % {"known": known}, field="event"
        )
    direction = _one(parts, "direction") or "in"
    if direction not in {"in", "out"}:
        raise Malformed(_("direction must be in or out."), field="direction")
    outgoing = direction == "out"
    ours, theirs = ("from", "to") if outgoing else ("to", "from")
    language = _one(parts, "language").lower()
    return Told(
        switch=switch,
        kind=kind,
        # What concerns the whole system concerns no call.
        call_key=_one(parts, "callId") or ("-" if kind is Kind.STARTED else ""),
        event_id=_one(parts, "eventId"),
        at=_time(_one(parts, "at")),
        phone=phones.e164(_one(parts, theirs)),
        dialled="" if kind is Kind.TRANSFERRED else phones.line(_one(parts, ours)),
        name=_one(parts, "callerName")[:150],
        language=language if is_offered(language) else "",
        topic=_one(parts, "queue")[:40],
        extension=_extension(parts, kind),
        cause=_one(parts, "cause")[:40],
        outside=_outside(parts, kind),
        priority=_number(parts, "priority", most=9),
        told_seconds=_number(parts, "toldSeconds", most=86_400),
        outgoing=outgoing,
    )


def _extension(parts: Parts, kind: Kind) -> str:
    """The one desk that it concerns; a call that rings at several rings at none of its own."""
    users = [*parts.get("user", ()), *parts.get("user[]", ())]
    if kind in {Kind.ANSWERED, Kind.ENDED} and (answering := _one(parts, "answeringNumber")):
        return answering[:40]
    return users[0].strip()[:40] if len(users) == 1 else ""


def _outside(parts: Parts, kind: Kind) -> str:
    """The number that the caller was connected with, where that is none of our desks."""
    if kind is Kind.TRANSFERRED and not (parts.get("user") or parts.get("user[]")):
        if number := _one(parts, "to"):
            return phones.line(number)
        raise Malformed(_("Please say to whom: user, or to for a number outside."), field="user")
    if kind is Kind.CALL_BACK:
        return phones.e164(_one(parts, "number"))
    if kind is Kind.ENDED and _one(parts, "cause") == "forwarded":
        return phones.line(_one(parts, "answeringNumber"))
    return ""


def _one(parts: Parts, name: str) -> str:
    values = parts.get(name) or ("",)
    return values[0].strip()


def _number(parts: Parts, name: str, *, most: int) -> int | None:
    text = _one(parts, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= most):
        raise Malformed(
            _("%(field)s must be a whole number, %(most)d at most.")
            % {"field": name, "most": most},
            field=name,
        )
    return int(text)


def _time(text: str) -> datetime | None:
    """A time with its zone, as ISO 8601 writes it, or as seconds since 1970."""
    if not text:
        return None
    try:
        if text.replace(".", "", 1).isdigit() and text.isascii():
            return datetime.fromtimestamp(float(text), UTC)
        found = parse_datetime(text)
    except (ValueError, OverflowError, OSError):
        found = None
    if found is None or found.tzinfo is None:
        sentence = _("at must be a time with its zone, such as 2026-11-22T21:26:37.250Z.")
        raise Malformed(sentence, field="at")
    return found


def _parts(request: HttpRequest) -> Parts:
    """The fields of a form or of a JSON document, each with its values."""
    if request.content_type != "application/json":
        fields = request.POST
        return {name: [_text(name, each) for each in fields.getlist(name)] for name in fields}
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed(_("This is not JSON.")) from None
    if not isinstance(document, dict):
        raise Malformed(_("An event is a JSON object."))
    return {name: _values(name, value) for name, value in document.items()}


def _values(name: str, value: Any) -> Sequence[str]:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(each, dict | list) for each in values):
        raise Malformed(
            _("%(field)s must be a text, a number, or a list of them.") % {"field": name[:40]},
            field=name[:40],
        )
    return ["" if each is None else _text(name, str(each)) for each in values]


def _text(name: str, text: str) -> str:
    """A text that a database can hold, which is not every text that JSON can."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Malformed(
            _("%(field)s has signs in it that are no text.") % {"field": name[:40]},
            field=name[:40],
        )
    return text
