"""How the call centre does at this moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Min

from citycall.calls.measures import queries
from citycall.calls.measures.models import Cut
from citycall.calls.measures.rules import HALF_HOUR, Counts, Target
from citycall.calls.models import Call, CallBack, Desk
from citycall.calls.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.permissions import require

_AT_WORK: Final = (Desk.State.READY, Desk.State.BUSY, Desk.State.WRAPPING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and for how many seconds the first of them has."""

    people: int = 0
    longest_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``lately`` is the present half hour with the one before, since ``lately_from``.

    ``languages`` are the waiting and the day's counts of each; ``desks`` how many are in each
    state.
    """

    waiting: Waiting
    today: Counts
    lately: Counts
    lately_from: datetime
    desks: Mapping[Desk.State, int]
    languages: Sequence[tuple[str, Waiting, Counts]]
    call_backs: Waiting

    @property
    def at_work(self) -> int:
        """How many are at their desks and not away."""
        return sum(self.desks.get(state, 0) for state in _AT_WORK)


def target() -> Target:
    """What the city aims at; from the settings."""
    part, within_s, short_s = settings.CITYCALL_ANSWER_TARGET
    return Target(part=part / 100, within_s=int(within_s), short_s=int(short_s))


def now(*, by: Actor, zone: ZoneInfo, at: datetime) -> Standing:
    """The wallboard's numbers, for everybody in the call centre."""
    require(PERMISSIONS, "take", by=by)
    counted = queries.today(zone=zone, at=at)
    whole = [row for row in counted if row.cut == Cut.ALL]
    lately_from = at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0) - HALF_HOUR
    waits = _waiting(at)
    of_language: dict[str, Counts] = {}
    for row in counted:
        if row.cut == Cut.LANGUAGE:
            of_language[row.value] = of_language.get(row.value, Counts()) + row.counts
    return Standing(
        waiting=Waiting(
            sum(each.people for each in waits.values()),
            max((each.longest_s for each in waits.values()), default=0.0),
        ),
        today=sum((row.counts for row in whole), Counts()),
        lately=sum((row.counts for row in whole if row.begins >= lately_from), Counts()),
        lately_from=lately_from,
        desks=_desks(),
        languages=[
            (code, waits.get(code, Waiting()), of_language.get(code, Counts()))
            for code in sorted({*waits, *of_language})
        ],
        call_backs=_call_backs(at),
    )


def _waiting(at: datetime) -> dict[str, Waiting]:
    rows = (
        Call.objects.filter(
            queued_at__isnull=False, answered_at__isnull=True, ended_at__isnull=True
        )
        .values_list("language")
        .annotate(people=Count("id"), first=Min("queued_at"))
        .order_by("language")
    )
    return {
        language: Waiting(people, max((at - first).total_seconds(), 0.0))
        for language, people, first in rows
    }


def _desks() -> dict[Desk.State, int]:
    rows = Desk.objects.values_list("state").annotate(people=Count("taker")).order_by("state")
    found = dict(rows)
    return {state: found.get(state.value, 0) for state in Desk.State}


def _call_backs(at: datetime) -> Waiting:
    told = CallBack.objects.filter(state=CallBack.State.WAITING).aggregate(
        people=Count("id"), first=Min("joined_at")
    )
    first = told["first"]
    return Waiting(told["people"], (at - first).total_seconds() if first else 0.0)
