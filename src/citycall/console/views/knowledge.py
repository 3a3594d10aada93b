"""What is true today: one search, and noting on the call what was read out."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.calls import queries as calls
from citycall.calls.actions import handling
from citycall.calls.models import Call, Touch
from citycall.calls.policies import PERMISSIONS
from citycall.console.knowing import Known, known, note_unanswered, target_told
from citycall.core import clock, phrases
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotFound
from citycall.core.permissions import require
from citycall.knowledge import transfers
from citycall.pages.staff import links_for, staff_only

_TOUCHES = {Touch.Kind.ARTICLE, Touch.Kind.ALERT, Touch.Kind.DIRECTORY}


@require_safe
@staff_only
def knowledge(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The search with what it finds; without words, what concerns everybody today."""
    require(PERMISSIONS, "take", by=actor)
    call = _call(request, actor)
    at = clock.now()
    found = _found(request, call)
    if found.words and found.nothing:
        note_unanswered(found.words, language=phrases.spoken(), at=at)
    context = {
        **_told(request, actor, found, call),
        "languages": settings.LANGUAGES,
        "everybody": [target_told(each, at=at) for each in transfers.targets(at=at)],
        "staff_links": links_for(actor),
    }
    return render(request, "console/knowledge/knowledge.html", context)


@require_safe
@staff_only
def found(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same as a part of a page, while somebody types; nothing is noted."""
    require(PERMISSIONS, "take", by=actor)
    call = _call(request, actor)
    context = _told(request, actor, _found(request, call), call)
    return render(request, "console/knowledge/found.html", context)


@require_POST
@staff_only
def touch(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Note on a call that an article or alert was read out, or a number given."""
    kind, code = request.POST.get("kind", ""), request.POST.get("code", "")
    if kind not in _TOUCHES or not code:
        raise NotFound(_("There is nothing of this kind to note."))
    call = _number(request.POST.get("call", ""))
    handling.touch(call, kind=Touch.Kind(kind), code=code, by=actor, at=clock.now())
    if request.headers.get("Accept") == "application/json":
        return HttpResponse(status=204)
    carried = {name: request.POST.get(name, "") for name in ("q", "caller", "call")}
    return redirect(f"{reverse('console:knowledge')}?{urlencode(carried)}")


def _found(request: HttpRequest, call: Call | None) -> Known:
    asked = request.GET.get("caller", "") or (call.language if call else "")
    language = asked if phrases.is_offered(asked) else phrases.spoken()
    return known(request.GET.get("q", ""), language=language, at=clock.now())


def _told(request: HttpRequest, actor: Actor, known: Known, call: Call | None) -> dict[str, Any]:
    touched = call.touches.values_list("kind", "code") if call else []
    return {
        "known": known,
        "call": call,
        "touched": {f"{kind} {code}" for kind, code in touched},
        "own": phrases.spoken(),
        "now": clock.now(),
        "writes": PERMISSIONS["supervise"].allows(actor, agency_id=None),
    }


def _call(request: HttpRequest, actor: Actor) -> Call | None:
    """The call on which is noted what is read out; none where it is over or not one's own."""
    if not (asked := request.GET.get("call", "")):
        return None
    try:
        call = calls.get_for(actor, _number(asked))
    except DomainError:
        return None
    return call if call.taker_id == actor.id else None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise NotFound(_("There is no such call."))
    return int(text)
