"""Reading the queue: who waits and how long still, whom to call back, who hung up, who is there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, Min, OuterRef, Q

from citycall.calls.models import Call, CallBack, Desk, Ending
from citycall.calls.policies import PERMISSIONS
from citycall.calls.waiting import (
    Expected,
    Outlook,
    by_skill,
    call_backs_waiting,
    calls_waiting,
)
from citycall.core.actors import Actor
from citycall.core.paging import decode, encode, moment
from citycall.core.permissions import require

PAGE: Final = 50
_MISSED_FOR: Final = timedelta(hours=24)
_MOST: Final = 50
_MOST_DESKS: Final = 300
_CALL, _BACK = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Somebody in the queue: a call, or somebody to call back; one of the two is none."""

    place: int
    since: datetime
    expected: Expected | None
    call: Call | None = None
    call_back: CallBack | None = None

    @property
    def who(self) -> Call | CallBack:
        """The row, whichever it is: both have phone, name, language, topic and priority."""
        row = self.call or self.call_back
        assert row is not None
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The queue at one moment: how many wait, since when the longest, and who is at work."""

    calls: int
    call_backs: int
    since: datetime | None
    at_work: int
    ready: int


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the queue and the cursor of what follows; empty where nothing does."""

    rows: Sequence[Line]
    older: str


def summary(*, by: Actor, at: datetime) -> Now:
    """How many wait, for how long, and who is there for them."""
    require(PERMISSIONS, "take", by=by)
    calls = calls_waiting(at=at).aggregate(count=Count("id"), since=Min("queued_at"))
    desks = Counter(
        dict(
            Desk.objects.exclude(state__in=[Desk.State.OFF, Desk.State.AWAY])
            .values_list("state")
            .annotate(count=Count("pk"))
        )
    )
    return Now(
        calls=calls["count"],
        call_backs=call_backs_waiting(at=at).count(),
        since=calls["since"],
        at_work=desks.total(),
        ready=desks[Desk.State.READY],
    )


def lines(*, by: Actor, at: datetime, older_than: str = "") -> Lines:
    """A page of those who wait, in the order in which they are taken; raises ``BadCursor``."""
    require(PERMISSIONS, "take", by=by)
    calls, backs = calls_waiting(at=at), call_backs_waiting(at=at)
    before: Counter[tuple[str, str]] = Counter()
    backs_before: Counter[tuple[str, str]] = Counter()
    if older_than:
        key = decode(older_than, kinds=(int, moment, int, int))
        beyond = _beyond("queued_at", _CALL, key)
        backs_beyond = _beyond("joined_at", _BACK, key)
        before = by_skill(calls.exclude(beyond))
        backs_before = by_skill(backs.exclude(backs_beyond))
        calls, backs = calls.filter(beyond), backs.filter(backs_beyond)
    rows: list[tuple[tuple[int, datetime, int, int], Call | CallBack]] = [
        ((call.priority, call.queued_at or at, _CALL, call.pk), call)
        for call in calls.select_related("taker").order_by("priority", "queued_at", "id")[
            : PAGE + 1
        ]
    ]
    rows += [
        ((back.priority, back.joined_at, _BACK, back.pk), back)
        for back in backs.order_by("priority", "joined_at", "id")[: PAGE + 1]
    ]
    rows.sort(key=lambda row: row[0])
    shown = rows[:PAGE]
    return Lines(
        rows=_told([row for _key, row in shown], before, backs_before, at=at),
        older=encode(shown[-1][0]) if len(rows) > PAGE else "",
    )


def _told(
    rows: Sequence[Call | CallBack],
    calls: Counter[tuple[str, str]],
    backs: Counter[tuple[str, str]],
    *,
    at: datetime,
) -> list[Line]:
    """The lines with what each is to expect behind those before it."""
    outlook = Outlook(at=at)
    first = calls.total() + backs.total() + 1
    found = []
    for place, row in enumerate(rows, first):
        skill = (row.language, row.topic)
        expected = outlook.wait_behind(
            calls=calls, backs=backs, language=row.language, topic=row.topic
        )
        if isinstance(row, Call):
            since = row.queued_at or at
            found.append(Line(place=place, since=since, expected=expected, call=row))
            calls[skill] += 1
        else:
            since = row.joined_at
            found.append(Line(place=place, since=since, expected=expected, call_back=row))
            backs[skill] += 1
    return found


def _beyond(column: str, kind: int, key: Sequence[object]) -> Q:
    """What stands behind a row with this key: its priority, place, kind and id."""
    priority, place, last_kind, last_id = key
    behind = Q(priority__gt=priority) | Q(priority=priority, **{f"{column}__gt": place})
    if kind < int(str(last_kind)):
        return behind
    since = last_id if kind == last_kind else 0
    return behind | Q(priority=priority, id__gt=since, **{column: place})


def call_backs_later(*, by: Actor, at: datetime) -> list[CallBack]:
    """Who is being called back now, and whom to call at a later time; the next on top."""
    require(PERMISSIONS, "take", by=by)
    calling = Q(state=CallBack.State.CALLING)
    later = Q(state=CallBack.State.WAITING, next_at__gt=at)
    rows = CallBack.objects.filter(calling | later).select_related("taker")
    # "calling" comes before "waiting".
    return list(rows.order_by("state", "next_at", "id")[:_MOST])


def missed(*, by: Actor, at: datetime) -> list[Call]:
    """Who hung up while waiting in the last day, and has neither called again nor been called."""
    require(PERMISSIONS, "take", by=by)
    again = Call.objects.filter(phone=OuterRef("phone"), arrived_at__gt=OuterRef("arrived_at"))
    called = CallBack.objects.filter(phone=OuterRef("phone"), asked_at__gte=OuterRef("arrived_at"))
    rows = Call.objects.filter(
        ~Exists(again),
        ~Exists(called),
        ending=Ending.LEFT,
        queued_at__isnull=False,
        ended_at__gt=at - _MISSED_FOR,
    ).exclude(phone="")
    return list(rows.order_by("-ended_at", "-id")[:_MOST])


def desks(*, by: Actor) -> list[Desk]:
    """Who is at a desk, those who are ready first."""
    require(PERMISSIONS, "take", by=by)
    order = {state: n for n, state in enumerate(("ready", "wrapping", "busy", "away"))}
    rows = list(
        Desk.objects.exclude(state=Desk.State.OFF)
        .select_related("taker")
        .order_by("since")[:_MOST_DESKS]
    )
    rows.sort(key=lambda desk: order[desk.state])
    return rows


def own_desk(by: Actor) -> Desk | None:
    """The desk of who asks."""
    return Desk.objects.filter(pk=by.id).first()
