"""How urgent it is, set by hand with a reason, or left to its reasons again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.pages.staff import staff_only
from citycall.service_requests import queries
from citycall.triage import judging


@require_POST
@staff_only
def set_priority(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Set it by hand, or take that back."""
    problem = queries.get_for(actor, numbers.read(number))
    chosen = request.POST.get("priority", "")
    try:
        if "back" in request.POST:
            judging.take_back(problem.pk, by=actor, at=clock.now())
            messages.success(request, _("The priority follows its reasons again."))
        else:
            judging.set_by_hand(
                problem.pk,
                priority=int(chosen) if chosen in set("12345") else 0,
                why=request.POST.get("why", ""),
                by=actor,
                at=clock.now(),
            )
            messages.success(request, _("The priority is set, and holds until it is taken back."))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("workbench:request", number=number)
