"""What a telephone system tells of a call: it came, waits, rings, is answered, held, over.

News may come twice, late and in any order: each sets the time it tells of, and the call's state
follows from its times. So every function here can be called again without harm.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from citycall.calls import news
from citycall.calls.actions import call_backs, desks
from citycall.calls.actions.handling import taken_up
from citycall.calls.models import Call, Ending, Medium
from citycall.calls.pace import sums
from citycall.calls.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.permissions import require


def arrive(
    *,
    switch: str,
    switch_id: str,
    by: Actor,
    at: datetime,
    phone: str = "",
    dialled: str = "",
    name: str = "",
    language: str = "",
    outgoing: bool = False,
) -> Call:
    """The call that the telephone system knows by this id; made where it is news.

    ``phone`` is in E.164 form or empty. What is known already is kept, what was unknown is added.
    """
    require(PERMISSIONS, "tell", by=by)
    made, new = Call.objects.get_or_create(
        switch=switch,
        switch_id=switch_id,
        defaults={
            "medium": Medium.PHONE,
            "outgoing": outgoing,
            "phone": phone,
            "dialled": dialled,
            "name": name[:150],
            "language": language,
            "arrived_at": at,
        },
    )
    if new:
        return made
    given = {"phone": phone, "dialled": dialled, "name": name[:150], "language": language}
    changed: dict[str, Any] = {
        field: said
        for field, said in given.items()
        if said and not getattr(made, field) and made.erased_at is None
    }
    if at < made.arrived_at:
        changed["arrived_at"] = at
    if outgoing and not made.outgoing:
        changed["outgoing"] = True
    if changed:
        Call.objects.filter(pk=made.pk).update(**changed)
        made.refresh_from_db()
        news.tell(f"call:{made.pk}")
    return made


def wait(
    call_id: int,
    *,
    by: Actor,
    at: datetime,
    language: str = "",
    topic: str = "",
    priority: int | None = None,
    told_seconds: int | None = None,
) -> Call:
    """The call waits in the queue since ``at``; ``told_seconds`` is the wait it was told of."""
    with _locked(call_id, by=by) as call:
        call.queued_at = _earlier(call.queued_at, at)
        call.language = language or call.language
        call.topic = topic or call.topic
        call.priority = call.priority if priority is None else priority
        call.told_seconds = call.told_seconds if told_seconds is None else told_seconds
        if call.ended_at is None and call.answered_at is None:
            call_backs.join(call)
        return _kept(call)


def choose(call_id: int, *, by: Actor, language: str = "", topic: str = "") -> Call:
    """What the caller chose in the menu."""
    with _locked(call_id, by=by) as call:
        call.language = language or call.language
        call.topic = topic or call.topic
        return _kept(call)


def offer(call_id: int, *, taker_id: int | None, by: Actor, at: datetime) -> Call:
    """The call rings at a call-taker's desk; none where it no longer does and waits again."""
    with _locked(call_id, by=by) as call:
        before = call.taker_id
        if call.answered_at is None:
            call.taker_id = taker_id
            call.offered_at = at if taker_id is not None else None
        return _kept(call, before)


def answer(call_id: int, *, taker_id: int | None, by: Actor, at: datetime) -> Call:
    """Somebody answers. Of two who are said to, the first has it."""
    with _locked(call_id, by=by) as call:
        before, news_to_us = call.taker_id, call.answered_at is None
        if call.answered_at is None or at < call.answered_at:
            call.answered_at = at
            call.taker_id = taker_id if taker_id is not None else call.taker_id
            # That it had been left unanswered is not so, where its end was told first.
            call.ending = ""
        _kept(call, before)
        if news_to_us:
            taken_up(call, at=at)
        else:
            desks.follow(call.taker_id, at=at)
        return call


def pass_on(call_id: int, *, taker_id: int, by: Actor, at: datetime) -> Call:
    """Another call-taker has it from now on."""
    with _locked(call_id, by=by) as call:
        before, call.taker_id = call.taker_id, taker_id
        _kept(call, before)
        for each in sorted(taker for taker in {before, taker_id} if taker is not None):
            desks.follow(each, at=at)
        return call


def pass_out(call_id: int, *, to: str, by: Actor) -> Call:
    """The caller was connected with a number outside."""
    with _locked(call_id, by=by) as call:
        call.transferred_to = to[:80]
        return _kept(call)


def hold(call_id: int, *, by: Actor, at: datetime) -> Call:
    """The caller waits on the line."""
    with _locked(call_id, by=by) as call:
        if call.ended_at is None and call.held_at is None:
            call.held_at = at
        return _kept(call)


def resume(call_id: int, *, by: Actor, at: datetime) -> Call:
    """The conversation goes on."""
    with _locked(call_id, by=by) as call:
        _end_hold(call, at)
        return _kept(call)


def hold_times(
    call_id: int, *, spells: Sequence[tuple[datetime, datetime | None]], by: Actor
) -> Call:
    """Every time that the caller waited on the line, from and until, the last perhaps still.

    It replaces what is known of them, so that holds told late or out of order are counted right.
    """
    with _locked(call_id, by=by) as call:
        last = call.ended_at
        ended = [(since, min(until or last, last) if last else until) for since, until in spells]
        call.held_at = ended[-1][0] if ended and ended[-1][1] is None else None
        call.held_seconds = sum(
            max((until - since).total_seconds(), 0.0) for since, until in ended if until
        )
        return _kept(call)


def end(call_id: int, *, by: Actor, at: datetime, ending: Ending | None = None) -> Call:
    """The line is closed. Unanswered, it was left by the caller unless something else is told."""
    with _locked(call_id, by=by) as call:
        _end_hold(call, at)
        news_to_us = call.ended_at is None
        call.ended_at = _earlier(call.ended_at, max(at, call.arrived_at))
        call.parked_at = None
        if call.answered_at is None:
            call.ending = ending or call.ending or Ending.LEFT
        _kept(call)
        desks.follow(call.taker_id, at=at)
        if news_to_us and call.answered_at is None and call.queued_at is not None:
            gone = sums.left if call.ending == Ending.LEFT else sums.went
            gone(at=at, waited_s=call.waited_seconds(at))
        return call


def _end_hold(call: Call, at: datetime) -> None:
    if call.held_at is not None:
        call.held_seconds += max((at - call.held_at).total_seconds(), 0.0)
        call.held_at = None


def _earlier(known: datetime | None, told: datetime) -> datetime:
    return told if known is None else min(known, told)


@contextmanager
def _locked(call_id: int, *, by: Actor) -> Iterator[Call]:
    """The call's row, held while it is changed, by who may tell of calls."""
    require(PERMISSIONS, "tell", by=by)
    with transaction.atomic():
        yield Call.objects.select_for_update().get(pk=call_id)


def _kept(call: Call, *takers: int | None) -> Call:
    """Save it, and tell those who look at it; ``takers`` had it before."""
    call.save()
    news.tell(*news.of_call(call.pk, call.taker_id, *takers))
    return call
