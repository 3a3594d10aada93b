"""What the agencies' programs read: teams, their piles of open work, and requests, guarded."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from citycall.accounts import misses
from citycall.agencies.queries import TeamEntry, UnknownTeam
from citycall.api.naming import id_named, is_number
from citycall.catalog.queries import catalog
from citycall.core import clock, numbers, paging
from citycall.core.actors import Actor
from citycall.core.errors import NotFound
from citycall.service_requests import policies, queries
from citycall.service_requests.models import OPEN, ServiceRequest, Status, Verification

MOST_COUNTED: Final = 1_000
WITH: Final = ("assignee",)
_READ: Final = policies.PERMISSIONS["read"]


def teams_for(actor: Actor) -> list[TeamEntry]:
    """The teams whose work the actor may read, by name; raises ``NotAllowed`` where none."""
    queries.readable(actor)
    return [
        team for team in catalog().directory.teams if _READ.allows(actor, agency_id=team.agency_id)
    ]


def team_for(actor: Actor, code: str) -> TeamEntry:
    """One of them; raises ``UnknownTeam`` for any other."""
    found = next((team for team in teams_for(actor) if team.code == code), None)
    if found is None:
        raise UnknownTeam(_("There is no such team."))
    return found


def piles(actor: Actor, team: TeamEntry, *, at: datetime) -> dict[str, int]:
    """How much lies on each pile of a team, counted no further than one above a thousand."""
    rows = queries.readable(actor).filter(team_id=team.id)
    conditions = _conditions(at)
    selections = [rows.filter(condition) for condition in conditions.values()]
    counts = queries.count_up_to(MOST_COUNTED + 1, selections)
    return dict(zip(conditions, counts, strict=True))


def pile(
    actor: Actor,
    team: TeamEntry,
    code: str,
    *,
    services: list[int] | None,
    at: datetime,
    after: str,
    size: int,
) -> list[ServiceRequest]:
    """The first rows of a pile beyond a cursor, what is due first first."""
    rows: QuerySet[ServiceRequest] = queries.readable(actor).filter(team_id=team.id)
    rows = rows.filter(_conditions(at)[code])
    if services is not None:
        rows = rows.filter(service_id__in=services)
    if after:
        due_at, row_id = paging.decode(after, kinds=(_due, int))
        rows = rows.filter(_beyond(due_at, row_id))
    order = (F("due_at").asc(nulls_last=True), "id")
    return list(rows.select_related(*WITH).order_by(*order)[:size])


def cursor_of(row: ServiceRequest) -> str:
    """The cursor of a pile's page that ends with this row."""
    return paging.encode((row.due_at, row.pk))


def request_for(request: HttpRequest, actor: Actor, name: str) -> ServiceRequest:
    """The request of this id or confirmation number, for those who may read it.

    Raises ``NotFound`` and ``NotAllowed``; numbers that lead nowhere are counted.
    """
    if is_number(name):
        number = numbers.read(name)
        with misses.counted(request):
            return queries.get_for(actor, number)
    rows = queries.readable(actor).select_related(*WITH)
    found = rows.filter(pk=id_named(name)).first()
    if found is None:
        raise NotFound(_("There is no such request."))
    return found


def _conditions(at: datetime) -> Mapping[str, Q]:
    running = OPEN & Q(paused_at__isnull=True)
    tomorrow = at.astimezone(clock.city_zone()).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time.min, tzinfo=clock.city_zone())
    return {
        "open": OPEN,
        "disputed": OPEN & Q(verification=Verification.DISPUTED),
        "late": running & Q(due_at__lt=at),
        "today": running & Q(due_at__gte=at, due_at__lt=midnight),
        "new": OPEN & Q(status=Status.NEW),
    }


def _beyond(due_at: datetime | None, row_id: int) -> Q:
    if due_at is None:
        return Q(due_at__isnull=True, id__gt=row_id)
    return Q(due_at__gt=due_at) | Q(due_at__isnull=True) | Q(due_at=due_at, id__gt=row_id)


def _due(value: Any) -> datetime | None:
    return None if value is None else paging.moment(value)
