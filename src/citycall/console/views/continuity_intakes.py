"""Reports that somebody finishes by hand: refused ones, and those on paper cards."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citycall.console.continuity_forms import (
    CardForm,
    IntakeForm,
    local,
    moment_of,
    told_of,
    typed_of,
)
from citycall.continuity import queries
from citycall.continuity.actions import by_hand
from citycall.continuity.models import Intake
from citycall.core import clock, numbers, phrases
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults
from citycall.pages import questions
from citycall.pages.staff import links_for, staff_only
from citycall.service_requests.drafts import Receipt


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def intake(request: HttpRequest, actor: Actor, intake_id: int) -> HttpResponseBase:
    """What stands in the way of this report?"""
    found = queries.one(intake_id, by=actor)
    if found.state != Intake.State.WAITING or request.method != "POST":
        typed = typed_of(found.told, told_at=found.told_at)
        return _intake(request, actor, found, typed, faults=found.faults)
    typed = questions.typed_in(request.POST)
    if "show" in request.POST:
        return _intake(request, actor, found, typed, faults={})
    try:
        receipt = by_hand.complete(
            intake_id,
            told=told_of(typed, before=found.told),
            told_at=moment_of(typed, before=found.told_at),
            by=actor,
            at=clock.now(),
        )
    except Faults as error:
        return _intake(request, actor, found, typed, faults=error.faults)
    if receipt is not None:
        return _done(request, receipt)
    found = queries.one(intake_id, by=actor)
    return _intake(request, actor, found, typed, faults=found.faults, status=422)


def _intake(
    request: HttpRequest,
    actor: Actor,
    found: Intake,
    typed: Mapping[str, Any],
    *,
    faults: Mapping[str, str],
    status: int = 200,
) -> HttpResponseBase:
    context = {
        "intake": found,
        "form": IntakeForm(typed, faults=faults),
        "number": numbers.show(found.number_id),
        "staff_links": links_for(actor),
    }
    return render(request, "console/continuity_intake.html", context, status=status)


def _done(request: HttpRequest, receipt: Receipt) -> HttpResponseBase:
    number = numbers.show(receipt.number)
    messages.success(request, _("%(number)s is a request now.") % {"number": number})
    return redirect("console:continuity")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def card(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What is on this card?"""
    queries.kits(by=actor)
    sent = request.POST if request.method == "POST" else request.GET
    try:
        number = numbers.read(sent.get("number", ""))
    except numbers.BadNumber as error:
        return _which(request, actor, error.message)
    typed = questions.typed_in(request.POST)
    if request.method != "POST":
        typed = {"told_at": local(clock.now()), "language": phrases.spoken()}
    if request.method != "POST" or "show" in request.POST:
        return _card(request, actor, number, typed, faults={})
    try:
        told, at = told_of(typed, before={}), clock.now()
        receipt = by_hand.type_in(number, told=told, told_at=moment_of(typed), by=actor, at=at)
    except Faults as error:
        return _card(request, actor, number, typed, faults=error.faults, status=422)
    except DomainError as error:
        if error.field != "number":
            raise
        return _card(request, actor, number, typed, faults={"": error.message}, status=422)
    return _done(request, receipt)


def _which(request: HttpRequest, actor: Actor, fault: str) -> HttpResponseBase:
    form = CardForm({"number": request.GET.get("number", "")})
    form.is_valid()
    form.errors.pop("number", None)
    form.add_error("number", fault)
    context = {"card_form": form, "staff_links": links_for(actor)}
    return render(request, "console/continuity_which_card.html", context, status=422)


def _card(
    request: HttpRequest,
    actor: Actor,
    number: int,
    typed: Mapping[str, Any],
    *,
    faults: Mapping[str, str],
    status: int = 200,
) -> HttpResponseBase:
    context = {
        "form": IntakeForm(typed, faults=faults),
        "number": numbers.show(number),
        "staff_links": links_for(actor),
    }
    return render(request, "console/continuity_intake.html", context, status=status)


@require_POST
@staff_only
def discard(request: HttpRequest, actor: Actor, intake_id: int) -> HttpResponseBase:
    """This report needs no request."""
    by_hand.discard(intake_id, by=actor, at=clock.now())
    messages.success(request, _("The report was discarded, and what was told is erased."))
    return redirect("console:continuity")


@require_POST
@staff_only
def seen(request: HttpRequest, actor: Actor, intake_id: int) -> HttpResponseBase:
    """The change was seen, and done by hand where it matters."""
    by_hand.note_change(intake_id, by=actor)
    return redirect("console:continuity")
