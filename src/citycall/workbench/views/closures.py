"""What looks false, what is to be checked, and how often it was not done."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from citycall.catalog.queries import catalog
from citycall.closures import queries
from citycall.closures.actions import check, decide, draw
from citycall.closures.models import Check, ClosureFlag
from citycall.closures.words import sentence
from citycall.core import clock, numbers
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import DomainError, Faults, NotAllowed
from citycall.pages.staff import links_for, staff_only

_DONE: Final = {
    "right": _("Kept as it is."),
    "reopen": _("The request is open again, for somebody else to do."),
    "check": _("Sent to be checked."),
}


class PlanForm(forms.Form):
    """How many completions are checked, and which part of them of what looks false."""

    a_week = forms.IntegerField(label=_("Checks a week"), min_value=0, max_value=draw.MOST)
    flagged_percent = forms.IntegerField(
        label=_("Percent of them from what looks false"), min_value=0, max_value=90
    )


@require_safe
@staff_only
def closures(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Completions that look false, the likeliest first, a page at a time."""
    page = queries.flagged(actor, after=request.GET.get("after", ""))
    closers = queries.names_of(_closers(page.rows))
    again = queries.places_of(
        [row.closure.repeated_by for row in page.rows if row.closure.repeated_by]
    )
    shown = {
        "rows": [
            {
                "flag": row,
                "number": numbers.show(row.service_request.number),
                "closer": closers.get(row.closure.closer_id or 0, ""),
                "reasons": _reasons(row),
                "again": again.get(row.closure.repeated_by or 0),
                "own": _is_own(row, actor),
            }
            for row in page.rows
        ],
        "older": page.older,
        "may_decide": queries.may(actor, "decide"),
        **_around(request, actor),
    }
    return render(request, "workbench/closures.html", shown)


@require_POST
@staff_only
def decided(request: HttpRequest, actor: Actor, flag: int, decision: str) -> HttpResponse:
    """One decision on one completion; back to the list, with what came of it."""
    at = clock.now()
    if decision not in _DONE:
        raise Http404(decision)
    try:
        if decision == "right":
            decide.is_right(flag, by=actor, at=at)
        elif decision == "check":
            decide.send_to_check(flag, by=actor, at=at)
        else:
            decide.reopen(flag, words=request.POST.get("words", ""), by=actor, at=at)
    except NotAllowed as error:
        if not isinstance(error, check.OwnWork):
            raise
        messages.warning(request, error.message)
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, str(_DONE[decision]))
    return redirect("workbench:closures")


@require_safe
@staff_only
def rates(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Twelve weeks: what was completed, confirmed, disputed and found undone."""
    today = clock.now().astimezone(clock.city_zone()).date()
    book = catalog()
    shown = {
        "weeks": queries.weeks(actor, today=today),
        "services": [
            (book.service_by_id(line.id).name, line)
            for line in queries.lines(actor, by="service", today=today)
        ],
        "teams": [
            (book.team(line.id).name, line) for line in queries.lines(actor, by="team", today=today)
        ],
        "rate": queries.rate(actor, since=today - timedelta(weeks=12), until=today),
        **_around(request, actor),
    }
    return render(request, "workbench/closure_rates.html", shown)


@require_safe
@staff_only
def verify(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What this person calls about or goes to see, the oldest first."""
    return render(request, "workbench/verify.html", _verify(request, actor))


@require_POST
@staff_only
def checked(request: HttpRequest, actor: Actor, number: int) -> HttpResponse:
    """What a call or a visit found; on a fault the list comes back with what was typed."""
    told = {name: request.POST.get(name, "") for name in ("result", "how", "words")}
    try:
        check.tell(number, **told, by=actor, at=clock.now())
    except DomainError as error:
        if isinstance(error, NotAllowed) and not isinstance(error, check.OwnWork):
            raise
        context = _verify(request, actor, fault={"check": number, "text": error.message, **told})
        return render(request, "workbench/verify.html", context, status=422)
    messages.success(request, _now("Thank you. What you found is kept."))
    return redirect("workbench:verify")


@require_POST
@staff_only
def plan(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Change how many completions are checked."""
    form = PlanForm(request.POST)
    if form.is_valid():
        try:
            draw.set_plan(
                a_week=form.cleaned_data["a_week"],
                flagged_share=form.cleaned_data["flagged_percent"] / 100,
                by=actor,
                at=clock.now(),
            )
        except Faults as faults:
            form.add_error(None, " ".join(map(str, faults.faults.values())))
        else:
            messages.success(request, _now("The plan is changed. It holds from tomorrow on."))
            return redirect("workbench:verify")
    return render(request, "workbench/verify.html", _verify(request, actor, plan=form), status=422)


def _verify(
    request: HttpRequest,
    actor: Actor,
    *,
    fault: dict[str, Any] | None = None,
    plan: PlanForm | None = None,
) -> dict[str, Any]:
    at = clock.now()
    today = at.astimezone(clock.city_zone()).date()
    page = queries.to_check(actor, after=request.GET.get("after", ""))
    closers = queries.names_of(_closers(page.rows))
    planned = queries.planned(actor, today=today)
    first = {
        "a_week": planned.plan.a_week,
        "flagged_percent": round(100 * planned.plan.flagged_share),
    }
    return {
        "rows": [
            {
                "check": row,
                "request": row.closure.service_request,
                "number": numbers.show(row.closure.service_request.number),
                "closer": closers.get(row.closure.closer_id or 0, ""),
                "fault": fault if fault and fault["check"] == row.pk else None,
            }
            for row in page.rows
        ],
        "older": page.older,
        "planned": planned,
        "points": sorted(planned.points.items()),
        "rate": queries.rate(actor, since=today - timedelta(weeks=12), until=today),
        "plan_form": plan or PlanForm(initial=first),
        "may_plan": queries.may(actor, "plan"),
        "lost": fault if fault and fault["check"] not in {row.pk for row in page.rows} else None,
        **_around(request, actor),
    }


def _around(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    return {"staff_links": links_for(actor), "now": clock.now()}


def _reasons(flag: ClosureFlag) -> list[str]:
    told = [sentence(each["code"], each["facts"]) for each in flag.reasons]
    return [text for text in told if text]


def _closers(rows: Collection[ClosureFlag] | Collection[Check]) -> set[int]:
    staff = [row.closure for row in rows if row.closure.closer_kind == ActorKind.STAFF]
    return {closure.closer_id for closure in staff if closure.closer_id is not None}


def _is_own(flag: ClosureFlag, actor: Actor) -> bool:
    closure = flag.closure
    return closure.closer_kind == ActorKind.STAFF and closure.closer_id == actor.id
