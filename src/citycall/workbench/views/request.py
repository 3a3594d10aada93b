"""What is this, and what is next?"""

from collections.abc import Mapping

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, Faults, NotAllowed
from citycall.service_requests import queries
from citycall.service_requests.actions import tell_more
from citycall.service_requests.models import Attachment, ServiceRequest
from citycall.service_requests.rules import Step
from citycall.workbench import forms, steps
from citycall.workbench.page import request_context
from citycall.workbench.staff import links_for, staff_only
from citycall.workbench.steps import Decided, StepPage


@require_safe
@staff_only
def request_page(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One request with everything that this actor may see of it and do to it."""
    problem = queries.get_for(actor, numbers.read(number))
    shown = numbers.show(problem.number)
    if number != shown:
        return redirect("workbench:request", number=shown)
    return _show(request, problem, actor)


@require_POST
@staff_only
def take_step(request: HttpRequest, actor: Actor, number: str, step: str) -> HttpResponse:
    """Do one step; on a fault the page comes back with everything that was typed."""
    page = _page_of(step)
    problem = queries.get_for(actor, numbers.read(number))
    if not queries.may(actor, step, problem):
        raise NotAllowed(_("You do not have permission to do this."))
    form = page.form(request.POST, request.FILES, request=problem, prefix=step)
    complete = form.is_valid()
    decided = Decided(request=problem, values=form.cleaned_data, by=actor, at=clock.now())
    if complete:
        try:
            changed = page.run(decided)
        except NotAllowed:
            raise
        except DomainError as error:
            _put_on_form(error, form)
            status = error.status if isinstance(error, Conflict) else 422
            return _back(request, decided, form, step, status=status)
        messages.success(request, str(page.done))
        return _go_on(changed, actor)
    return _back(request, decided, form, step)


@require_POST
@staff_only
def note(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Write a note that only staff will read."""
    form = forms.NoteForm(request.POST, prefix="internal")
    return _write(request, actor, number, form, public=False)


@require_POST
@staff_only
def message(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Write a message that everyone can read."""
    form = forms.MessageForm(request.POST, prefix="public")
    return _write(request, actor, number, form, public=True)


@require_POST
@staff_only
def photo(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Keep a photo taken before or after the work."""
    problem = _to_write_on(actor, number)
    form = forms.PhotoForm(request.POST, request.FILES, prefix="photo")
    if not form.is_valid():
        return _show(request, problem, actor, {"photo": form}, status=422)
    tell_more.add_photo(
        problem.pk,
        photo=form.cleaned_data["photo"],
        stage=Attachment.Stage(form.cleaned_data["stage"]),
        by=actor,
        at=clock.now(),
    )
    messages.success(request, _("The photo is kept with the request."))
    return redirect("workbench:request", number=number)


def _page_of(step: str) -> StepPage:
    try:
        return steps.PAGES[Step(step)]
    except (ValueError, KeyError):
        raise Http404(step) from None


def _to_write_on(actor: Actor, number: str) -> ServiceRequest:
    problem = queries.get_for(actor, numbers.read(number))
    if not queries.may(actor, "note", problem):
        raise NotAllowed(_("You do not have permission to do this."))
    return problem


def _write(
    request: HttpRequest, actor: Actor, number: str, form: Form, *, public: bool
) -> HttpResponse:
    problem = _to_write_on(actor, number)
    if not form.is_valid():
        return _show(request, problem, actor, {str(form.prefix): form}, status=422)
    tell_more.add_note(
        problem.pk, words=form.cleaned_data["words"], public=public, by=actor, at=clock.now()
    )
    done = _("The message is published.") if public else _("The note is kept for staff.")
    messages.success(request, done)
    return redirect("workbench:request", number=number)


def _go_on(changed: ServiceRequest, actor: Actor) -> HttpResponse:
    """To the request as it is now, or to the list where it is somebody else's from now on."""
    if queries.may(actor, "read", changed):
        return redirect("workbench:request", number=numbers.show(changed.number))
    return redirect("workbench:list")


def _back(
    request: HttpRequest, decided: Decided, form: forms.StepForm, step: str, *, status: int = 422
) -> HttpResponse:
    if steps.keep_photo(decided):
        messages.info(request, _("Your photo is kept; you need not choose it again."))
    problem = queries.get_for(decided.by, decided.request.number)
    if status == Conflict.status:
        form.look_again(problem)
    return _show(request, problem, decided.by, {step: form}, status=status)


def _put_on_form(error: DomainError, form: Form) -> None:
    """Say a fault next to the field it belongs to, or above the form."""
    faults = error.faults if isinstance(error, Faults) else {error.field: error.message}
    for field, sentence in faults.items():
        form.add_error(field if field in form.fields else None, sentence)


def _show(
    request: HttpRequest,
    problem: ServiceRequest,
    actor: Actor,
    bound: Mapping[str, Form] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = request_context(problem, actor=actor, bound=bound)
    context["staff_links"] = links_for(actor)
    return render(request, "workbench/request.html", context, status=status)
