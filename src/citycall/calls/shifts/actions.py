"""Planning shifts: proposed ones are given to people, and taken away again."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.accounts.models import Role, User
from citycall.calls.measures.queries import midnight
from citycall.calls.measures.rules import HALF_HOUR
from citycall.calls.policies import PERMISSIONS
from citycall.calls.shifts.models import PlannedShift
from citycall.calls.staffing.planning import Shift
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.core.permissions import require

# Nobody comes back sooner, or works longer in a week from Monday to Sunday.
REST: Final = timedelta(hours=11)
WEEK_HOURS: Final = 42.5


class Past(Conflict):
    """What is over cannot be planned."""

    code = "past_shift"


@transaction.atomic
def take_over(
    day: date, shifts: Sequence[Shift], *, by: Actor, zone: ZoneInfo, at: datetime
) -> tuple[int, int]:
    """Give proposed shifts to call-takers; returns how many found somebody, and how many nobody.

    Each goes to whoever has the fewest hours in that week, is free, and has rested.
    Raises ``Past``.
    """
    require(PERMISSIONS, "supervise", by=by)
    if midnight(day + timedelta(days=1), zone) <= at:
        raise Past(_("This day is over. Please choose a coming one."))
    monday = midnight(day - timedelta(days=day.weekday()), zone)
    takers = list(
        User.objects.select_for_update()
        .filter(is_active=True, memberships__role=Role.CALL_TAKER)
        .order_by("id")
    )
    week = list(
        PlannedShift.objects.filter(
            begins__gte=monday - timedelta(days=2), begins__lt=monday + timedelta(days=9)
        )
    )
    given = nobody = 0
    for wanted in _single(day, shifts, zone):
        taker = _whoever(takers, week, wanted, monday)
        if taker is None:
            nobody += 1
            continue
        wanted.taker = taker
        wanted.save()
        week.append(wanted)
        given += 1
    return given, nobody


def remove(shift_id: int, *, by: Actor, at: datetime) -> None:
    """Take a coming shift away; raises ``Past``. One that is gone already stays gone."""
    require(PERMISSIONS, "supervise", by=by)
    shift = PlannedShift.objects.filter(pk=shift_id).first()
    if shift is None:
        return
    if shift.begins <= at:
        raise Past(_("This shift has begun already."))
    shift.delete()


def _single(day: date, shifts: Sequence[Shift], zone: ZoneInfo) -> list[PlannedShift]:
    """One row a person, not yet anybody's; the longest first, which are hardest to place."""
    start = midnight(day, zone)
    rows = []
    for shift in sorted(shifts, key=lambda s: (-s.lasts, s.begins)):
        pause = None if shift.break_at is None else start + shift.break_at * HALF_HOUR
        begins = start + shift.begins * HALF_HOUR
        rows += [
            PlannedShift(begins=begins, ends=begins + shift.lasts * HALF_HOUR, break_at=pause)
            for _n in range(shift.people)
        ]
    return rows


def _whoever(
    takers: Sequence[User],
    week: Sequence[PlannedShift],
    wanted: PlannedShift,
    monday: datetime,
) -> User | None:
    hours = {taker.pk: 0.0 for taker in takers}
    tired = set()
    for shift in week:
        if monday <= shift.begins < monday + timedelta(days=7) and shift.taker_id in hours:
            hours[shift.taker_id] += (shift.ends - shift.begins) / timedelta(hours=1)
        if shift.begins < wanted.ends + REST and shift.ends + REST > wanted.begins:
            tired.add(shift.taker_id)
    length = (wanted.ends - wanted.begins) / timedelta(hours=1)
    free = [
        taker
        for taker in takers
        if taker.pk not in tired and hours[taker.pk] + length <= WEEK_HOURS
    ]
    return min(free, key=lambda taker: (hours[taker.pk], taker.pk), default=None)
