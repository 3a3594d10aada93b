"""What was searched and not found, and what people missed: each dealt with in one step."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.console.views.alerts import furniture
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.knowledge import care
from citycall.knowledge import gaps as knowledge
from citycall.knowledge.models import UnansweredSearch
from citycall.pages.staff import staff_only

State = UnansweredSearch.State


@require_safe
@staff_only
def gaps(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What nobody finds, what was asked most often first."""
    asked = request.GET.get("show", "")
    state = State(asked) if asked in State.values else State.OPEN
    context = {
        "gaps": knowledge.gaps(by=actor, state=state),
        "articles": care.names(by=actor),
        "missed": knowledge.missed(by=actor) if state == State.OPEN else [],
        "state": state.value,
        "states": (
            (State.OPEN.value, _("Open")),
            (State.DONE.value, _("Done")),
            (State.IGNORED.value, _("Ignored")),
        ),
        **furniture(actor),
    }
    return render(request, "console/knowledge/gaps.html", context)


@require_POST
@staff_only
def settle(request: HttpRequest, actor: Actor, gap: int) -> HttpResponse:
    """It belongs to an article, is done, to be ignored, or open again."""
    at = clock.now()
    article = request.POST.get("article", "").strip()
    state = request.POST.get("state", "")
    try:
        if article:
            knowledge.belongs(gap, article=article, by=actor, at=at)
            messages.success(request, _("The article is found by these words from now on."))
        elif state in State.values:
            knowledge.settle(gap, state=State(state), by=actor, at=at)
            messages.success(request, _("Noted."))
        else:
            messages.error(request, _("Please write the code of an article."))
    except Faults as error:
        messages.error(request, error.message)
    return redirect("console:gaps")
