"""The one screen of a call-taker: who is calling, what do they need, and what is known of it."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.calls import queries
from citycall.calls.actions import handling, pads
from citycall.calls.models import Call, Disposition, Medium, Touch
from citycall.console import page, telephone
from citycall.console.handing_in import HandedIn, begin_another, hand_in
from citycall.console.intake import Intake
from citycall.console.suggesting import suggested
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.knowledge.specs import ScriptUse
from citycall.pages.staff import staff_only
from citycall.service_requests import checks

LONGEST_BODY = 80_000


class Unreadable(DomainError):
    """What the page sent has another form than the console's."""

    code = "unreadable"


@require_safe
@staff_only
def desk(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The call in hand, or what there is to begin."""
    at = clock.now()
    mine = queries.unfinished(actor)
    call = page.in_hand(mine, asked=request.GET.get("call", ""))
    return render(request, "console/desk.html", page.context(call, mine, by=actor, at=at))


@require_safe
@staff_only
def strip(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The call-taker's calls, for a page that has heard that something changed."""
    mine = queries.unfinished(actor)
    call = page.in_hand(mine, asked=request.GET.get("call", ""))
    shown = {"calls": page.lines(mine, call), "now": clock.now()}
    return render(request, "console/strip.html", shown)


@require_POST
@staff_only
def begin(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A conversation that no telephone system tells of."""
    medium = request.POST.get("medium", Medium.PHONE)
    if medium not in Medium.values:
        raise Unreadable(_("There is no such kind of conversation."))
    at = clock.now()
    _put_aside(request, actor, at=at)
    return page.to(handling.begin(medium=Medium(medium), by=actor, at=at))


@require_POST
@staff_only
def take(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """Answer a call that rings, or take up one that was parked; the one in hand is parked."""
    at = clock.now()
    _put_aside(request, actor, at=at, but=call_id)
    taken = handling.take(call_id, by=actor, at=at)
    telephone.told(request, lambda: telephone.answer(taken, by=actor))
    return page.to(handling.unpark(call_id, by=actor, at=at))


def _put_aside(request: HttpRequest, actor: Actor, *, at: datetime, but: int | None = None) -> None:
    """Park the call in hand, whose caller waits while another is taken up."""
    current = page.in_hand(queries.unfinished(actor), asked="")
    if current is None or current.pk == but or current.parked_at is not None:
        return
    parked = handling.park(current.pk, by=actor, at=at)
    telephone.told(request, lambda: telephone.hold(parked))


@require_POST
@staff_only
def park(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """Put the call aside."""
    parked = handling.park(call_id, by=actor, at=clock.now())
    telephone.told(request, lambda: telephone.hold(parked))
    return redirect("console:desk")


@require_POST
@staff_only
def keep(request: HttpRequest, actor: Actor, call_id: int) -> JsonResponse:
    """Keep what stands in the fields; the answer is what it brings up."""
    at = clock.now()
    told, intake = _read(request)
    revision = told.get("revision")
    if not isinstance(revision, int) or not 0 <= revision < 2**53:
        raise Unreadable(_("What was typed came in a form that cannot be read."))
    kept = pads.keep(call_id, content=intake.as_content(), revision=revision, by=actor, at=at)
    call = queries.get_for(actor, call_id)
    parts = _parts(request, intake, by=actor, at=at)
    if (caller := _caller(request, call, intake, by=actor)) is not None:
        parts["caller"] = caller
    return JsonResponse({"revision": kept, "parts": parts})


@require_POST
@staff_only
def save(request: HttpRequest, actor: Actor, call_id: int) -> JsonResponse:
    """Make the request; on a fault everything typed stays, with what is to be put right."""
    at = clock.now()
    _told, intake = _read(request)
    call = queries.get_for(actor, call_id)
    result = hand_in(call, intake, by=actor, at=at)
    if result.receipt is None:
        return JsonResponse(_refused(request, intake, result, by=actor), status=422)
    following = begin_another(call, intake, result.receipt.number, by=actor, at=at)
    shown = page.receipt(result.receipt, language=intake.language, joined=result.joined)
    return JsonResponse(
        {
            "number": shown["number"],
            "receipt": render_to_string("console/saved.html", shown, request),
            "content": following.as_content(),
            "parts": _parts(request, following, by=actor, at=at),
        }
    )


@require_POST
@staff_only
def emergency(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """The caller is handed over to 911: noted at once, before the talk goes on."""
    handling.dispose(call_id, disposition=Disposition.EMERGENCY, by=actor)
    return JsonResponse({"disposition": Disposition.EMERGENCY.value})


@require_POST
@staff_only
def read_out(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """An article, an alert or a number was told to the caller."""
    kind = request.POST.get("kind", "")
    if kind not in {Touch.Kind.ARTICLE, Touch.Kind.ALERT, Touch.Kind.DIRECTORY}:
        raise Unreadable(_("There is no such kind of answer."))
    code = request.POST.get("code", "")[:80]
    handling.touch(call_id, kind=Touch.Kind(kind), code=code, by=actor, at=clock.now())
    return HttpResponse(status=204)


@require_POST
@staff_only
def wrap_up(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """What came of it; then the next one."""
    sent, at = request.POST, clock.now()
    passed_to = sent.get("transferred_to", "")
    before = queries.get_for(actor, call_id)
    handling.wrap_up(
        call_id,
        disposition=sent.get("disposition", ""),
        resolved=None if sent.get("left") is None else sent["left"] != "yes",
        notes=sent.get("notes", ""),
        transferred_to=passed_to,
        by=actor,
        at=at,
    )
    telephone.told(request, lambda: telephone.let_go(before, transferred_to=passed_to, at=at))
    return redirect("console:desk")


def _read(request: HttpRequest) -> tuple[dict[str, Any], Intake]:
    """The JSON that the console's script sends; raises ``Unreadable``."""
    try:
        told = json.loads(request.body) if len(request.body) <= LONGEST_BODY else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise Unreadable(_("What was typed came in a form that cannot be read."))
    intake = Intake.read(told.get("content"))
    if not all(checks.storable(text) for text in _texts(intake.as_content())):
        raise Unreadable(_("This text has characters that cannot be read. Please type it anew."))
    return told, intake


def _texts(given: Any) -> list[str]:
    if isinstance(given, str):
        return [given]
    if isinstance(given, dict):
        return [text for pair in given.items() for each in pair for text in _texts(each)]
    return [text for each in given for text in _texts(each)] if isinstance(given, list) else []


def _parts(request: HttpRequest, intake: Intake, *, by: Actor, at: datetime) -> dict[str, str]:
    """The parts of the page that follow from the fields, by their names."""
    found = suggested(intake, by=by, at=at)
    handover = page.read_aloud(ScriptUse.EMERGENCY, intake) if found.caution else None
    shown = {"found": found, "intake": intake, "handover": handover, "now": at}
    return {
        name: render_to_string(f"console/parts/{name}.html", shown, request) for name in page.PARTS
    }


def _caller(request: HttpRequest, call: Call, intake: Intake, *, by: Actor) -> str | None:
    """Who it is, where they have just said another number, name or language; else none."""
    faults: dict[str, str] = {}
    phone = checks.clean_phone(intake.phone, faults=faults)
    said = {"phone": phone or call.phone, "name": intake.name, "language": intake.language}
    if faults or all(getattr(call, name) == value for name, value in said.items()):
        return None
    changed = handling.say_who(call.pk, by=by, **said)
    if phone == call.phone:
        return None
    shown = page.caller(changed, by=by, at=clock.now())
    return render_to_string("console/parts/caller.html", shown, request)


def _refused(
    request: HttpRequest, intake: Intake, result: HandedIn, *, by: Actor
) -> dict[str, Any]:
    parts = _parts(request, intake, by=by, at=clock.now())
    faults = dict(result.faults)
    if result.stop is not None:
        faults["stop_read"] = _("Please read this to the caller first.")
    if result.caution is not None:
        faults["caution"] = _("Please ask first whether anyone is in danger.")
    return {"faults": faults, "parts": parts}
