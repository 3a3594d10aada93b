"""The call centre's numbers counted one call after another, as one would by hand."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from citycall.calls.measures.rules import AGAIN_WITHIN, BOUNDS, Counts
from citycall.calls.models import Call, DeskSpell, Touch
from citycall.service_requests.models import ServiceRequest

CONTACTS = {"report", "follow_up", "information"}


def begins(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)


def matters(call: Call) -> set[object]:
    """What a call was about: requests, their services, articles."""
    found: set[object] = set()
    for touch in Touch.objects.filter(call=call):
        if touch.request_id is not None:
            found.add(("request", touch.request_id))
            service = ServiceRequest.objects.filter(pk=touch.request_id).values_list("service_id")
            found |= {("service", each) for (each,) in service}
        if touch.code:
            found.add((touch.kind, touch.code))
    return found


def same_matter(one: Call, other: Call) -> bool:
    mine, theirs = matters(one), matters(other)
    return not mine or not theirs or bool(mine & theirs)


def is_contact(call: Call) -> bool:
    return not call.outgoing and call.answered_at is not None and call.disposition in CONTACTS


def spoke(call: Call) -> bool:
    return not call.outgoing and call.answered_at is not None


def key(call: Call) -> tuple[datetime, int]:
    return call.arrived_at, call.pk


def is_first(call: Call, calls: Iterable[Call]) -> bool:
    return (
        is_contact(call)
        and call.resolved is True
        and not any(
            other.phone == call.phone != ""
            and spoke(other)
            and key(other) > key(call)
            and other.arrived_at - call.arrived_at <= AGAIN_WITHIN
            and same_matter(call, other)
            for other in calls
        )
    )


def is_repeat(call: Call, calls: Iterable[Call]) -> bool:
    requests = set(call.touches.exclude(request_id=None).values_list("request_id", flat=True))
    return is_contact(call) and any(
        spoke(other)
        and key(other) < key(call)
        and call.arrived_at - other.arrived_at <= AGAIN_WITHIN
        and (
            other.phone == call.phone != ""
            or requests & set(other.touches.values_list("request_id", flat=True))
        )
        for other in calls
    )


def _by_wait(calls: Sequence[Call], at: datetime) -> tuple[int, ...]:
    counts = [0] * (len(BOUNDS) + 1)
    for call in calls:
        waited = call.waited_seconds(at)
        counts[next((n for n, bound in enumerate(BOUNDS) if waited <= bound), len(BOUNDS))] += 1
    return tuple(counts)


def count(some: Sequence[Call], calls: Sequence[Call], *, at: datetime) -> Counts:
    """The counts of some of all calls; those of the desks are left out."""
    offered = [c for c in some if c.queued_at and not c.outgoing]
    answered = [c for c in offered if c.answered_at]
    unanswered = [c for c in offered if not c.answered_at and c.ended_at]
    left = [c for c in unanswered if c.ending in {"", "left"}]
    waiting = [c for c in offered if not c.answered_at and not c.ended_at]
    had = [c for c in some if c.answered_at and c.ended_at]
    speeds = [c.waited_seconds(at) for c in answered]
    others = [c for c in some if c not in offered and not c.answered_at]
    told = [c.disposition for c in some]
    return Counts(
        offered=len(offered),
        answered=len(answered),
        abandoned=len(left),
        call_backs=sum(c.ending == "call_back" for c in unanswered),
        lost=sum(c.ending not in {"", "left", "call_back"} for c in unanswered),
        waiting=len(waiting),
        waits=_by_wait(answered, at),
        left=_by_wait(left, at),
        still=_by_wait(waiting, at),
        speed_seconds=sum(speeds),
        longest_seconds=max(speeds, default=0),
        menu=sum(c.ending == "menu" for c in others),
        closed=sum(c.ending == "closed" for c in others),
        handled=len(had),
        talk_seconds=sum(c.talk_seconds(at) for c in had),
        held_seconds=sum(c.held_seconds for c in had),
        wrap_seconds=sum(c.wrap_up_seconds(at) for c in had if c.wrapped_at),
        reports=told.count("report"),
        follow_ups=told.count("follow_up"),
        informations=told.count("information"),
        transfers=told.count("transferred"),
        emergencies=told.count("emergency"),
        nothings=told.count("nothing"),
        contacts=sum(map(is_contact, some)),
        first_contacts=sum(is_first(c, calls) for c in some),
        repeats=sum(is_repeat(c, calls) for c in some),
    )


def at_desks(spells: Iterable[DeskSpell], begun: datetime, *, at: datetime) -> tuple[float, float]:
    """Seconds at the desk, and at work there, in one half hour."""
    staffed = busy = 0.0
    for spell in spells:
        done = min(spell.until or at, at, spell.since + timedelta(days=1))
        overlap = min(done, begun + timedelta(minutes=30)) - max(spell.since, begun)
        seconds = max(overlap.total_seconds(), 0.0)
        if spell.state in {"ready", "busy", "wrapping"}:
            staffed += seconds
            busy += seconds if spell.state != "ready" else 0.0
    return staffed, busy
