"""What waits for an agency: open work in the order in which it is due.

Each team's open work lies in an index by due date. A page takes the first rows of every team and
merges them, so that it costs the same however much other work there is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citycall.catalog.queries import catalog
from citycall.core import clock, paging
from citycall.core.actors import Actor
from citycall.core.paging import Page
from citycall.service_requests import policies, queries
from citycall.service_requests.models import OPEN, ServiceRequest, Status, Verification

SIZE: Final = 50
# What is more than this is told as "1,000+".
MOST_COUNTED: Final = 1_000
_SHOWN = ("service", "team", "assignee")
_READ = policies.PERMISSIONS["read"]


@dataclass(frozen=True, slots=True)
class Pile:
    """Open work that needs the same kind of attention; ``empty`` is said when there is none."""

    code: str
    name: str | Promise
    empty: str | Promise


OPEN_WORK = Pile("open", _("All open"), _("There is no open work here."))
PILES: Final[Mapping[str, Pile]] = {
    pile.code: pile
    for pile in (
        OPEN_WORK,
        Pile("disputed", _("Disputed"), _("No reporter says that a problem is still there.")),
        Pile("late", _("Late"), _("Nothing is past its date.")),
        Pile("today", _("Due today"), _("Nothing more is due today.")),
        Pile("new", _("Not accepted yet"), _("Everything has been accepted.")),
        Pile("mine", _("Mine"), _("Nothing is assigned to you.")),
    )
}


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """A team whose work the actor may read."""

    id: int
    code: str
    name: str
    agency: str


def teams_of(actor: Actor) -> list[TeamChoice]:
    """The teams whose work the actor may read, retired ones included, by agency and name."""
    book = catalog()
    found = [
        TeamChoice(team.id, team.code, team.name, book.agency(team.agency_id).name)
        for team in book.directory.teams
        if _READ.allows(actor, agency_id=team.agency_id)
    ]
    return sorted(found, key=lambda team: (team.agency, team.name))


def counts(actor: Actor, teams: Collection[TeamChoice], *, at: datetime) -> dict[str, int]:
    """How much lies on each pile of these teams; nothing for those who read every agency's.

    Counted no further than one above ``MOST_COUNTED``, so that it costs no more with more work.
    """
    if actor.holds_anywhere(_READ.everywhere):
        return {}
    rows = queries.readable(actor).filter(team_id__in=[team.id for team in teams])
    piles = [rows.filter(_belongs(code, actor=actor, at=at)) for code in PILES]
    return dict(zip(PILES, queries.count_up_to(MOST_COUNTED + 1, piles), strict=True))


def open_work(
    actor: Actor,
    teams: Collection[TeamChoice],
    *,
    pile: str,
    at: datetime,
    after: str = "",
    before: str = "",
    size: int,
) -> Page[ServiceRequest]:
    """One page of a pile, what is due first first; ``newer`` and ``older`` lead back and on."""
    rows = queries.readable(actor).filter(_belongs(pile, actor=actor, at=at))
    backwards = bool(before) and not after
    cursor = before if backwards else after
    if cursor:
        due_at, row_id = paging.decode(cursor, kinds=(_due, int))
        rows = rows.filter(_beyond(due_at, row_id, backwards=backwards))
    keys = _first_keys(rows, teams, backwards=backwards, size=size + 1)
    more, keys = len(keys) > size, keys[:size]
    if backwards:
        keys.reverse()
    found = queries.readable(actor).select_related(*_SHOWN).in_bulk([pk for pk, _due_at in keys])
    return Page(
        rows=[found[pk] for pk, _due_at in keys if pk in found],
        newer=_cursor(keys[:1]) if (more if backwards else bool(cursor)) else "",
        older=_cursor(keys[-1:]) if (more or backwards) else "",
    )


def _belongs(pile: str, *, actor: Actor, at: datetime) -> Q:
    running = OPEN & Q(paused_at__isnull=True)
    tomorrow = at.astimezone(clock.city_zone()).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time.min, tzinfo=clock.city_zone())
    conditions: Mapping[str, Q] = {
        "open": OPEN,
        "disputed": OPEN & Q(verification=Verification.DISPUTED),
        "late": running & Q(due_at__lt=at),
        "today": running & Q(due_at__gte=at, due_at__lt=midnight),
        "new": OPEN & Q(status=Status.NEW),
        "mine": OPEN & Q(assignee_id=actor.id),
    }
    return conditions[pile]


Key = tuple[int, datetime | None]


def _first_keys(
    rows: QuerySet[ServiceRequest],
    teams: Collection[TeamChoice],
    *,
    backwards: bool,
    size: int,
) -> list[Key]:
    """The ids and due dates of the first rows of all teams together."""
    due = F("due_at")
    order: Sequence[Any] = (
        (due.desc(nulls_first=True), "-id") if backwards else (due.asc(nulls_last=True), "id")
    )
    firsts = [
        rows.filter(team_id=team.id).order_by(*order).values_list("pk", "due_at")[:size]
        for team in teams
    ]
    if not firsts:
        return []
    keys: list[Key] = list(firsts[0].union(*firsts[1:], all=True) if firsts[1:] else firsts[0])
    keys.sort(key=_order, reverse=backwards)
    return keys[:size]


def _order(key: Key) -> tuple[bool, datetime, int]:
    row_id, due_at = key
    return due_at is None, due_at or datetime.max.replace(tzinfo=UTC), row_id


def _beyond(due_at: datetime | None, row_id: int, *, backwards: bool) -> Q:
    if due_at is None:
        same = Q(due_at__isnull=True)
        if backwards:
            return Q(due_at__isnull=False) | (same & Q(id__lt=row_id))
        return same & Q(id__gt=row_id)
    same = Q(due_at=due_at)
    if backwards:
        return Q(due_at__lt=due_at) | (same & Q(id__lt=row_id))
    return Q(due_at__gt=due_at) | Q(due_at__isnull=True) | (same & Q(id__gt=row_id))


def _due(value: Any) -> datetime | None:
    return None if value is None else paging.moment(value)


def _cursor(keys: Sequence[Key]) -> str:
    return paging.encode((keys[0][1], keys[0][0])) if keys else ""
