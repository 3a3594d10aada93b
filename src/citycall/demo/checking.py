"""Twelve weeks of looking whether work was done: flags, draws, and what calls and visits found."""

import random
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq

from citycall.accounts.models import User
from citycall.accounts.queries import actor_of
from citycall.closures.actions import check, count, draw, judge, note, usual
from citycall.closures.models import Check, Closure, ClosureFlag
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, NotAllowed

DAYS: Final = 84
# Judged so far back, so that a closer's own record and the spot's are known.
_JUDGED: Final = timedelta(days=DAYS + 4)
_NOTED: Final = timedelta(days=460)
ANSWERED: Final = 0.72
# What is younger waits still to be called or seen.
_WAITING: Final = timedelta(days=3)
_DECIDED: Final = timedelta(days=8)
_FOUND: Final = (
    "The reporter says that nobody came.",
    "We went to see: it is as it was.",
    "It was done, and came back within days.",
    "Another place was repaired, not this one.",
)


def make(*, seed: int, at: datetime, truth: Path) -> None:
    """Note, judge, draw and check as the jobs and people would have; ``truth`` says what is so."""
    note.note_history(since=at - _NOTED, at=at)
    usual.compute(at=at)
    Closure.objects.filter(completed_at__lt=at - _JUDGED).update(judge_at=None)
    judge.judge_due(at=at, most=10**6)
    zone = clock.city_zone()
    today = at.astimezone(zone).date()
    chance = random.Random(seed)  # noqa: S311  (the demo's own, the same each time)
    for ago in range(DAYS, 0, -1):
        day = today - timedelta(days=ago)
        morning = datetime.combine(day + timedelta(days=1), time(5, 40), tzinfo=zone)
        draw.draw(day, zone=zone, at=min(morning, at), chance=chance)
    false = _false_ones(truth)
    _check(false, chance, at=at)
    _decide(false, at=at)
    count.recount(since=at - timedelta(days=DAYS + 7), at=at)


def _false_ones(truth: Path) -> set[str]:
    found: set[str] = set()
    for path in sorted(truth.glob("requests-*.parquet")):
        table = pq.read_table(path, columns=["source_id", "false_closure"])
        rows = np.flatnonzero(table["false_closure"].to_numpy())
        found |= set(table["source_id"].take(rows).to_pylist())
    return found


def _check(false: set[str], chance: random.Random, *, at: datetime) -> None:
    """A supervisor has called or gone to see; what was not done is open again."""
    by = actor_of(User.objects.get(username="supervisor"))
    waiting = Check.objects.filter(result="", asked_at__lt=at - _WAITING)
    told: dict[str, list[int]] = {"done": [], "unknown": []}
    rows = waiting.select_related("closure__service_request").order_by("id")
    for one in rows:
        is_false = one.closure.service_request.source_id in false
        if chance.random() > ANSWERED:
            told["unknown"].append(one.pk)
        elif is_false:
            _tell(one, by=by, words=chance.choice(_FOUND), at=one.asked_at + timedelta(hours=9))
        else:
            told["done"].append(one.pk)
    for result, ids in told.items():
        Check.objects.filter(pk__in=ids).update(
            result=result, how="call", checked_at=at - _WAITING, checked_by_id=by.id
        )
    checked = Check.objects.filter(pk__in=told["done"])
    Closure.objects.filter(pk__in=checked.values("closure")).update(checked="done")


def _tell(one: Check, *, by: Actor, words: str, at: datetime) -> None:
    try:
        check.tell(one.pk, result="not_done", how="call", words=words, by=by, at=at)
    except (Conflict, NotAllowed):
        Check.objects.filter(pk=one.pk).update(result="unknown", how="call", checked_at=at)


def _decide(false: set[str], *, at: datetime) -> None:
    """Somebody has looked at most of what is older, and let stand what was right."""
    by = User.objects.get(username="supervisor")
    old = ClosureFlag.objects.filter(state=ClosureFlag.State.OPEN, completed_at__lt=at - _DECIDED)
    right = [
        flag.pk
        for flag in old.select_related("service_request")
        if flag.service_request.source_id not in false
    ]
    ClosureFlag.objects.filter(pk__in=right).update(
        state=ClosureFlag.State.RIGHT, decided_by=by, decided_at=at - timedelta(days=1)
    )
