"""For the agencies' own programs: queues, and requests with everything that the key may see."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from citycall.agencies.queries import TeamEntry
from citycall.api import selection, staff_told, work
from citycall.api.catalog import ids_of_services
from citycall.api.conditions import document
from citycall.api.cursors import Listed, Page, check_due_cursor, check_time_cursor, linked, page
from citycall.api.keys import Key, actor_of
from citycall.api.naming import NAME, Code, Name
from citycall.api.parameters import codes
from citycall.api.staff_shapes import (
    EventsOut,
    TeamListing,
    TeamOut,
    TeamWhole,
    WorkListing,
    WorkOut,
    WorkWhole,
)
from citycall.api.telling import told
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.models import Visibility
from citycall.service_requests import queries
from citycall.service_requests.policies import READ_SCOPE, WORK_SCOPE

router = Router(tags=["Staff"], auth=Key(READ_SCOPE, WORK_SCOPE))
REQUEST: Final = f"/staff/service_requests/{NAME}"


@router.get(
    "/staff/teams",
    **told("list_teams", "The teams whose work the key may read", gives=Listed[TeamOut]),
)
def teams(request: HttpRequest) -> HttpResponse:
    """By name, retired ones too: their past work can still be read."""
    return document({"items": [_team(each) for each in work.teams_for(actor_of(request))]})


@router.get(
    "/staff/teams/{code}",
    **told("get_team", "One team with how much waits for it", gives=TeamWhole),
)
def team(request: HttpRequest, code: Code) -> HttpResponse:
    """What needs the same kind of attention lies on one pile."""
    actor = actor_of(request)
    found = work.team_for(actor, code)
    return document({**_team(found), "piles": work.piles(actor, found, at=clock.now())})


@router.get(
    "/staff/teams/{code}/work",
    **told("list_team_work", "A team's open work", gives=Page[WorkOut], items=(WorkOut,)),
)
def team_work(request: HttpRequest, code: Code, asked: Query[TeamListing]) -> HttpResponse:
    """One pile, what is due first first."""
    selection.check(asked.fields, WorkOut)
    check_due_cursor(asked.after)
    actor = actor_of(request)
    chosen = codes(asked.service)
    rows = work.pile(
        actor,
        work.team_for(actor, code),
        asked.pile,
        services=ids_of_services(chosen, catalog()) if chosen else None,
        at=clock.now(),
        after=asked.after,
        size=asked.limit + 1,
    )
    return document(
        page(
            request,
            rows,
            limit=asked.limit,
            cursor_of=work.cursor_of,
            tell=lambda row: selection.select(
                staff_told.told(row, actor=actor), asked.fields, WorkOut
            ),
        )
    )


@router.get(
    "/staff/service_requests",
    **told(
        "list_work",
        "Requests that the key may read",
        gives=Page[WorkOut],
        items=(WorkOut,),
        problems=(404,),
    ),
)
def listed(request: HttpRequest, asked: Query[WorkListing]) -> HttpResponse:
    """In any state, of any age, latest first."""
    selection.check(asked.fields, WorkOut)
    check_time_cursor(asked.after)
    actor = actor_of(request)
    found = queries.work_list(
        actor,
        team_id=work.team_for(actor, asked.team).id if asked.team else None,
        status=asked.status,
        older_than=asked.after,
        size=asked.limit,
    )
    items = [
        selection.select(staff_told.told(row, actor=actor), asked.fields, WorkOut)
        for row in found.rows
    ]
    return document(linked(request, items, found.older))


@router.get(
    REQUEST,
    **told(
        "get_work",
        "One request with everyone's reports",
        gives=WorkWhole,
        problems=(400,),
    ),
)
def one(request: HttpRequest, name: Name) -> HttpResponse:
    """Its `ETag` goes into `If-Match` of a step, so that nothing is decided on what is past.

    A merged request is told itself, with `merged_into`. Contacts are told to keys never.
    """
    actor = actor_of(request)
    return answer(request, work.request_for(request, actor, name))


@router.get(
    f"{REQUEST}/history",
    **told("get_work_history", "The whole history", gives=EventsOut, problems=(400,)),
)
def history(request: HttpRequest, name: Name) -> HttpResponse:
    """Every event, with internal notes and who did it."""
    row = work.request_for(request, actor_of(request), name)
    happened = queries.history(row, visible=list(Visibility))
    return document({"items": staff_told.events(happened)})


def answer(request: HttpRequest, row: Any) -> HttpResponse:
    """A request as the key may see it, with the ETag that steps take."""
    actor = actor_of(request)
    response = document(staff_told.whole(row, actor=actor))
    response.headers["ETag"] = staff_told.tag_of(row)
    return response


def _team(entry: TeamEntry) -> dict[str, Any]:
    agency = catalog().agency(entry.agency_id)
    return {
        "code": entry.code,
        "name": entry.name,
        "agency": {"code": agency.code, "name": agency.name},
        "active": entry.active,
    }
