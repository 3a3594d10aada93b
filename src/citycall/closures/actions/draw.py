"""Drawing each day's sample of completions to be checked, by a plan that can be changed."""

import random
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.closures.estimate import systematic
from citycall.closures.models import Check, Closure, Frame, Plan
from citycall.closures.policies import PERMISSIONS
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.core.permissions import require
from citycall.service_requests.models import Status

# What a city begins with: some fifty calls a week, two in five of what looks false.
USUAL: Final = (50, 0.4)
MOST: Final = 5_000
LEAST_SHARE, MOST_SHARE = 0.0, 0.9


class Row(NamedTuple):
    """One completion that can be drawn, with its stratum."""

    agency_id: int
    group: str
    flagged: bool
    closure_id: int

    @property
    def stratum(self) -> tuple[int, str, bool]:
        """Agency, group of services, and whether it looked false."""
        return self.agency_id, self.group, self.flagged


def plan() -> Plan:
    """The plan that holds now; the usual one where nobody has made one."""
    a_week, flagged_share = USUAL
    latest = Plan.objects.order_by("-pk").first()
    return latest or Plan(a_week=a_week, flagged_share=flagged_share)


def set_plan(*, a_week: int, flagged_share: float, by: Actor, at: datetime) -> Plan:
    """Check so many a week from tomorrow on; raises ``Faults``."""
    require(PERMISSIONS, "plan", by=by)
    faults = {}
    if not 0 <= a_week <= MOST:
        faults["a_week"] = _("Please give a number from 0 to 5,000.")
    if not LEAST_SHARE <= flagged_share <= MOST_SHARE:
        faults["flagged_share"] = _("Please give a share from 0 to 90 percent.")
    if faults:
        raise Faults(faults)
    return Plan.objects.create(
        a_week=a_week, flagged_share=flagged_share, changed_at=at, changed_by_id=by.id
    )


@transaction.atomic
def draw(
    day: date, *, zone: ZoneInfo, at: datetime, chance: random.Random | None = None
) -> list[Check]:
    """Draw what was completed on a day of the city and is not disputed; none if drawn before.

    ``chance`` gives the random start; nobody can foresee the usual one.
    """
    if Frame.objects.filter(day=day).exists():
        return []
    rows = _to_draw_from(day, zone)
    probabilities = probabilities_of(rows, plan())
    start = (chance or secrets.SystemRandom()).random()
    drawn = set(systematic(probabilities, start=start))
    frames = _frames(day, rows, drawn)
    checks = [
        Check(
            closure_id=row.closure_id,
            agency_id=row.agency_id,
            frame=frames[row.stratum],
            probability=probability,
            asked_at=at,
        )
        for n, (row, probability) in enumerate(zip(rows, probabilities, strict=True))
        if n in drawn
    ]
    return Check.objects.bulk_create(checks)


def _to_draw_from(day: date, zone: ZoneInfo) -> list[Row]:
    begins = datetime.combine(day, time.min, tzinfo=zone)
    ends = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    rows = Closure.objects.filter(
        completed_at__gte=begins,
        completed_at__lt=ends,
        disputed_at__isnull=True,
        # Whom somebody has chosen to be checked cannot be drawn any more.
        check_made__isnull=True,
        service_request__status__in=[Status.COMPLETED, Status.CLOSED],
    )
    return sorted(Row(*row) for row in rows.values_list("agency_id", "group", "flagged", "id"))


def probabilities_of(rows: Sequence[Row], chosen: Plan) -> list[float]:
    """With what probability each row is drawn: a day's part of the plan, by what looks false."""
    sizes = {part: sum(row.flagged == part for row in rows) for part in (True, False)}
    a_day = chosen.a_week / 7
    wanted = {True: a_day * chosen.flagged_share, False: a_day * (1 - chosen.flagged_share)}
    # A part that is too small for its draws leaves them to the other.
    for part in (True, False):
        over = max(0.0, wanted[part] - sizes[part])
        wanted[part] -= over
        wanted[not part] += over
    each: Mapping[bool, float] = {
        part: min(1.0, wanted[part] / sizes[part]) if sizes[part] else 0.0 for part in sizes
    }
    return [each[row.flagged] for row in rows]


def _frames(day: date, rows: Sequence[Row], drawn: set[int]) -> dict[tuple[int, str, bool], Frame]:
    """One frame for each stratum that there is, drawn from or not; an empty day has one too."""
    numbered = groupby(enumerate(rows), key=lambda pair: pair[1].stratum)
    made = []
    for (agency_id, group, flagged), found in numbered:
        places = [n for n, _row in found]
        made.append(
            Frame(
                day=day,
                agency_id=agency_id,
                group=group,
                flagged=flagged,
                size=len(places),
                drawn=sum(n in drawn for n in places),
            )
        )
    if not made:
        made = [Frame(day=day, agency_id=0, group="", flagged=False, size=0, drawn=0)]
    kept = Frame.objects.bulk_create(made)
    return {(frame.agency_id, frame.group, frame.flagged): frame for frame in kept}
