"""What is this really, and whose? One request after another, the words first."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.assistant.queries import ranked
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.permissions import require
from citycall.pages.staff import links_for, staff_only
from citycall.routing.queries import routing
from citycall.service_requests import queries
from citycall.service_requests.actions import work
from citycall.service_requests.actions.change_service import change_service
from citycall.triage import sorting, teaching
from citycall.triage.policies import PERMISSIONS
from citycall.triage.sorting import Waiting
from citycall.workbench.moments import seen_of

MOST_SUGGESTED: Final = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One service with its key, and the team that would have the request then."""

    key: int
    entry: ServiceEntry
    team: str


@require_safe
@staff_only
def sort(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The request that is asked for, or the first that waits, with what it may be."""
    return _page(request, actor, number=request.GET.get("number", ""))


@require_POST
@staff_only
def decide(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Move it to a service, or pass it to a team; then on to the next."""
    problem = queries.get_for(actor, numbers.read(number))
    told: dict[str, Any] = {"by": actor, "at": clock.now()}
    why = request.POST.get("why", "").strip()
    try:
        told["seen"] = seen_of(request.POST.get("seen", ""))
        if service := request.POST.get("service"):
            why = why or _("Sorted by what was told.")
            change_service(problem.pk, service_code=service, reason=why, **told)
        else:
            why = why or _("Sorted: it is this team's.")
            team = request.POST.get("team", "")
            work.transfer(problem.pk, team_code=team, reason=why, **told)
    except DomainError as error:
        return _page(request, actor, number=number, fault=error.message, status=422)
    messages.success(request, _("%(number)s is sorted. Here is the next.") % {"number": number})
    return redirect("workbench:sort")


@require_POST
@staff_only
def teach(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Add a word to a service's keywords."""
    word, code = request.POST.get("word", ""), request.POST.get("service", "")
    try:
        teaching.add_keyword(code, word, by=actor, at=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        told = {"word": word, "service": catalog().service(code).name}
        messages.success(
            request,
            _("“%(word)s” finds “%(service)s” from now on. It can be undone under Manage.") % told,
        )
    return redirect("workbench:sort")


def _page(
    request: HttpRequest, actor: Actor, *, number: str, fault: str = "", status: int = 200
) -> HttpResponse:
    require_any(actor)
    waits = sorting.waiting(actor)
    shown = next((w for w in waits if numbers.show(w.request.number) == number), None)
    shown = shown or (waits[0] if waits else None)
    others = [w for w in waits if w is not shown]
    context = {
        "waiting": shown,
        "number": numbers.show(shown.request.number) if shown is not None else "",
        "others": [{"waiting": w, "number": numbers.show(w.request.number)} for w in others],
        "next": numbers.show(others[0].request.number) if others else "",
        "count": sorting.count(actor),
        "suggestions": _suggestions(shown) if shown is not None else [],
        "team": sorting.suggested_team(shown.request) if shown is not None else None,
        "groups": catalog().groups,
        "teams": catalog().teams,
        "fault": fault,
        "typed": request.POST.get("why", ""),
        "proposals": sorting.proposals(at=clock.now()),
        "may_teach": PERMISSIONS["teach"].allows(actor, agency_id=None),
        "staff_links": links_for(actor),
        "now": clock.now(),
    }
    return render(request, "workbench/sort.html", context, status=status)


def require_any(actor: Actor) -> None:
    """Raise ``NotAllowed`` for those who sort for no agency."""
    grant = PERMISSIONS["sort"]
    if not actor.holds_anywhere(grant.everywhere | grant.own_agency):
        require(PERMISSIONS, "sort", by=actor)


def _suggestions(waiting: Waiting) -> list[Suggestion]:
    problem, words = waiting.request, waiting.report.words if waiting.report else ""
    found = [
        entry for entry in ranked(words, limit=MOST_SUGGESTED + 1) if entry.id != problem.service_id
    ][:MOST_SUGGESTED]
    return [
        Suggestion(
            key,
            entry,
            catalog().team(routing().choose(entry, problem.areas, clock.now()).team_id).name,
        )
        for key, entry in enumerate(found, start=1)
    ]
