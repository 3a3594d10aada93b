"""What waits for an agency: requests that match what is asked for, a page at a time.

One index holds the open work by due date with everything that it is narrowed and sorted by, so
that a page costs no more than reading that index through, however the work is narrowed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from citycall.catalog.queries import catalog
from citycall.core import paging
from citycall.core.actors import Actor
from citycall.core.paging import Page
from citycall.places.queries import areas
from citycall.service_requests import conditions, policies, queries
from citycall.service_requests.models import ServiceRequest, Status
from citycall.workbench import orders, piles
from citycall.workbench.filters import ME, NOBODY, Asked
from citycall.workbench.piles import PILES

SIZE: Final = 50
# What is more than this is told as "1,000+".
MOST_COUNTED: Final = 1_000
# What a row shows; names of services and teams are in memory.
_SHOWN = (
    *("id", "number", "service_id", "team_id", "status", "verification", "priority"),
    *("report_count", "requested_at", "due_at", "paused_at", "returned_at", "tags"),
    *("place", "directions", "longitude", "latitude"),
    *("assignee__username", "assignee__first_name", "assignee__last_name"),
)
_READ = policies.PERMISSIONS["read"]


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


def matching(actor: Actor, asked: Asked, *, at: datetime) -> QuerySet[ServiceRequest]:
    """The requests that the actor may read and that are asked for, in no order and without limit.

    Raises ``BadFilters`` where a filter could not be read, and ``NotAllowed`` for those who may
    read no requests.
    """
    asked.check()
    rows = queries.readable(actor)
    for condition in _conditions(actor, asked, at=at):
        rows = rows.filter(condition)
    if asked.point is not None:
        rows = rows.alias(apart=conditions.metres_from(asked.point))
        rows = rows.filter(apart__lte=asked.within_m)
    return rows


def _conditions(actor: Actor, asked: Asked, *, at: datetime) -> Iterator[Q]:
    book = catalog()
    if asked.show in PILES:
        yield piles.belongs(asked.show, actor=actor, at=at)
    elif asked.show in Status.values:
        yield Q(status=asked.show)
    if asked.team:
        yield Q(team_id=book.team_by_code(asked.team).id)
    if asked.agency:
        yield Q(agency_id=book.agency_by_code(asked.agency).id)
    if asked.services:
        yield Q(service_id__in=[book.service(code).id for code in asked.services])
    if asked.assignee:
        yield _given_to(asked.assignee, actor)
    yield from _plain_conditions(asked, at=at)


def _plain_conditions(asked: Asked, *, at: datetime) -> Iterator[Q]:
    day = timedelta(days=1)
    if asked.states:
        yield Q(status__in=asked.states)
    if asked.priorities:
        yield Q(priority__in=asked.priorities)
    if asked.due:
        yield piles.due(asked.due, at=at)
    if asked.min_days is not None:
        yield Q(requested_at__lte=at - asked.min_days * day)
    if asked.max_days is not None:
        yield Q(requested_at__gte=at - asked.max_days * day)
    if asked.reports is not None:
        yield Q(report_count__gte=asked.reports)
    if asked.tags:
        yield conditions.tagged(asked.tags)
    if asked.words:
        yield conditions.says(asked.words)
    if asked.area:
        layer, _colon, code = asked.area.partition(":")
        area = areas().find(layer, code)
        yield conditions.in_area(area.id) if area is not None else Q(pk__in=[])


def _given_to(assignee: str, actor: Actor) -> Q:
    if assignee == NOBODY:
        return Q(assignee_id__isnull=True)
    return Q(assignee_id=actor.id if assignee == ME else int(assignee))


def page(
    actor: Actor,
    asked: Asked,
    *,
    at: datetime,
    after: str = "",
    before: str = "",
    size: int = SIZE,
) -> Page[ServiceRequest]:
    """One page of what is asked for, in its order; ``newer`` and ``older`` lead back and on."""
    return _page(actor, asked, at=at, after=after, before=before, size=size, looked=0)[0]


def counted_page(
    actor: Actor, asked: Asked, *, at: datetime, size: int = SIZE
) -> tuple[Page[ServiceRequest], int]:
    """The first page and how many match in all, told by one look through the work.

    Counted no further than one above ``MOST_COUNTED``.
    """
    return _page(actor, asked, at=at, after="", before="", size=size, looked=MOST_COUNTED + 1)


def _page(
    actor: Actor,
    asked: Asked,
    *,
    at: datetime,
    after: str,
    before: str,
    size: int,
    looked: int,
) -> tuple[Page[ServiceRequest], int]:
    """A page and how many rows were seen from where it begins, at most ``looked`` or one more."""
    backwards = bool(before) and not after
    cursor = before if backwards else after
    order = asked.order
    columns = orders.columns(order, backwards=backwards)
    rows = matching(actor, asked, at=at)
    if order.endswith("distance") and asked.point is not None:
        rows = rows.annotate(metres=conditions.metres_from(asked.point))
    if cursor:
        values = paging.decode(cursor, kinds=[column.kind for column in columns])
        rows = rows.filter(orders.beyond(columns, values))
    names = [column.name for column in columns]
    terms = orders.terms(columns, open_work=asked.show in PILES)
    keys = list(rows.order_by(*terms).values_list(*names)[: max(size + 1, looked)])
    seen, more, keys = len(keys), len(keys) > size, keys[:size]
    if backwards:
        keys.reverse()
    page_of_keys = Page(
        rows=_shown(actor, keys, names),
        newer=_cursor(keys[:1]) if (more if backwards else bool(cursor)) else "",
        older=_cursor(keys[-1:]) if (more or backwards) else "",
    )
    return page_of_keys, seen


def _shown(
    actor: Actor, keys: Sequence[Sequence[Any]], names: Sequence[str]
) -> list[ServiceRequest]:
    ids = [key[-1] for key in keys]
    rows = queries.readable(actor).select_related("assignee").only(*_SHOWN)
    found = rows.in_bulk(ids)
    if "metres" in names:
        for key in keys:
            if key[-1] in found:
                vars(found[key[-1]])["metres"] = key[0]
    return [found[pk] for pk in ids if pk in found]


def _cursor(keys: Sequence[Sequence[Any]]) -> str:
    return paging.encode(keys[0]) if keys else ""


def counts(actor: Actor, asked: Asked, *, at: datetime) -> Mapping[str, int]:
    """How much lies on each pile, of the team and agency that are asked for.

    Counted no further than one above ``MOST_COUNTED``, so that it costs no more with more work.
    """
    within = Asked(team=asked.team, agency=asked.agency)
    rows = matching(actor, within, at=at)
    codes = [code for code in PILES if code != piles.NEAR.code]
    found = [rows.filter(piles.belongs(code, actor=actor, at=at)) for code in codes]
    return dict(zip(codes, queries.count_up_to(MOST_COUNTED + 1, found), strict=True))


@dataclass(frozen=True, slots=True)
class News:
    """How many requests came to a list, and how many of it changed, since it was looked at.

    Neither is counted further than ``MOST_NEWS``.
    """

    new: int
    changed: int


MOST_NEWS: Final = 99


def news(
    actor: Actor, asked: Asked, *, since: datetime, shown: Collection[int], at: datetime
) -> News:
    """What has happened since: ``shown`` are the ids of the rows that somebody is looking at."""
    changed = Q(updated_at__gt=since)
    match = matching(actor, asked, at=at).filter(changed)
    gone = queries.readable(actor).filter(changed, pk__in=list(shown)[:SIZE])
    new, matched, kept = queries.count_up_to(
        MOST_NEWS,
        [
            match.filter(requested_at__gt=since),
            match.filter(requested_at__lte=since).exclude(pk__in=list(shown)[:SIZE]),
            gone,
        ],
    )
    return News(new=new, changed=min(matched + kept, MOST_NEWS))
