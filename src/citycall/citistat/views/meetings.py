"""Who meets when, what was promised, and what came of it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.citistat.around import around
from citycall.citistat.meeting_forms import (
    CommitmentForm,
    DayForm,
    ScheduleForm,
    StepForm,
    commitment_form,
    schedule_form,
)
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, Faults
from citycall.meetings import queries
from citycall.meetings.actions import commit, meet, schedule
from citycall.meetings.models import Commitment
from citycall.pages.staff import staff_only


def today() -> date:
    """The city's own day."""
    return clock.now().astimezone(clock.city_zone()).date()


@require_safe
@staff_only
def overview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every agency's next and last meeting, and how many commitments are late."""
    context = around(actor, "meetings")
    held = queries.agencies_of(actor)
    agencies = [each for each in context["agencies"] if held is None or each.pk in held]
    ids = [each.pk for each in agencies]
    coming = queries.coming(ids, today=today())
    last = queries.last_held(ids, today=today())
    counted = queries.counted(ids, today=today())
    lines = [
        {
            "agency": each,
            "next": coming.get(each.pk),
            "last": last.get(each.pk),
            "open": counted.get(each.pk, (0, 0))[0],
            "late": counted.get(each.pk, (0, 0))[1],
        }
        for each in agencies
    ]
    return render(request, "citistat/meetings.html", {**context, "lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def of_agency(request: HttpRequest, actor: Actor, agency: str) -> HttpResponse:
    """An agency's meetings, and calling one."""
    found = queries.agency_for(actor, agency)
    form = DayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            on = form.cleaned_data["on"]
            row = meet.call(found.pk, on, by=actor, at=clock.now())
            return redirect("citistat:pack", found.code, row.on.isoformat())
        except DomainError as fault:
            if fault.status == 403:
                raise
            form.add_error("on", fault.message)
    return _agency(request, actor, agency, day_form=form, status=422 if form.errors else 200)


@require_POST
@staff_only
def scheduled(request: HttpRequest, actor: Actor, agency: str) -> HttpResponse:
    """Say when an agency meets."""
    found = queries.agency_for(actor, agency)
    form = schedule_form(None, request.POST)
    if form.is_valid():
        try:
            schedule.schedule(found.pk, form.plan(), by=actor, at=clock.now())
        except Faults as fault:
            for field, sentence in fault.faults.items():
                form.add_error(field, sentence)
        else:
            messages.success(request, _("The schedule is kept."))
            return redirect("citistat:agency-meetings", found.code)
    return _agency(request, actor, agency, plan_form=form, status=422)


def _agency(
    request: HttpRequest,
    actor: Actor,
    agency: str,
    *,
    status: int = 200,
    day_form: DayForm | None = None,
    plan_form: ScheduleForm | None = None,
) -> HttpResponse:
    found = queries.agency_for(actor, agency)
    page = queries.meetings(actor, found.pk, before=request.GET.get("before", ""))
    context = {
        **around(actor, "meetings"),
        "agency": found,
        "page": page,
        "schedule": queries.schedule_for(actor, found.pk),
        "day_form": day_form or DayForm(),
        "plan_form": plan_form or schedule_form(queries.schedule_for(actor, found.pk)),
        "may_take_down": queries.may(actor, "take_down", agency_id=found.pk),
        "today": today(),
    }
    return render(request, "citistat/agency_meetings.html", context, status=status)


def commitments_due(actor: Actor, agency_id: int) -> dict[str, Any]:
    """What ``citistat/commitments_due.html`` needs: what an agency has promised, oldest first.

    Raises ``NotAllowed`` for those who may not see the agency's meetings.
    """
    return {
        "due": queries.due(actor, agency_id),
        "due_counts": queries.counts(actor, agency_id, today=today()),
        "next_meeting": queries.next_for(actor, agency_id, today=today()),
        "today": today(),
    }


@require_safe
@staff_only
def commitments(request: HttpRequest, actor: Actor, agency: str) -> HttpResponse:
    """What an agency has promised, and what came of what it promised before."""
    found = queries.agency_for(actor, agency)
    context = {
        **around(actor, "meetings"),
        "agency": found,
        **commitments_due(actor, found.pk),
        "page": queries.history(actor, found.pk, before=request.GET.get("before", "")),
    }
    return render(request, "citistat/commitments.html", context)


@require_safe
@staff_only
def commitment(request: HttpRequest, actor: Actor, agency: str, pk: int) -> HttpResponse:
    """One commitment with its history, and what can be said of it."""
    return _show(request, actor, _found(actor, agency, pk))


def _found(actor: Actor, agency: str, pk: int) -> Commitment:
    row = queries.commitment_for(actor, pk)
    if row.meeting.agency.code != agency:
        raise Http404(agency)
    return row


def _show(
    request: HttpRequest,
    actor: Actor,
    row: Commitment,
    *,
    status: int = 200,
    step: StepForm | None = None,
    form: CommitmentForm | None = None,
) -> HttpResponse:
    context = {
        **around(actor, "meetings"),
        "row": row,
        "agency": row.meeting.agency,
        "history": queries.events_of(row),
        "may_take_down": queries.may(actor, "take_down", agency_id=row.agency_id),
        "may_follow": queries.may(actor, "follow", agency_id=row.agency_id),
        "step": step or StepForm(auto_id="step_%s"),
        "form": form or commitment_form(row.agency_id, row=row),
        "today": today(),
    }
    return render(request, "citistat/commitment.html", context, status=status)


Step = Callable[[Commitment, Mapping[str, Any], Actor], Commitment]
_STEPS: Final[Mapping[str, Step]] = {
    "done": lambda row, told, by: commit.finish(row.pk, proof=told["words"], by=by, at=clock.now()),
    "carried-over": lambda row, told, by: commit.carry_over(
        row.pk, told["due_on"], why=told["words"], by=by, at=clock.now()
    ),
    "given-up": lambda row, told, by: commit.give_up(
        row.pk, why=told["words"], by=by, at=clock.now()
    ),
    "taken-up": lambda row, told, by: commit.take_up(
        row.pk, why=told["words"], by=by, at=clock.now()
    ),
}


@require_POST
@staff_only
def followed(request: HttpRequest, actor: Actor, agency: str, pk: int) -> HttpResponse:
    """Say what came of a commitment; which step is the button that was pressed."""
    row = _found(actor, agency, pk)
    act = _STEPS.get(request.POST.get("step", ""))
    if act is None:
        raise Http404(agency)
    form = StepForm(request.POST, auto_id="step_%s")
    if form.is_valid():
        try:
            act(row, form.cleaned_data, actor)
        except DomainError as fault:
            if fault.status == 403:
                raise
            form.tell(fault)
        else:
            messages.success(request, _("Kept."))
            return _onwards(request, row)
    return _show(request, actor, row, status=422, step=form)


def _onwards(request: HttpRequest, row: Commitment) -> HttpResponse:
    """Back to the meeting at which it was said, or to the commitment."""
    try:
        on = date.fromisoformat(request.POST.get("meeting", ""))
    except ValueError:
        return redirect("citistat:commitment", row.meeting.agency.code, row.pk)
    response = redirect("citistat:pack", row.meeting.agency.code, on.isoformat())
    response["Location"] += "#follow"
    return response


@require_POST
@staff_only
def corrected(request: HttpRequest, actor: Actor, agency: str, pk: int) -> HttpResponse:
    """Correct what was taken down."""
    row = _found(actor, agency, pk)
    form = commitment_form(row.agency_id, request.POST)
    if form.is_valid():
        try:
            commit.change(row.pk, form.draft(), by=actor, at=clock.now())
        except DomainError as fault:
            if fault.status == 403:
                raise
            form.tell(fault)
        else:
            messages.success(request, _("Kept."))
            return redirect("citistat:commitment", agency, row.pk)
    return _show(request, actor, row, status=422, form=form)
