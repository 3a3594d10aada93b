"""What call-takers do with a conversation: begin, park, note what it touched, pass on, wrap up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.calls import news
from citycall.calls.actions import attempts, desks
from citycall.calls.models import Call, CallBack, Disposition, Medium, Pad, Touch
from citycall.calls.pace import sums
from citycall.calls.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, NotAllowed, NotFound
from citycall.core.permissions import require

MOST_PARKED: Final = 2
LONGEST_NOTES: Final = 4000


class TooManyParked(Conflict):
    """Two calls are parked already."""

    code = "too_many_parked"


class NoDisposition(DomainError):
    """A conversation is wrapped up by saying what came of it."""

    code = "no_disposition"


def begin(
    *,
    medium: Medium,
    by: Actor,
    at: datetime,
    phone: str = "",
    name: str = "",
    language: str = "",
    outgoing: bool = False,
) -> Call:
    """A conversation that no telephone system tells of; answered now, by who begins it."""
    require(PERMISSIONS, "take", by=by)
    with transaction.atomic():
        call = Call.objects.create(
            medium=medium,
            outgoing=outgoing,
            phone=phone,
            name=name[:150],
            language=language,
            taker_id=by.id,
            arrived_at=at,
            answered_at=at,
        )
        _changed(call, at=at)
        return call


def take(call_id: int, *, by: Actor, at: datetime) -> Call:
    """Pick up a call that nobody has, or that rings at this desk."""
    require(PERMISSIONS, "take", by=by)
    with transaction.atomic():
        call = _locked(call_id)
        if call.answered_at is not None and call.taker_id not in {None, by.id}:
            raise Conflict(_("Somebody else has answered this call."))
        if call.ended_at is not None and call.answered_at is None:
            raise Conflict(_("The caller has hung up."))
        rang_at = call.taker_id
        news_to_us = call.answered_at is None
        call.taker_id = by.id
        call.answered_at = call.answered_at or at
        call.save()
        news.tell(*news.of_call(call.pk, call.taker_id, rang_at))
        if news_to_us:
            taken_up(call, at=at)
        return call


def taken_up(call: Call, *, at: datetime) -> None:
    """What follows once a call was answered, whoever tells of it first; its row is held."""
    promised = CallBack.objects.filter(call_id=call.pk, state=CallBack.State.WAITING)
    if call.queued_at is not None and promised.update(state=CallBack.State.DONE, ended_at=at):
        news.tell(news.QUEUE)
    desks.follow(call.taker_id, at=at)
    if call.queued_at is not None:
        sums.answered(at=at, waited_s=call.waited_seconds(at))


def say_who(
    call_id: int,
    *,
    by: Actor,
    phone: str | None = None,
    name: str | None = None,
    language: str | None = None,
) -> Call:
    """Put right who it is, as they say themselves; what is none stays as it is."""
    with own(call_id, by=by) as call:
        call.phone = call.phone if phone is None else phone
        call.name = call.name if name is None else name[:150]
        call.language = call.language if language is None else language
        call.save(update_fields=["phone", "name", "language"])
        return call


def park(call_id: int, *, by: Actor, at: datetime) -> Call:
    """Put it aside to take another; two at most."""
    with own(call_id, by=by) as call:
        parked = Call.objects.filter(
            taker_id=by.id, wrapped_at__isnull=True, parked_at__isnull=False
        ).exclude(pk=call.pk)
        if parked.count() >= MOST_PARKED:
            raise TooManyParked(_("Two calls are parked already. Please finish one of them first."))
        call.parked_at = call.parked_at or at
        call.save(update_fields=["parked_at"])
        _changed(call, at=at)
        return call


def unpark(call_id: int, *, by: Actor, at: datetime) -> Call:
    """Take it up again."""
    with own(call_id, by=by) as call:
        call.parked_at = None
        call.save(update_fields=["parked_at"])
        _changed(call, at=at)
        return call


def touch(
    call_id: int,
    *,
    kind: Touch.Kind,
    by: Actor,
    at: datetime,
    request_id: int | None = None,
    code: str = "",
) -> None:
    """Note what the conversation was about; said twice, it is noted once."""
    with own(call_id, by=by) as call:
        Touch.objects.get_or_create(
            call=call, kind=kind, request_id=request_id, code=code[:80], defaults={"at": at}
        )


def wrap_up(
    call_id: int,
    *,
    disposition: str,
    by: Actor,
    at: datetime,
    resolved: bool | None = None,
    notes: str = "",
    transferred_to: str = "",
) -> Call:
    """Say what came of it, and finish it; what was typed and not saved goes with it.

    ``resolved`` is whether anything is left to do for the caller; where it is not told, a request
    made and a transfer leave something, all else does not. Without a telephone system that tells
    of its end, the conversation ends now. Raises ``NoDisposition``.
    """
    if disposition not in Disposition.values:
        raise NoDisposition(_("Please choose what came of this call."), field="disposition")
    with own(call_id, by=by) as call:
        call.disposition = disposition
        call.resolved = disposition != Disposition.TRANSFERRED if resolved is None else resolved
        if not call.erased_at:
            call.notes = notes.strip()[:LONGEST_NOTES] or call.notes
        call.transferred_to = transferred_to[:80] or call.transferred_to
        news_to_us = call.wrapped_at is None and call.answered_at is not None
        call.ended_at = call.ended_at or at
        call.wrapped_at = call.wrapped_at or max(at, call.ended_at)
        call.parked_at = None
        call.save()
        Pad.objects.filter(call=call).delete()
        if call.outgoing:
            attempts.settle(call.pk, taker_id=by.id or 0, disposition=disposition, at=at)
        _changed(call, at=at)
        if news_to_us and call.medium == Medium.PHONE:
            sums.handled(at=at, talk_s=call.talk_seconds(at), wrap_up_s=call.wrap_up_seconds(at))
        return call


def dispose(call_id: int, *, disposition: Disposition, by: Actor) -> Call:
    """Note what came of it before it is over, as when it is passed to 911 at once."""
    with own(call_id, by=by) as call:
        call.disposition = disposition
        call.save(update_fields=["disposition"])
        return call


@contextmanager
def own(call_id: int, *, by: Actor) -> Iterator[Call]:
    """The call's row, held while its call-taker changes it; raises ``NotAllowed``, ``NotFound``.

    Nobody's call is whoever's takes it in hand.
    """
    require(PERMISSIONS, "take", by=by)
    with transaction.atomic():
        call = _locked(call_id)
        if call.taker_id is None:
            call.taker_id = by.id
            call.save(update_fields=["taker"])
        if call.taker_id != by.id:
            raise NotAllowed(_("This call belongs to somebody else."))
        yield call


def _changed(call: Call, *, at: datetime) -> None:
    """Let the desk follow its calls, and tell those who look at it."""
    news.tell(*news.of_call(call.pk, call.taker_id, queue=False))
    desks.follow(call.taker_id, at=at)


def _locked(call_id: int) -> Call:
    try:
        return Call.objects.select_for_update().get(pk=call_id)
    except Call.DoesNotExist:
        raise NotFound(_("There is no such call.")) from None
