"""Calling people back: instead of their waiting, with their place kept, or at a chosen time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from citycall.calls import hours, news
from citycall.calls.actions import attempts, handling
from citycall.calls.actions.attempts import OPEN
from citycall.calls.models import Call, CallBack, Ending, Medium, Touch
from citycall.calls.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, Faults, NotAllowed, NotFound
from citycall.core.permissions import require
from citycall.service_requests.checks import clean_phone

FURTHEST: Final = timedelta(days=14)
_LOOKED_AHEAD: Final = 7 * 48


class NoNumber(DomainError):
    """Nobody can be called back without a number."""

    code = "no_number"


class BadTime(DomainError):
    """The call centre is closed at the wanted time, or it is past or too far away."""

    code = "bad_call_back_time"


class TimeFull(Conflict):
    """As many as can be called were promised this half hour already."""

    code = "call_back_time_full"


def ask(
    *,
    call_id: int | None,
    phone: str,
    by: Actor,
    at: datetime,
    wanted_at: datetime | None = None,
    name: str = "",
    language: str = "",
    topic: str = "",
    why: str = "",
) -> CallBack:
    """Somebody wishes to be called back, as the telephone system tells.

    Without ``wanted_at`` they keep the place of their call in the queue, where it waits; with it
    they are called in that half hour. What is not given is taken from the call. Who waits for a
    call-back already keeps that one, with its place. Raises ``NoNumber``, ``BadTime``,
    ``TimeFull``, and ``Faults`` for a number that is none.
    """
    require(PERMISSIONS, "tell", by=by)
    given = {"name": name, "language": language, "topic": topic, "why": why}
    return _asked(call_id, phone, given, at=at, wanted_at=wanted_at)


def promise(
    *,
    call_id: int | None,
    phone: str,
    by: Actor,
    at: datetime,
    wanted_at: datetime | None = None,
    name: str = "",
    language: str = "",
    topic: str = "",
    why: str = "",
) -> CallBack:
    """The same, promised by a call-taker; it is noted with their call."""
    require(PERMISSIONS, "take", by=by)
    given = {"name": name, "language": language, "topic": topic, "why": why}
    with transaction.atomic():
        made = _asked(call_id, phone, given, at=at, wanted_at=wanted_at)
        own = call_id is not None and Call.objects.filter(pk=call_id, taker_id=by.id).exists()
        if own and call_id is not None:
            handling.touch(
                call_id, kind=Touch.Kind.CALL_BACK, by=by, at=at, request_id=None, code=str(made.pk)
            )
        return made


def begin(call_back_id: int, *, by: Actor, at: datetime) -> Call:
    """Call them now: an outgoing conversation of the call-taker's, answered when they are reached.

    Raises ``Conflict`` where somebody else does already or it is over.
    """
    require(PERMISSIONS, "take", by=by)
    with _locked(call_back_id) as call_back:
        if call_back.state not in OPEN or call_back.taker_id not in {None, by.id}:
            raise Conflict(_("Somebody else is calling back, or it is done already."))
        if call_back.state != CallBack.State.CALLING:
            reserve(call_back, taker_id=by.id, at=at)
        call = handling.begin(
            medium=Medium.PHONE,
            by=by,
            at=at,
            phone=call_back.phone,
            name=call_back.name,
            language=call_back.language,
            outgoing=True,
        )
        Call.objects.filter(pk=call.pk).update(topic=call_back.topic, notes=call_back.why)
        call_back.call = call
        call_back.save(update_fields=["call"])
        return call


def reserve(call_back: CallBack, *, taker_id: int | None, at: datetime) -> None:
    """This desk calls them; the row is held by who asks."""
    call_back.state = CallBack.State.CALLING
    call_back.taker_id = taker_id
    call_back.attempts += 1
    call_back.next_at = at
    call_back.save(update_fields=["state", "taker", "attempts", "next_at"])
    news.tell(news.QUEUE, f"desk:{taker_id}")


def reached(call_back_id: int, *, by: Actor, at: datetime) -> CallBack:
    """They were spoken with; said twice, it was once."""
    require(PERMISSIONS, "take", by=by)
    with _locked(call_back_id) as call_back:
        if call_back.state in OPEN:
            attempts.end(call_back, CallBack.State.DONE, at=at)
        return call_back


def not_reached(call_back_id: int, *, by: Actor, at: datetime) -> CallBack:
    """Nobody answered: tried again after a pause that grows, three times in all."""
    require(PERMISSIONS, "take", by=by)
    with _locked(call_back_id) as call_back:
        if call_back.state in OPEN:
            attempts.failed(call_back, at=at)
        return call_back


def cancel(call_back_id: int, *, by: Actor, at: datetime) -> CallBack:
    """They no longer wish it, or somebody noted it by mistake."""
    if not any(PERMISSIONS[each].allows(by, agency_id=None) for each in ("take", "tell")):
        raise NotAllowed(_("You do not have permission to do this."))
    with _locked(call_back_id) as call_back:
        if call_back.state in OPEN:
            attempts.end(call_back, CallBack.State.CANCELLED, at=at)
        return call_back


def from_missed(call_id: int, *, by: Actor, at: datetime) -> CallBack:
    """Call back somebody who hung up while waiting; they have the place that they gave up."""
    require(PERMISSIONS, "take", by=by)
    call = Call.objects.filter(pk=call_id, ending=Ending.LEFT).first()
    if call is None:
        raise NotFound(_("There is no such call."))
    given = {"name": "", "language": "", "topic": "", "why": ""}
    return _asked(call.pk, call.phone, given, at=at, wanted_at=None, kept_place=call.queued_at)


def join(call: Call) -> None:
    """Who calls again while waiting for a call-back waits at its place, and is counted once.

    ``call`` waits, its row is held and saved by who asks.
    """
    if not call.phone:
        return
    found = _waiting_for(call.phone)
    if found is None or found.state != CallBack.State.WAITING:
        return
    due = found.wanted_at is None or (call.queued_at or call.arrived_at) >= found.wanted_at
    if due and call.queued_at is not None:
        call.queued_at = min(call.queued_at, found.joined_at)
    found.call = call
    found.save(update_fields=["call"])


def _asked(
    call_id: int | None,
    phone: str,
    given: dict[str, str],
    *,
    at: datetime,
    wanted_at: datetime | None,
    kept_place: datetime | None = None,
) -> CallBack:
    with transaction.atomic():
        call = Call.objects.select_for_update().filter(pk=call_id).first() if call_id else None
        number = _number(phone or (call.phone if call else ""))
        if wanted_at is not None:
            _check_time(wanted_at, at=at)
        _hold(f"call-back:{number}")
        kept = _waiting_for(number)
        if wanted_at is not None:
            _check_room(wanted_at, but=kept)
        place = wanted_at or kept_place or _place(call) or at
        made = kept or CallBack(phone=number, asked_at=at, joined_at=place)
        if kept is None or kept.wanted_at is not None or wanted_at is not None:
            # A wish told later counts; who only asks again keeps the better place.
            made.joined_at, made.wanted_at, made.next_at = place, wanted_at, wanted_at
        _fill(made, call, given)
        if call is not None:
            _leave_queue(call)
            made.call = call
        made.save()
        news.tell(news.QUEUE, *([f"call:{call.pk}"] if call else []))
        return made


def _place(call: Call | None) -> datetime | None:
    """Since when the call waits, if it still does."""
    if call is None or call.answered_at is not None:
        return None
    return call.queued_at


def _fill(made: CallBack, call: Call | None, given: dict[str, str]) -> None:
    for field, said in given.items():
        held = getattr(made, field) or (getattr(call, field, "") if call and field != "why" else "")
        limit = {"name": 150, "language": 10, "topic": 40}.get(field, 4_000)
        setattr(made, field, (said.strip() or held)[:limit])
    if call is not None:
        made.priority = min(made.priority, call.priority)


def _leave_queue(call: Call) -> None:
    """The call no longer waits, though its line may be open for some seconds more."""
    if call.queued_at is not None and call.answered_at is None and not call.ending:
        call.ending = Ending.CALL_BACK
        call.save(update_fields=["ending"])


def _number(phone: str) -> str:
    faults: dict[str, str] = {}
    number = clean_phone(phone, faults=faults)
    if faults:
        raise Faults(faults)
    if not number:
        raise NoNumber(_("Please give a number to call back."), field="phone")
    return number


def _check_time(wanted_at: datetime, *, at: datetime) -> None:
    if wanted_at < hours.slot_of(at):
        raise BadTime(_("This time is past. Please choose a later one."), field="wanted_at")
    if wanted_at > at + FURTHEST:
        raise BadTime(_("Please choose a time within the next two weeks."), field="wanted_at")
    if not hours.is_open(wanted_at):
        raise BadTime(_("Nobody calls at this time. Please choose another."), field="wanted_at")


def _check_room(wanted_at: datetime, *, but: CallBack | None) -> None:
    """Not everybody is promised the same half hour; who asks at once, asks one after another."""
    slot = hours.slot_of(wanted_at)
    _hold(f"call-back-slot:{slot.isoformat()}")
    promised = CallBack.objects.filter(
        state__in=OPEN, wanted_at__gte=slot, wanted_at__lt=hours.next_slot(slot)
    ).exclude(pk=but.pk if but else 0)
    if promised.count() >= settings.CITYCALL_CALL_BACKS_PER_HALF_HOUR:
        raise TimeFull(
            _("All call-backs of this half hour are taken. Please choose another time."),
            field="wanted_at",
        )


def free_times(*, at: datetime, most: int = 6) -> list[datetime]:
    """The next half hours in which somebody can be called back, beginning with the one after now.

    Looks a week ahead at most.
    """
    first = hours.next_slot(at)
    until = first + _LOOKED_AHEAD * timedelta(minutes=30)
    taken: dict[datetime, int] = {}
    promised = CallBack.objects.filter(state__in=OPEN, wanted_at__gte=first, wanted_at__lt=until)
    for wanted_at in promised.values_list("wanted_at", flat=True):
        if wanted_at is not None:
            slot = hours.slot_of(wanted_at)
            taken[slot] = taken.get(slot, 0) + 1
    found: list[datetime] = []
    slot = first
    while len(found) < most and slot < until:
        opens = hours.opens_at(slot)
        if opens > slot:
            slot = max(hours.slot_of(opens), slot + timedelta(minutes=30))
            if not hours.is_open(slot):
                slot = hours.next_slot(slot)
            continue
        if taken.get(slot, 0) < settings.CITYCALL_CALL_BACKS_PER_HALF_HOUR:
            found.append(slot)
        slot += timedelta(minutes=30)
    return found


def _waiting_for(number: str) -> CallBack | None:
    rows = CallBack.objects.select_for_update().filter(phone=number, state__in=OPEN)
    return rows.order_by("id").first()


def _hold(name: str) -> None:
    """Wait for whoever does the same at this moment, until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 311))", [name])


@contextmanager
def _locked(call_back_id: int) -> Iterator[CallBack]:
    with transaction.atomic():
        found = CallBack.objects.select_for_update().filter(pk=call_back_id).first()
        if found is None:
            raise NotFound(_("There is no such call-back."))
        yield found
