"""Why does work come to us, what comes back, and what would a rule change?"""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from pydantic import ValidationError

from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.pages.staff import links_for, staff_only
from citycall.places.queries import areas
from citycall.routing.queries import faults, rules
from citycall.routing.specs import RuleSpec
from citycall.service_requests.returning import reason_name
from citycall.triage import learning
from citycall.triage.policies import PERMISSIONS

USUAL_MONTHS: Final = 3
# A longer list is looked through by typing.
MOST_IN_A_LIST: Final = 400
_FIELDS: Final = ("code", "service", "area", "team", "note")


class BadRule(DomainError):
    """What was asked for is no rule."""

    code = "bad_rule"


@require_safe
@staff_only
def rules_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What came back by rule, the proposals, and the effect of the rule that is looked at."""
    learning.require_some(actor)
    at, months = clock.now(), _months(request.GET.get("months", ""))
    looked: dict[str, Any] = {}
    if request.GET.get("team"):
        try:
            spec = _spec(request.GET)
            looked = {
                "spec": spec,
                "spec_fields": [(name, getattr(spec, name) or "") for name in _FIELDS],
                "effect": learning.preview(spec, months=months, at=at, by=actor),
            }
        except DomainError as error:
            looked = {"fault": error.message}
    found = learning.report(actor, months=months, at=at)
    context = {
        "months": months,
        "choices": learning.MONTHS,
        "returned": [(one, [(reason_name(c), n) for c, n in one.reasons]) for one in found],
        "proposed": learning.proposed(actor),
        "rules": rules(),
        "faults": faults(),
        "asked": request.GET,
        "services": catalog().services,
        "teams": catalog().teams,
        **_areas(request.GET.get("area", "")),
        "may_apply": PERMISSIONS["apply_rule"].allows(actor, agency_id=None),
        "may_propose": _may_propose(actor),
        "staff_links": links_for(actor),
        **looked,
    }
    return render(request, "workbench/rules.html", context)


@require_POST
@staff_only
def propose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Propose the rule that was looked at, or apply it at once where the actor may."""
    at, months = clock.now(), _months(request.POST.get("months", ""))
    try:
        spec = _spec(request.POST)
        apply = "apply" in request.POST
        learning.propose(
            spec, why=request.POST.get("why", ""), months=months, by=actor, at=at, apply=apply
        )
        done = _("The rule holds from now on. It can be undone.")
        messages.success(request, done if apply else _("Proposed. An administrator decides."))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("workbench:rules")


@require_POST
@staff_only
def decide(request: HttpRequest, actor: Actor, proposal: int) -> HttpResponse:
    """Apply or decline a proposal."""
    apply = "apply" in request.POST
    try:
        learning.decide(proposal, apply=apply, by=actor, at=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        told = _("The rule holds from now on. It can be undone.") if apply else _("Declined.")
        messages.success(request, told)
    return redirect("workbench:rules")


def _areas(asked: str) -> dict[str, Any]:
    """The city's areas by layer, to choose from; what was asked for stays, known or not."""
    index = areas()
    layers = [
        (layer, [(f"{layer}/{area.code}", area.name) for area in index.of_layer(layer)])
        for layer in index.layers
    ]
    known = {value for _layer, some in layers for value, _name in some}
    return {
        "layers": layers,
        "too_many_areas": len(known) > MOST_IN_A_LIST,
        "unknown_area": asked if asked not in known else "",
    }


def _months(text: str) -> int:
    return int(text) if text in {str(each) for each in learning.MONTHS} else USUAL_MONTHS


def _spec(given: Any) -> RuleSpec:
    told = {name: given.get(name, "").strip() for name in _FIELDS}
    told["code"] = told["code"] or f"{told['service'] or 'any'}-{told['team']}"
    try:
        return RuleSpec.model_validate({name: text for name, text in told.items() if text})
    except ValidationError as error:
        raise BadRule(str(error.errors()[0]["msg"])) from None


def _may_propose(actor: Actor) -> bool:
    grant = PERMISSIONS["propose_rule"]
    return actor.holds_anywhere(grant.everywhere | grant.own_agency)
