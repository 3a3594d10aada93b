"""Whether people were at their desks when it was planned, and what they did instead."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from citycall.accounts.models import User
from citycall.calls.models import Desk, DeskSpell
from citycall.calls.policies import PERMISSIONS
from citycall.calls.shifts import planned
from citycall.calls.shifts.models import PlannedShift
from citycall.core.actors import Actor
from citycall.core.errors import NotAllowed
from citycall.core.permissions import require

_RIGHT: Final = frozenset({Desk.State.READY, Desk.State.BUSY, Desk.State.WRAPPING})
BREAK: Final = timedelta(minutes=30)
# A spell that nobody ended is one day long at most.
_LONGEST: Final = timedelta(days=1)
Span = tuple[datetime, datetime]


@dataclass(slots=True)
class Adherence:
    """One person's planned seconds (without the break), and those of them at the desk.

    ``away`` are seconds by reason; ``off`` those in which they were signed off. The planned break
    counts for nothing, whenever it was really taken: so a break taken at another time is away
    then, and right at the planned time.
    """

    taker: User
    planned_s: float = 0.0
    right_s: float = 0.0
    off_s: float = 0.0
    away: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def reasons(self) -> list[tuple[str, float]]:
        """Why they were away, the longest first."""
        return sorted(self.away.items(), key=lambda told: -told[1])

    @property
    def share(self) -> float | None:
        """The part of the planned time in a right state; None without a plan."""
        return self.right_s / self.planned_s if self.planned_s else None


def of_everybody(since: datetime, until: datetime, *, by: Actor, at: datetime) -> list[Adherence]:
    """Everybody with a shift between two moments, up to now; by name. For supervisors."""
    require(PERMISSIONS, "supervise", by=by)
    return _of(planned.between(since, until), since, until, at=at)


def own(since: datetime, until: datetime, *, by: Actor, at: datetime) -> Adherence | None:
    """A call-taker's own; None without a shift."""
    require(PERMISSIONS, "take", by=by)
    if by.id is None:
        raise NotAllowed(_("This page is for city staff."))
    mine = [shift for shift in planned.between(since, until) if shift.taker_id == by.id]
    return next(iter(_of(mine, since, until, at=at)), None)


def _of(
    shifts: Iterable[PlannedShift], since: datetime, until: datetime, *, at: datetime
) -> list[Adherence]:
    found: dict[int, Adherence] = {}
    shifts = [shift for shift in shifts if shift.begins < at]
    spells = _spells({shift.taker_id for shift in shifts}, since, until, at=at)
    for shift in shifts:
        each = found.setdefault(shift.taker_id, Adherence(shift.taker))
        for begun, done in _without_break(shift):
            span = max(begun, since), min(done, until, at)
            if span[0] < span[1]:
                _judge(each, span, spells.get(shift.taker_id, []))
    return sorted(found.values(), key=lambda each: (str(each.taker), each.taker.pk))


def _judge(each: Adherence, span: Span, spells: Iterable[tuple[Span, str, str]]) -> None:
    planned_s = (span[1] - span[0]).total_seconds()
    each.planned_s += planned_s
    told = 0.0
    for (begun, done), state, reason in spells:
        seconds = (min(done, span[1]) - max(begun, span[0])).total_seconds()
        if seconds <= 0:
            continue
        if state in _RIGHT:
            each.right_s += seconds
            told += seconds
        elif state == Desk.State.AWAY:
            each.away[reason] += seconds
            told += seconds
    # Signed off, or nothing known: both mean that nobody was there.
    each.off_s += max(planned_s - told, 0.0)


def _without_break(shift: PlannedShift) -> list[Span]:
    if shift.break_at is None:
        return [(shift.begins, shift.ends)]
    return [(shift.begins, shift.break_at), (shift.break_at + BREAK, shift.ends)]


def _spells(
    takers: Iterable[int], since: datetime, until: datetime, *, at: datetime
) -> Mapping[int, list[tuple[Span, str, str]]]:
    rows = DeskSpell.objects.filter(
        taker__in=list(takers), since__lt=until, since__gte=since - _LONGEST
    ).values_list("taker_id", "since", "until", "state", "reason")
    found: dict[int, list[tuple[Span, str, str]]] = defaultdict(list)
    for taker, begun, done, state, reason in rows.order_by("since", "id"):
        ended = min(done or at, at, begun + _LONGEST)
        if ended > since:
            found[taker].append(((begun, ended), state, reason))
    return found
