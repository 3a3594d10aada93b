"""Which requests may be one problem? A pair at a time, decided by one key."""

from collections.abc import Callable, Mapping
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.duplicates import actions, queries
from citycall.duplicates.models import Pair, PairState
from citycall.pages.staff import links_for, staff_only
from citycall.service_requests import queries as requests

_DECISIONS: Final[Mapping[str, tuple[Callable[..., Pair], str | Promise]]] = {
    "merge": (actions.merge, gettext_lazy("The two are one request now.")),
    "not-same": (actions.dismiss, gettext_lazy("The two stay apart.")),
    "undo": (actions.undo, gettext_lazy("The decision is taken back.")),
}


@require_safe
@staff_only
def duplicates(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The pairs that wait for a decision, likeliest first."""
    page = queries.waiting(actor, after=request.GET.get("after", ""))
    context = {
        "pairs": queries.shown(page.rows),
        "page": page,
        "decided": _decided(request, actor),
        "staff_links": links_for(actor),
        "now": clock.now(),
    }
    return render(request, "workbench/duplicates.html", context)


def _decided(request: HttpRequest, actor: Actor) -> Pair | None:
    """The pair that was decided about just now, if it can be taken back."""
    told = request.GET.get("decided", "")
    if not told.isdecimal() or len(told) > 18:
        return None
    found = queries.decidable(actor).filter(pk=int(told)).exclude(state=PairState.OPEN)
    return found.select_related("newer", "older").first()


@require_POST
@staff_only
def decide(request: HttpRequest, actor: Actor, pair: int, decision: str) -> HttpResponse:
    """Decide about one pair, or take a decision back; then on to the next."""
    if decision not in _DECISIONS:
        raise Http404(decision)
    act, done = _DECISIONS[decision]
    try:
        act(pair, by=actor, at=clock.now())
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("workbench:duplicates")
    messages.success(request, str(done))
    after = "" if decision == "undo" else f"?decided={pair}"
    return redirect(f"{reverse('workbench:duplicates')}{after}")


@require_POST
@staff_only
def same_as(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Make one request part of an older one, as its page offers."""
    problem = requests.get_for(actor, numbers.read(number))
    older = requests.get_for(actor, numbers.read(request.POST.get("older", "")))
    try:
        actions.merge_requests(problem.pk, older_id=older.pk, by=actor, at=clock.now())
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("workbench:request", number=numbers.show(problem.number))
    messages.success(request, _("The two are one request now."))
    return redirect("workbench:request", number=numbers.show(older.number))
