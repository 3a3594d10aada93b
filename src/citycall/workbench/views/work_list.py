"""What needs me now?"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed, NotFound
from citycall.core.paging import moment
from citycall.escalations.queries import marks
from citycall.pages.staff import is_only_an_office, links_for, links_from_the_list, staff_only
from citycall.service_requests import queries, saved_views
from citycall.workbench import chips, queue
from citycall.workbench.filter_form import FilterForm, sort_choices
from citycall.workbench.filters import WITHIN_M, Asked, BadFilters
from citycall.workbench.piles import PILES
from citycall.workbench.queue import News, TeamChoice
from citycall.workbench.rows import rows_of


@require_safe
@staff_only
def work_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The requests that are asked for; without a question, those of the person's first view.

    A council office, which has no work here, is led to its district.
    """
    if is_only_an_office(actor):
        return redirect("workbench:council")
    if not request.GET:
        first = next((view for view in saved_views.views_of(actor) if view.first), None)
        if first is not None:
            return redirect(f"{reverse('workbench:list')}?{first.query or 'show=open'}")
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


@require_safe
@staff_only
def filters(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything that the list can be narrowed by, filled with what is asked for now."""
    queries.readable(actor)
    asked = Asked.read(request.GET)
    form = FilterForm(asked, actor=actor)
    context = {"form": form, "asked": asked, "staff_links": links_for(actor)}
    return render(request, "workbench/filters.html", context)


@require_safe
@staff_only
def news(request: HttpRequest, actor: Actor) -> HttpResponse:
    """``?<question>&since=<time>&row=<id>…``: how much is new and changed, in words."""
    asked = Asked.read(request.GET)
    try:
        asked.check()
        since, shown = _seen(request.GET)
    except (BadFilters, ValueError):
        return JsonResponse({"new": 0, "changed": 0, "words": ""}, status=422)
    found = queue.news(actor, asked, since=since, shown=shown, at=clock.now())
    told = {"new": found.new, "changed": found.changed, "words": _in_words(found)}
    mark = f'"{since.timestamp():.0f}-{found.new}-{found.changed}"'
    answer = JsonResponse(told, headers={"ETag": mark})
    return get_conditional_response(request, etag=mark, response=answer) or answer


def _seen(query: QueryDict) -> tuple[datetime, list[int]]:
    return moment(query.get("since", "")), [int(text) for text in query.getlist("row")[:100]]


def _in_words(found: News) -> str:
    new = ngettext("%(n)d new", "%(n)d new", found.new) % {"n": found.new}
    changed = ngettext("%(n)d changed", "%(n)d changed", found.changed) % {"n": found.changed}
    if found.new and found.changed:
        return _("%(new)s, %(changed)s.") % {"new": new, "changed": changed}
    if found.new or found.changed:
        return _("%(news)s.") % {"news": new if found.new else changed}
    return ""


def _context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    at = clock.now()
    # What may be read is asked first: it refuses those who may read nothing.
    queries.readable(actor)
    teams = queue.teams_of(actor)
    told = Asked.read(request.GET)
    # What could be read is shown; what could not is said, and nothing is done to all that match.
    asked = told.without(*told.faults)
    cursors = {"after": request.GET.get("older", ""), "before": request.GET.get("newer", "")}
    if asked.narrowed and not any(cursors.values()):
        page, found = queue.counted_page(actor, asked, at=at, size=queue.SIZE)
    else:
        page, found = queue.page(actor, asked, at=at, size=queue.SIZE, **cursors), None
    # How much lies on each pile is told of the whole list only.
    counts = {} if asked.narrowed else queue.counts(actor, asked, at=at)
    return {
        "asked": told,
        "question": told.query_string(),
        "faults": told.faults,
        "show": asked.show,
        "pile": PILES.get(asked.show),
        "chips": chips.chips(asked),
        "sorts": sort_choices(asked),
        "order": asked.order,
        "distances": WITHIN_M,
        "piles": [(pile, counts.get(pile.code)) for pile in PILES.values()],
        "found": found,
        "most_counted": queue.MOST_COUNTED,
        "page": page,
        "rows": rows_of(page.rows, at=at, escalated=marks([row.pk for row in page.rows])),
        "views": saved_views.views_of(actor),
        "may_share": saved_views.sharing_agencies(actor),
        "agency": _only_agency(teams),
        "also": links_from_the_list(actor),
        "staff_links": links_for(actor),
        "now": at,
    }


def _only_agency(teams: list[TeamChoice]) -> str:
    names = {team.agency for team in teams}
    return names.pop() if len(names) == 1 else ""
