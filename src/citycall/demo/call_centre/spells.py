"""What everybody at the demo's desks did, minute by minute, from their shifts and their calls."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from citycall.calls.models import Desk, DeskSpell
from citycall.demo.call_centre import copying
from citycall.demo.call_centre.line import Caller
from citycall.demo.call_centre.shifts import Shift


class _Span(NamedTuple):
    since: datetime
    until: datetime
    state: str
    reason: str


def write(
    days: Sequence[tuple[datetime, Sequence[Caller], Sequence[Shift]]],
    takers: Sequence[int],
    *,
    at: datetime,
) -> None:
    """Write the spells of everybody up to ``at``, and the desks as they are then."""
    shifts: dict[int, list[_Span]] = defaultdict(list)
    calls: dict[int, list[_Span]] = defaultdict(list)
    for start, callers, planned in days:
        for shift in planned:
            shifts[shift.taker] += _present(start, shift)
        for each in callers:
            if each.taker is not None:
                calls[each.taker] += _busy(start, each)
    rows: list[tuple[int, str, str, datetime, datetime | None]] = []
    desks: list[Desk] = []
    for taker in takers:
        own = [span for span in _told(shifts[taker], calls[taker]) if span.since < at]
        own = list(_following(own))
        last = own[-1] if own else None
        now = last if last is not None and last.until > at else None
        rows += [(taker, s.state, s.reason, s.since, s.until) for s in own if s.until <= at]
        since = now.since if now else (last.until if last else at)
        state, reason = (now.state, now.reason) if now else (Desk.State.OFF.value, "")
        rows.append((taker, state, reason, since, None))
        desks.append(Desk(taker_id=taker, state=state, reason=reason, since=since))
    rows.sort(key=lambda row: row[3])
    copying.copy(DeskSpell._meta.db_table, ("taker_id", "state", "reason", "since", "until"), rows)
    Desk.objects.bulk_create(desks)


def _present(start: datetime, shift: Shift) -> Iterator[_Span]:
    for since, until in shift.there:
        yield _Span(_at(start, since), _at(start, until), "ready", "")
    for since, until, reason in shift.away:
        yield _Span(_at(start, since), _at(start, until), "away", reason)


def _busy(start: datetime, each: Caller) -> Iterator[_Span]:
    if each.answered is None or each.ended is None or each.wrapped is None:
        return
    yield _Span(_at(start, each.answered), _at(start, each.ended), "busy", "")
    yield _Span(_at(start, each.ended), _at(start, each.wrapped), "wrapping", "")


def _told(present: Sequence[_Span], busy: Sequence[_Span]) -> list[_Span]:
    """Both together in order: ready is what is left between the calls."""
    work = sorted(busy)
    found = list(work)
    n = 0
    for span in sorted(present):
        free = span.since
        while n < len(work) and work[n].since < span.until:
            if work[n].since > free:
                found.append(_Span(free, work[n].since, span.state, span.reason))
            free = max(free, work[n].until)
            n += 1
        if free < span.until:
            found.append(_Span(free, span.until, span.state, span.reason))
    return sorted(found)


def _following(spans: Sequence[_Span]) -> Iterator[_Span]:
    """One after another: a call that lasts into a break lets the break begin later."""
    free = None
    for span in spans:
        since = span.since if free is None else max(span.since, free)
        if since < span.until:
            yield span._replace(since=since)
            free = span.until


def _at(start: datetime, seconds: float) -> datetime:
    return start + timedelta(seconds=seconds)
