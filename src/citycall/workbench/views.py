"""The work list and the request page."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, Faults
from citycall.service_requests import photos, queries
from citycall.service_requests.actions import tell_more
from citycall.service_requests.models import Attachment, ServiceRequest, Status
from citycall.service_requests.rules import Step
from citycall.workbench import forms, steps
from citycall.workbench.page import request_context
from citycall.workbench.staff import staff_only

LIST_SIZE = 50


@require_GET
@staff_only
def work_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What needs me now? Open work of the actor's agencies, latest first."""
    asked = request.GET
    status = asked.get("status", "open")
    team = asked.get("team", "")
    team_id = catalog().team_by_code(team).id if team else None
    page = queries.work_list(
        actor,
        team_id=team_id,
        status=status,
        older_than=asked.get("older", ""),
        newer_than=asked.get("newer", ""),
        size=LIST_SIZE,
    )
    return render(
        request,
        "workbench/list.html",
        {
            "page": page,
            "status": status,
            "team": team,
            "statuses": [("open", _("All open")), *Status.choices],
            "teams": catalog().teams,
            "now": clock.now(),
            "size": LIST_SIZE,
        },
    )


@require_GET
@staff_only
def find(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Open the request that a confirmation number leads to."""
    problem = queries.get_for(actor, numbers.read(request.GET.get("number", "")))
    return redirect("workbench:request", number=numbers.show(problem.number))


@require_GET
@staff_only
def request_page(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """What is this, and what is next?"""
    problem = queries.get_for(actor, numbers.read(number))
    shown = numbers.show(problem.number)
    if number != shown and Status(problem.status) is not Status.MERGED:
        return redirect("workbench:request", number=shown)
    return render(request, "workbench/request.html", request_context(problem, actor=actor))


@require_POST
@staff_only
def take_step(request: HttpRequest, actor: Actor, number: str, step: str) -> HttpResponse:
    """Do one step; on a fault the page comes back with everything that was typed."""
    problem = queries.get_for(actor, numbers.read(number))
    try:
        page = steps.PAGES[Step(step)]
    except (ValueError, KeyError):
        raise Http404(step) from None
    form = page.form(request.POST, request.FILES, request=problem, prefix=step)
    if form.is_valid():
        try:
            page.run(
                problem,
                form.cleaned_data,
                actor,
                clock.now(),
                _seen(form.cleaned_data.get("seen", "")),
            )
        except DomainError as error:
            put_on_form(error, form)
        else:
            messages.success(request, _("Done: %(step)s.") % {"step": page.button})
            return redirect("workbench:request", number=number)
    return _again(request, problem, actor, {step: form})


@require_POST
@staff_only
def note(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Write a note, for staff or for everyone, by the button that was pressed."""
    problem = queries.get_for(actor, numbers.read(number))
    public = "public" in request.POST
    prefix = "public" if public else "internal"
    form = forms.NoteForm(request.POST, request=problem, prefix=prefix)
    if form.is_valid():
        tell_more.add_note(
            problem.pk, words=form.cleaned_data["words"], public=public, by=actor, at=clock.now()
        )
        return redirect("workbench:request", number=number)
    return _again(request, problem, actor, {prefix: form})


@require_POST
@staff_only
def photo(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Keep a photo taken before or after the work."""
    problem = queries.get_for(actor, numbers.read(number))
    form = forms.PhotoForm(request.POST, request.FILES, request=problem, prefix="photo")
    if form.is_valid():
        try:
            tell_more.add_photo(
                problem.pk,
                photo=photos.keep(form.cleaned_data["photo"]),
                stage=Attachment.Stage(form.cleaned_data["stage"]),
                by=actor,
                at=clock.now(),
            )
        except DomainError as error:
            put_on_form(error, form)
        else:
            return redirect("workbench:request", number=number)
    return _again(request, problem, actor, {"photo": form})


def put_on_form(error: DomainError, form: Form) -> None:
    """Say a fault next to the field it belongs to, or above the form."""
    faults = error.faults if isinstance(error, Faults) else {error.field: error.message}
    for field, sentence in faults.items():
        form.add_error(field if field in form.fields else None, sentence)
    if isinstance(error, Conflict) and "seen" in form.fields:
        # What was decided upon is outdated: the next try is about what is shown now.
        seen = form.add_prefix("seen")
        form.data = {name: value for name, value in form.data.items() if name != seen}


def _again(
    request: HttpRequest, problem: ServiceRequest, actor: Actor, bound: Mapping[str, Form]
) -> HttpResponse:
    fresh = queries.get_for(actor, problem.number)
    context = request_context(fresh, actor=actor, bound=bound)
    return render(request, "workbench/request.html", context, status=422)


def _seen(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
