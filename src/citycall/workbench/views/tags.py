"""Tagging a request from its page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.pages.staff import staff_only
from citycall.service_requests import queries
from citycall.service_requests.actions.tag import change_tags
from citycall.service_requests.tags import BadTag, several


@require_POST
@staff_only
def change(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Put the tag that was typed on the request, or take the one that was pressed off."""
    problem = queries.get_for(actor, numbers.read(number))
    typed = several(request.POST.get("tag", ""))
    off = request.POST.getlist("remove")
    try:
        change_tags(
            problem.pk,
            add=typed if typed or off else [""],
            remove=off,
            by=actor,
            at=clock.now(),
        )
    except BadTag as error:
        messages.error(request, error.message)
    return redirect("workbench:request", number=number)
