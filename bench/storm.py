"""The storm: 2,200 calls in half an hour against 25 call-takers, through a real exchange.

Time is compressed: whatever lasts a second in the story lasts a ``factor``-th of it here, talks,
patience and wrap-up alike, so that the queue behaves as in the story. Some callers hang up while
they wait, some keep their place and are called back. Call-takers are simulated: telephones by
SIPp, and what they do on their screens by the functions behind the console.
"""

import random
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from bench import telephone
from bench.stage import Stage, free_port, web

TALK_S: Final = 60.0
SPREAD: Final = 0.5
WRAP_UP_S: Final = 10.0
# Of the callers, how many hang up after which time: a call-back is asked for where that is told.
GROUPS: Final[Sequence[tuple[str, float, float, bool]]] = (
    ("patient", 0.35, 0.0, False),
    ("steady", 0.20, 900.0, False),
    ("hasty", 0.20, 300.0, False),
    ("very-hasty", 0.15, 90.0, False),
    ("wise", 0.10, 60.0, True),
)
ORDERLY_S: Final = 30.0
LONGEST: Final = 3_600.0


@dataclass(frozen=True, kw_only=True)
class Storm:
    """How many calls in how many minutes, for how many call-takers; and how fast time goes."""

    calls: int
    minutes: float
    takers: int
    factor: float

    def here(self, seconds: float) -> float:
        """How long something lasts here."""
        return seconds / self.factor


@dataclass
class Takers:
    """The call-takers at their screens: they wrap up, and then take whoever is next."""

    storm: Storm
    exchange: telephone.Exchange
    desks: dict[int, str]
    talks: random.Random = field(default_factory=lambda: random.Random(311))
    # What each call-taker does until when: a call-back that is spoken, or a call that is wrapped.
    calling: dict[int, tuple[int, int, float]] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)

    def look(self, at: datetime) -> None:
        """Do whatever is due now."""
        from citycall.calls.models import Call

        wrap = timedelta(seconds=self.storm.here(WRAP_UP_S))
        ended = Call.objects.filter(
            outgoing=False,
            answered_at__isnull=False,
            ended_at__lt=at - wrap,
            wrapped_at__isnull=True,
        ).order_by("ended_at")
        for call in ended:
            if call.taker_id is not None:
                self.wrap_up(call.pk, call.taker_id, at=at)
                self.next(call.taker_id, at=at)
        for taker_id, (back_id, call_id, until) in list(self.calling.items()):
            if time.monotonic() >= until:
                self.reached(taker_id, back_id, call_id, at=at)
                self.next(taker_id, at=at)

    def next(self, taker_id: int, *, at: datetime) -> None:
        """The call-back whose place comes first, or whoever waits on the line."""
        from citycall.calls import waiting
        from citycall.calls.actions import call_backs

        back = waiting.call_backs_waiting(at=at).order_by("priority", "joined_at", "id").first()
        first = waiting.calls_waiting(at=at).order_by("priority", "queued_at", "id").first()
        if back is None or (first and first.queued_at and first.queued_at < back.joined_at):
            self.exchange.free(self.desks[taker_id])
            return
        call = call_backs.begin(back.pk, by=actor(taker_id), at=at)
        self.calling[taker_id] = (back.pk, call.pk, time.monotonic() + self.talk())

    def reached(self, taker_id: int, back_id: int, call_id: int, *, at: datetime) -> None:
        """A call-back was spoken with."""
        from citycall.calls.actions import call_backs

        del self.calling[taker_id]
        call_backs.reached(back_id, by=actor(taker_id), at=at)
        self.wrap_up(call_id, taker_id, at=at)

    def wrap_up(self, call_id: int, taker_id: int, *, at: datetime) -> None:
        """One key, at the end of it."""
        from citycall.calls.actions import handling
        from citycall.calls.models import Disposition

        handling.wrap_up(call_id, disposition=Disposition.INFORMATION, by=actor(taker_id), at=at)

    def talk(self) -> float:
        """How long somebody talks, here."""
        return self.storm.here(talk_s(self.talks))


def talk_s(random_: random.Random) -> float:
    """Lognormal, with the mean and spread of this file."""
    import math

    variance = math.log(1 + SPREAD**2)
    return random_.lognormvariate(math.log(TALK_S) - variance / 2, math.sqrt(variance))


def measure(where: Stage, *, storm: Storm) -> dict[str, Any]:
    """Let it rage; what was lost, told and kept."""
    if missing := telephone.missing():
        return {"skipped": f"not installed: {', '.join(missing)}"}
    from citycall.accounts.actions import issue_key
    from citycall.calls.policies import TELEPHONY_SCOPE
    from citycall.core import clock
    from citycall.core.actors import SYSTEM

    _key, secret = issue_key(name="Storm", scopes=[TELEPHONY_SCOPE], by=SYSTEM, at=clock.now())
    desks = seat(storm.takers)
    remember(storm, at=clock.now())
    port = free_port()
    site = web(where, port=port)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            telephone.exchange(
                folder=Path(folder),
                tell=f"http://127.0.0.1:{port}/telephony/events",
                key=secret,
                desks=storm.takers,
                free_at_once=False,
            ) as exchange,
        ):
            begun = clock.now()
            callers = list(call(storm, exchange))
            rage(Takers(storm, exchange, desks), callers)
            exchange.wait_until_told(seconds=60)
            failed = sum(child.returncode != 0 for child in callers)
    finally:
        site.stop()
    return {"factor": storm.factor, "sipp_failed": failed, **figures(storm, since=begun)}


def rage(takers: Takers, callers: Iterable["subprocess.Popen[bytes]"]) -> None:
    """Until nobody calls any more, and everybody who asked for it was called back."""
    from citycall.calls import waiting
    from citycall.core import clock

    deadline = time.monotonic() + takers.storm.here(LONGEST * 3)
    while time.monotonic() < deadline:
        takers.look(clock.now())
        calling = any(child.poll() is None for child in callers)
        if not calling and not takers.calling:
            if not waiting.call_backs_waiting(at=clock.now()).exists():
                return
            for taker_id in takers.desks:
                takers.next(taker_id, at=clock.now())
        time.sleep(0.05)


def call(storm: Storm, exchange: telephone.Exchange) -> Iterable["subprocess.Popen[bytes]"]:
    """The callers of each group, spread evenly over the time."""
    random_ = random.Random(2200)
    seconds = storm.here(storm.minutes * 60)
    number = 0
    for name, share, patience_s, call_back in GROUPS:
        count = round(storm.calls * share)
        callers = [
            telephone.Caller(
                number=f"+1410{5550000 + number + n:07d}",
                talk_ms=max(200, round(storm.here(talk_s(random_)) * 1_000)),
            )
            for n in range(count)
        ]
        number += count
        patience = round(storm.here(patience_s) * 1_000) or telephone.FOREVER_MS
        yield exchange.call(
            callers,
            a_second=count / seconds,
            patience_ms=patience,
            call_back=call_back,
            name=name,
        )


def seat(count: int) -> dict[int, str]:
    """Call-takers at their desks; the names of these at the exchange."""
    from citycall.accounts.models import Role, User
    from citycall.calls.models import Desk
    from citycall.core import clock

    desks = {}
    for number in range(count):
        user = User.objects.create(username=f"storm-{number}")
        user.memberships.create(role=Role.CALL_TAKER)
        name = f"{telephone.DESK}{number}"
        Desk.objects.create(taker=user, state=Desk.State.READY, since=clock.now(), extension=name)
        desks[user.pk] = name
    return desks


def actor(taker_id: int) -> Any:
    """The call-taker as the console knows them."""
    from citycall.accounts.models import Role
    from citycall.core.actors import Actor, ActorKind

    held = frozenset({(Role.CALL_TAKER.value, None)})
    return Actor(kind=ActorKind.STAFF, id=taker_id, memberships=held)


def remember(storm: Storm, *, at: datetime) -> None:
    """What a centre knows from earlier weeks: how long its talks last, in this time."""
    from citycall.calls.hours import slot_of
    from citycall.calls.pace.models import PaceSum

    whole, wrap = storm.here(TALK_S + WRAP_UP_S), storm.here(WRAP_UP_S)
    squared = whole**2 + storm.here(TALK_S * SPREAD) ** 2
    for week in range(1, 5):
        for half in (-1, 0, 1):
            begins = slot_of(at) - timedelta(weeks=week) + half * timedelta(minutes=30)
            PaceSum.objects.create(
                begins_at=begins,
                handled=200,
                handling_s=200 * whole,
                handling_s2=200 * squared,
                wrap_up_s=200 * wrap,
                answered=190,
                left=10,
                waited_s=10 * storm.here(600),
            )


def figures(storm: Storm, *, since: datetime) -> dict[str, Any]:
    """What the storm left in the tables."""
    from citycall.calls.models import Call, CallBack, Ending
    from citycall.calls.switch.models import Kind, SwitchEvent

    calls = Call.objects.filter(outgoing=False, arrived_at__gte=since)
    told = SwitchEvent.objects.filter(received_at__gte=since).exclude(kind=Kind.STARTED)
    expected = sum(round(storm.calls * share) for _name, share, _patience, _back in GROUPS)
    answered = calls.filter(answered_at__isnull=False)
    kinds = {kind: told.filter(kind=kind).values("call_key").distinct().count() for kind in Kind}
    lost = sum(expected - kinds[kind] for kind in (Kind.NEW, Kind.QUEUED, Kind.ENDED))
    lost += answered.count() - kinds[Kind.ANSWERED]
    late = sorted((each.received_at - each.at).total_seconds() * 1_000 for each in told)
    return {
        "calls": calls.count(),
        "answered": answered.count(),
        "hung_up": calls.filter(ending=Ending.LEFT).count(),
        "called_back": CallBack.objects.filter(state=CallBack.State.DONE).count(),
        "events": told.count(),
        "events_lost": lost,
        "events_not_applied": told.filter(applied_at__isnull=True).count(),
        "calls_not_ended": calls.filter(ended_at__isnull=True).count(),
        "event_ms_p50": round(late[len(late) // 2], 1),
        "event_ms_p95": round(late[int(len(late) * 0.95)], 1),
        **waits(storm, list(answered)),
        **order(),
    }


def waits(storm: Storm, answered: Sequence[Any]) -> dict[str, Any]:
    """How the waits that were told compare with those that came, of whoever was answered."""
    pairs = []
    untold = 0
    for call in answered:
        if call.told_seconds is None or call.queued_at is None:
            untold += 1
            continue
        truth = (call.answered_at - call.queued_at).total_seconds()
        pairs.append((call.told_seconds, truth))
    long = [pair for pair in pairs if pair[1] >= storm.here(ORDERLY_S)]
    near = sum(abs(told - truth) <= 0.2 * truth for told, truth in long)
    all_near = sum(abs(told - truth) <= max(0.2 * truth, 1.0) for told, truth in pairs)
    truths = sorted(truth * storm.factor for _told, truth in pairs)
    return {
        "waits_told": len(pairs),
        "waits_untold": untold,
        "wait_s_p50": round(truths[len(truths) // 2]) if truths else None,
        "within_20_percent_of_long": round(near / len(long), 3) if long else None,
        "within_20_percent_or_1_s": round(all_near / len(pairs), 3) if pairs else None,
    }


def order() -> dict[str, Any]:
    """Whether those who kept their place were called back in its order."""
    from citycall.calls.models import CallBack

    rows = CallBack.objects.filter(call__outgoing=True).order_by("call__arrived_at", "call_id")
    places = list(rows.values_list("joined_at", flat=True))
    before = sum(later < earlier for earlier, later in pairwise(places))
    return {"call_backs": len(places), "call_backs_out_of_order": before}
