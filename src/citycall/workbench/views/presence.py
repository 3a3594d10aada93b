"""Who else is looking at a request or writing on its page, asked every few seconds by a script."""

import hashlib
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.pages.staff import staff_only
from citycall.presence import actions
from citycall.presence import queries as presence
from citycall.service_requests import queries


@require_POST
@staff_only
def here(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """A page says that it is open, and what is written in; or that it is left."""
    problem = queries.get_for(actor, numbers.read(number))
    if request.POST.get("gone"):
        actions.gone(problem.pk, by=actor)
    else:
        writing = request.POST.get("writing", "")
        actions.here(problem.pk, writing=writing, by=actor, at=clock.now())
    return HttpResponse(status=204)


@require_safe
@staff_only
def others(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Who else is here, and whether the request has changed since ``seen``; 304 if all is known."""
    problem = queries.get_for(actor, numbers.read(number))
    context = {
        "others": presence.others(problem.pk, by=actor, at=clock.now()),
        "changed": _changed_since(request.GET.get("seen", ""), problem.updated_at),
        "number": numbers.show(problem.number),
    }
    answer = render(request, "workbench/others.html", context)
    answer["ETag"] = f'"{hashlib.sha256(answer.content).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == answer["ETag"]:
        return HttpResponseNotModified()
    return answer


def _changed_since(seen: str, updated_at: datetime) -> bool:
    try:
        return datetime.fromisoformat(seen) != updated_at
    except ValueError:
        return False
