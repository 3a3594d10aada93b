"""What needs me now?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed, NotFound
from citycall.core.paging import Page
from citycall.service_requests import queries
from citycall.service_requests.models import ServiceRequest, Status
from citycall.workbench import queue
from citycall.workbench.forms import ListForm
from citycall.workbench.queue import PILES, TeamChoice
from citycall.workbench.staff import links_for, staff_only

_KNOWN = {*PILES, *Status.values, "all"}


@require_safe
@staff_only
def work_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Open work of the actor's agencies by due date, or requests in one state, latest first."""
    return render(request, "workbench/list.html", _context(request, actor))


@require_safe
@staff_only
def find(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Open the request that a confirmation number leads to, or say on the list why not."""
    typed = request.GET.get("number", "")
    try:
        problem = queries.get_for(actor, numbers.read(typed))
    except DomainError as error:
        context = {**_context(request, actor), "typed": typed, "find_error": error.message}
        status = error.status if isinstance(error, NotFound | NotAllowed) else 422
        return render(request, "workbench/list.html", context, status=status)
    return redirect("workbench:request", number=numbers.show(problem.number))


def _context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    at = clock.now()
    # What may be read is asked first: it refuses those who may read nothing.
    queries.readable(actor)
    teams = queue.teams_of(actor)
    asked = request.GET
    chosen = next((team for team in teams if team.code == asked.get("team")), None)
    show = asked.get("show", "")
    show = show if show in _KNOWN else "open"
    form = ListForm({"team": chosen.code if chosen else "", "show": show}, teams=teams)
    within = [chosen] if chosen else teams
    counts = queue.counts(actor, within, at=at)
    return {
        "filters": form,
        "filtered": chosen is not None or show not in PILES,
        "show": show,
        "pile": PILES.get(show),
        "piles": [(pile, counts.get(pile.code)) for pile in PILES.values()],
        "most_counted": queue.MOST_COUNTED,
        "page": _page(request, actor, within, chosen=chosen, show=show),
        "agency": _only_agency(teams),
        "staff_links": links_for(actor),
        "now": at,
    }


def _only_agency(teams: list[TeamChoice]) -> str:
    names = {team.agency for team in teams}
    return names.pop() if len(names) == 1 else ""


def _page(
    request: HttpRequest,
    actor: Actor,
    teams: list[TeamChoice],
    *,
    chosen: TeamChoice | None,
    show: str,
) -> Page[ServiceRequest]:
    older, newer = request.GET.get("older", ""), request.GET.get("newer", "")
    if show in PILES:
        return queue.open_work(
            actor, teams, pile=show, at=clock.now(), after=older, before=newer, size=queue.SIZE
        )
    return queries.work_list(
        actor,
        team_id=chosen.id if chosen else None,
        status="" if show == "all" else show,
        older_than=older,
        newer_than=newer,
        size=queue.SIZE,
    )
