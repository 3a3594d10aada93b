"""The piles of open work: what needs the same kind of attention lies together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.accounts.queries import own_teams
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.service_requests.models import OPEN, Status, Verification

SOON: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Pile:
    """Open work that needs the same kind of attention; ``empty`` is said when there is none."""

    code: str
    name: str | Promise
    empty: str | Promise


OPEN_WORK = Pile("open", _("All open"), _("There is no open work here."))
TEAM = Pile("team", _("My team’s"), _("Nothing waits for your team."))
NEAR = Pile("near", _("Near me"), _("There is no open work around this place."))
PILES: Final[Mapping[str, Pile]] = {
    pile.code: pile
    for pile in (
        OPEN_WORK,
        Pile("disputed", _("Disputed"), _("No reporter says that a problem is still there.")),
        Pile("late", _("Late"), _("Nothing is past its date.")),
        Pile("today", _("Due today"), _("Nothing more is due today.")),
        Pile("returned", _("Returned"), _("No team has sent anything back.")),
        Pile("unassigned", _("Nobody’s yet"), _("Everything has been given to somebody.")),
        Pile("soon", _("Due soon"), _("Nothing is due in the next three days.")),
        Pile("new", _("Not accepted yet"), _("Everything has been accepted.")),
        Pile("mine", _("Mine"), _("Nothing is assigned to you.")),
        TEAM,
        NEAR,
    )
}


def belongs(pile: str, *, actor: Actor, at: datetime) -> Q:
    """Which requests lie on a pile; around which place those near lie is asked beside it."""
    if pile == TEAM.code:
        return OPEN & Q(team_id__in=sorted(own_teams(actor.id)))
    conditions: Mapping[str, Q] = {
        OPEN_WORK.code: OPEN,
        NEAR.code: OPEN,
        "disputed": OPEN & Q(verification=Verification.DISPUTED),
        "late": due("late", at=at),
        "today": due("today", at=at),
        "soon": due("soon", at=at),
        "returned": OPEN & Q(returned_at__isnull=False),
        "unassigned": OPEN & Q(assignee_id__isnull=True),
        "new": OPEN & Q(status=Status.NEW),
        "mine": OPEN & Q(assignee_id=actor.id),
    }
    return conditions[pile]


def due(code: str, *, at: datetime) -> Q:
    """Open work by its date: late, today (and not late), soon, later, or without one (none).

    What stands still has no date that could come near.
    """
    if code == "none":
        return OPEN & Q(due_at__isnull=True)
    tomorrow = at.astimezone(clock.city_zone()).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time.min, tzinfo=clock.city_zone())
    between: Mapping[str, Q] = {
        "late": Q(due_at__lt=at),
        "today": Q(due_at__gte=at, due_at__lt=midnight),
        "soon": Q(due_at__gte=at, due_at__lt=at + SOON),
        "later": Q(due_at__gte=at + SOON),
    }
    return OPEN & Q(paused_at__isnull=True) & between[code]
