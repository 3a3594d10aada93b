"""Call-takers' desks: who is there, what they do now, and which calls they can take.

Spells follow each other without gaps or overlaps: each change ends the present one at the moment
at which the next begins, while the desk's row is held. Rows are held in one order everywhere, so
that nobody waits for somebody who waits for them: call, call-back, desk, the half hour's sums.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.calls import news
from citycall.calls.models import Call, CallBack, Desk, DeskSpell
from citycall.calls.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.core.permissions import require

# What call-takers say of themselves; the others follow from their calls.
CHOSEN: Final = (Desk.State.READY, Desk.State.AWAY, Desk.State.OFF)
_IN_CALLS: Final = (Desk.State.BUSY, Desk.State.WRAPPING)


class NoSuchState(DomainError):
    """Desks know a few states only, and of these people say a few themselves."""

    code = "no_such_desk_state"


class ExtensionTaken(DomainError):
    """Two desks cannot have one name at the telephone system."""

    code = "extension_taken"


def sit(state: str, *, by: Actor, at: datetime, reason: str = "") -> Desk:
    """A call-taker says that they are ready, away or gone; raises ``NoSuchState``.

    Who says so with a caller on the line is with that caller first.
    """
    require(PERMISSIONS, "take", by=by)
    if state not in CHOSEN:
        raise NoSuchState(_("Please choose ready, away or signed off."), field="state")
    if by.id is None:
        raise NotAllowed(_("This page is for city staff."))
    return _set(by.id, Desk.State(state), at=at, reason=reason)


def set_state(taker_id: int, state: str, *, by: Actor, at: datetime, reason: str = "") -> Desk:
    """The telephone system or a supervisor says what somebody does; raises ``NoSuchState``."""
    _may_set(by)
    if state not in Desk.State.values:
        raise NoSuchState(_("There is no such state of a desk."), field="state")
    return _set(taker_id, Desk.State(state), at=at, reason=reason)


def set_skills(
    taker_id: int,
    *,
    languages: Collection[str],
    topics: Collection[str],
    by: Actor,
    at: datetime,
    extension: str | None = None,
) -> Desk:
    """Which calls a desk can take (none named: all), and its name at the telephone system.

    Raises ``ExtensionTaken``.
    """
    require(PERMISSIONS, "supervise", by=by)
    with transaction.atomic():
        desk = _locked(taker_id, at=at)
        desk.languages = sorted(set(languages))
        desk.topics = sorted(set(topics))
        if extension is not None:
            others = Desk.objects.filter(extension=extension).exclude(pk=taker_id)
            if extension and others.exists():
                raise ExtensionTaken(_("Another desk has this extension."), field="extension")
            desk.extension = extension
        desk.save(update_fields=["languages", "topics", "extension"])
        news.tell(news.QUEUE, f"desk:{taker_id}")
        return desk


def sign_off(taker_id: int, *, at: datetime) -> None:
    """Somebody who leaves the site leaves the desk; nothing happens to who was at none."""
    if Desk.objects.filter(pk=taker_id).exclude(state=Desk.State.OFF).exists():
        _set(taker_id, Desk.State.OFF, at=at, reason="")


def follow(taker_id: int | None, *, at: datetime) -> None:
    """Let the desk say what its calls say: with a caller, wrapping up, or ready again.

    Called by what changes a call. A desk that nobody is at stays so.
    """
    if taker_id is None:
        return
    with transaction.atomic():
        desk = Desk.objects.select_for_update().filter(pk=taker_id).first()
        if desk is None or desk.state == Desk.State.OFF:
            return
        told = in_calls(taker_id)
        if told is not None:
            _change(desk, told, at=at, reason="")
        elif desk.state in _IN_CALLS:
            _change(desk, Desk.State.READY, at=at, reason="")


def in_calls(taker_id: int) -> Desk.State | None:
    """With a caller, wrapping up, or none of both, as their calls say."""
    rows = Call.objects.filter(
        taker_id=taker_id, wrapped_at__isnull=True, answered_at__isnull=False
    ).values_list("ended_at", "parked_at")
    states = {ended_at is None for ended_at, parked_at in rows if parked_at is None}
    if not states:
        return None
    return Desk.State.BUSY if True in states else Desk.State.WRAPPING


def _may_set(by: Actor) -> None:
    if not any(PERMISSIONS[each].allows(by, agency_id=None) for each in ("supervise", "tell")):
        raise NotAllowed(_("You do not have permission to do this."))


def _set(taker_id: int, state: Desk.State, *, at: datetime, reason: str) -> Desk:
    with transaction.atomic():
        if state == Desk.State.OFF:
            _let_go(taker_id)
        desk = _locked(taker_id, at=at)
        if state == Desk.State.READY:
            state = in_calls(taker_id) or state
        _change(desk, state, at=at, reason=reason if state in CHOSEN else "")
        return desk


def _let_go(taker_id: int) -> None:
    """What they were about to call goes back to its place in the queue."""
    CallBack.objects.filter(taker_id=taker_id, state=CallBack.State.CALLING).update(
        state=CallBack.State.WAITING, taker=None, next_at=None
    )


def _locked(taker_id: int, *, at: datetime) -> Desk:
    Desk.objects.bulk_create(
        [Desk(taker_id=taker_id, state=Desk.State.OFF, since=at)], ignore_conflicts=True
    )
    return Desk.objects.select_for_update().get(pk=taker_id)


def _change(desk: Desk, state: Desk.State, *, at: datetime, reason: str) -> None:
    """End the present spell and begin the next, at one moment."""
    reason = reason[:40]
    present = DeskSpell.objects.filter(taker_id=desk.taker_id, until__isnull=True).first()
    if present is not None and (desk.state, desk.reason) == (state, reason):
        return
    # News from two clocks: what is told later began no earlier than what it ends.
    at = max(at, present.since) if present is not None else at
    if present is not None and present.since == at:
        present.state, present.reason = state, reason
        present.save(update_fields=["state", "reason"])
    else:
        if present is not None:
            present.until = at
            present.save(update_fields=["until"])
        DeskSpell.objects.create(taker_id=desk.taker_id, state=state, reason=reason, since=at)
    desk.state, desk.reason, desk.since = state, reason, at
    desk.save(update_fields=["state", "reason", "since"])
    news.tell(news.QUEUE, f"desk:{desk.taker_id}")
