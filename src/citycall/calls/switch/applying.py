"""From one event in the inbox to the call it tells of.

Events come late, twice and in any order. Times are set by ``flow``, which does not mind. What one
event says instead of another (which desk it rings at, who has it, whether it is on hold) is taken
from all events of the call that the inbox holds, by when they happened.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from citycall.calls import waiting
from citycall.calls.actions import call_backs, flow
from citycall.calls.models import Call, Desk, Ending, State
from citycall.calls.switch.models import Kind, SwitchEvent
from citycall.core.actors import Actor

# Why a call ended that nobody had answered; anything else means that the caller hung up.
_ENDINGS: Final[Mapping[str, Ending]] = {
    "menu": Ending.MENU,
    "forwarded": Ending.MENU,
    "callBack": Ending.CALL_BACK,
    "closed": Ending.CLOSED,
    "busy": Ending.FAILED,
    "noAnswer": Ending.FAILED,
    "congestion": Ending.FAILED,
    "notFound": Ending.FAILED,
    "failed": Ending.FAILED,
}


def apply(event: SwitchEvent, *, by: Actor) -> str:
    """Let the call follow the event; may be done again without harm.

    Returns the fault that kept part of it from being done, empty where there was none.
    """
    if event.kind == Kind.STARTED:
        _started(event, by)
        return ""
    data = event.data
    call = flow.arrive(
        switch=event.switch,
        switch_id=event.call_key,
        by=by,
        at=event.at,
        phone=data.get("phone", ""),
        dialled=data.get("dialled", ""),
        name=data.get("name", ""),
        language=data.get("language", ""),
        outgoing=data.get("outgoing", False),
    )
    # Whoever applies another event of this call at the same time waits here, and then sees ours.
    Call.objects.select_for_update().only("pk").get(pk=call.pk)
    event.call_id = call.pk
    return _APPLIED[Kind(event.kind)](event, call.pk, by)


def _new(event: SwitchEvent, call_id: int, by: Actor) -> str:
    """A call that comes with a queue or for one desk waits, or rings, from its first moment."""
    data = event.data
    if data.get("topic") and not data.get("outgoing"):
        _queued(event, call_id, by)
    return _offered(event, call_id, by) if data.get("extension") else ""


def _menu(event: SwitchEvent, call_id: int, by: Actor) -> str:
    flow.choose(
        call_id,
        by=by,
        language=event.data.get("language", ""),
        topic=event.data.get("topic", ""),
    )
    return ""


def _queued(event: SwitchEvent, call_id: int, by: Actor) -> str:
    """It waits. Whoever was not told yet how long that may be hears what we expect."""
    data = event.data
    call = flow.wait(
        call_id,
        by=by,
        at=event.at,
        language=data.get("language", ""),
        topic=data.get("topic", ""),
        priority=data.get("priority"),
        told_seconds=data.get("told_seconds"),
    )
    if call.told_seconds is None and call.state is State.WAITING:
        wait = waiting.expected(
            language=call.language,
            topic=call.topic,
            priority=call.priority,
            queued_at=call.queued_at or event.at,
            at=event.at,
        )
        if wait is not None:
            flow.wait(call_id, by=by, at=event.at, told_seconds=wait.seconds)
    return ""


def _call_back(event: SwitchEvent, call_id: int, by: Actor) -> str:
    """They hang up, and keep their place."""
    call_backs.ask(
        call_id=call_id,
        phone=event.data.get("outside", ""),
        by=by,
        at=event.at,
        language=event.data.get("language", ""),
    )
    return ""


def _started(event: SwitchEvent, by: Actor) -> None:
    """What had waited in a telephone system before it started anew is over; talks may go on."""
    lost = Call.objects.filter(
        switch=event.switch,
        arrived_at__lt=event.at,
        answered_at__isnull=True,
        ended_at__isnull=True,
    )
    for call_id in lost.order_by("pk").values_list("pk", flat=True):
        flow.end(call_id, by=by, at=event.at, ending=Ending.FAILED)


def _offered(event: SwitchEvent, call_id: int, by: Actor) -> str:
    """It rings at a desk, or without one at none any more."""
    if _overtaken(event, Kind.OFFERED):
        return ""
    extension = event.data.get("extension", "")
    taker_id = _taker(extension)
    flow.offer(call_id, taker_id=taker_id, by=by, at=event.at)
    return _unknown(extension) if extension and taker_id is None else ""


def _answered(event: SwitchEvent, call_id: int, by: Actor) -> str:
    extension = event.data.get("extension", "")
    taker_id = _taker(extension)
    call = flow.answer(call_id, taker_id=taker_id, by=by, at=event.at)
    if taker_id is not None and call.taker_id is None:
        flow.pass_on(call_id, taker_id=taker_id, by=by, at=event.at)
    later = _others(event, Kind.TRANSFERRED).filter(at__gte=event.at).order_by("at", "id").last()
    if later is not None:
        _transferred(later, call_id, by)
    return _unknown(extension) if extension and taker_id is None else ""


def _held(event: SwitchEvent, call_id: int, by: Actor) -> str:
    spells: list[tuple[datetime, datetime | None]] = []
    rows = _others(event, Kind.HELD, Kind.RESUMED).order_by("at", "id").values_list("kind", "at")
    for kind, at in rows:
        waits = bool(spells) and spells[-1][1] is None
        if kind == Kind.HELD and not waits:
            spells.append((at, None))
        elif kind == Kind.RESUMED and waits:
            spells[-1] = (spells[-1][0], at)
    flow.hold_times(call_id, spells=spells, by=by)
    return ""


def _transferred(event: SwitchEvent, call_id: int, by: Actor) -> str:
    """To another desk, or to a number outside."""
    if _overtaken(event, Kind.TRANSFERRED):
        return ""
    data = event.data
    if outside := data.get("outside"):
        flow.pass_out(call_id, to=outside, by=by)
        return ""
    taker_id = _taker(data.get("extension", ""))
    if taker_id is None:
        return _unknown(data.get("extension", ""))
    flow.pass_on(call_id, taker_id=taker_id, by=by, at=event.at)
    return ""


def _ended(event: SwitchEvent, call_id: int, by: Actor) -> str:
    cause = event.data.get("cause", "")
    flow.end(call_id, by=by, at=event.at, ending=_ENDINGS.get(cause))
    if cause == "forwarded" and event.data.get("outside"):
        flow.pass_out(call_id, to=event.data["outside"], by=by)
    if _others(event, Kind.HELD).exists():
        _held(event, call_id, by)
    return ""


def _others(event: SwitchEvent, *kinds: Kind) -> "QuerySet[SwitchEvent]":
    return SwitchEvent.objects.filter(switch=event.switch, call_key=event.call_key, kind__in=kinds)


def _overtaken(event: SwitchEvent, kind: Kind) -> bool:
    """Whether something of the same kind that happened later is known already."""
    return _others(event, kind).filter(at__gt=event.at).exists()


def _taker(extension: str) -> int | None:
    if not extension:
        return None
    desk = Desk.objects.filter(extension=extension).values_list("taker_id", flat=True)
    return desk.first()


def _unknown(extension: str) -> str:
    return _("No desk has the extension “%(extension)s”.") % {"extension": extension}


_APPLIED: Final[Mapping[Kind, Callable[[SwitchEvent, int, Actor], str]]] = {
    Kind.NEW: _new,
    Kind.MENU: _menu,
    Kind.QUEUED: _queued,
    Kind.OFFERED: _offered,
    Kind.ANSWERED: _answered,
    Kind.HELD: _held,
    Kind.RESUMED: _held,
    Kind.TRANSFERRED: _transferred,
    Kind.CALL_BACK: _call_back,
    Kind.ENDED: _ended,
}
