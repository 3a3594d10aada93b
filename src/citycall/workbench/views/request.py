"""What is this, and what is next?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, Faults, NotAllowed
from citycall.pages.staff import links_for, staff_only
from citycall.service_requests import queries
from citycall.service_requests.actions import tell_more
from citycall.service_requests.models import Attachment, ServiceRequest
from citycall.service_requests.rules import Step
from citycall.workbench import forms, steps, texts
from citycall.workbench.page import OfferedStep, entries_since, request_context
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
    if "fill" in request.POST:
        return _fill(request, problem, actor, step, page.form)
    complete = form.is_valid()
    decided = Decided(request=problem, values=form.cleaned_data, by=actor, at=clock.now())
    if complete:
        _say_in_other_languages(request, problem, form, step)
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
    if "fill" in request.POST:
        problem = _to_write_on(actor, number)
        typed = request.POST.get("public-words", "")
        words = texts.filled(problem, request.POST.get("text", "")) or typed
        filled = forms.MessageForm(prefix="public", initial={"words": words})
        return _show(
            request, problem, actor, {"public": filled}, chosen=request.POST.get("text", "")
        )
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
    kept = tell_more.add_photo(
        problem.pk,
        photo=form.cleaned_data["photo"],
        stage=Attachment.Stage(form.cleaned_data["stage"]),
        by=actor,
        at=clock.now(),
    )
    messages.success(request, _("The photo is kept with the request."))
    return _to_where_it_is(request, problem, kept.service_request_id, actor)


def _page_of(step: str) -> StepPage:
    try:
        return steps.PAGES[Step(step)]
    except (ValueError, KeyError):
        raise Http404(step) from None


def _fill(
    request: HttpRequest,
    problem: ServiceRequest,
    actor: Actor,
    step: str,
    form: type[forms.StepForm],
) -> HttpResponse:
    """Put a text of the agency's into the form; nothing is done yet, and nothing typed is lost."""
    chosen = request.POST.get("text", "")
    typed = {name: request.POST.get(f"{step}-{name}", "") for name in form.base_fields}
    words = texts.filled(problem, chosen)
    if words:
        typed[texts.FIELD[step]] = words
    shown = form(request=problem, prefix=step, initial=typed)
    return _show(request, problem, actor, {step: shown}, chosen=chosen)


def _say_in_other_languages(
    request: HttpRequest, problem: ServiceRequest, form: forms.StepForm, step: str
) -> None:
    if step in texts.FIELD:
        words = form.cleaned_data[texts.FIELD[step]]
        form.cleaned_data["said"] = texts.said(problem, request.POST.get("text", ""), words)


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
    event = tell_more.add_note(
        problem.pk,
        words=form.cleaned_data["words"],
        public=public,
        by=actor,
        at=clock.now(),
        said=texts.said(problem, request.POST.get("text", ""), form.cleaned_data["words"]),
    )
    done = _("The message is published.") if public else _("The note is kept for staff.")
    messages.success(request, done)
    return _to_where_it_is(request, problem, event.subject_id, actor)


def _to_where_it_is(
    request: HttpRequest, problem: ServiceRequest, request_id: int, actor: Actor
) -> HttpResponse:
    """To the request that has it now, saying so where that is another than the one looked at."""
    if request_id == problem.pk:
        return redirect("workbench:request", number=numbers.show(problem.number))
    root = queries.current(problem)
    messages.info(
        request,
        _("%(number)s is part of %(root)s by now, so it was kept there.")
        % {"number": numbers.show(problem.number), "root": numbers.show(root.number)},
    )
    return _go_on(root, actor)


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
    since = None
    if status == Conflict.status:
        since = decided.seen if decided.seen.tzinfo else None
        form.look_again(problem)
    return _show(request, problem, decided.by, {step: form}, status=status, since=since)


def _where_it_goes_on(
    problem: ServiceRequest, actor: Actor, lost: OfferedStep
) -> dict[str, object] | None:
    """The step for the request that this one is part of by now, with what was typed for it."""
    parent = problem.merged_into
    if parent is None:
        return None
    root = queries.current(parent)
    allowed = {page.step.value for page in steps.offered(root, actor=actor).every}
    if lost.code not in allowed:
        return {"number": numbers.show(root.number), "typed": None}
    seen = f"{lost.code}-seen"
    typed: Sequence[tuple[str, str]] = [
        (name, root.updated_at.isoformat() if name == seen else value)
        for name, value in lost.form.data.items()
        if name.startswith(f"{lost.code}-")
    ]
    return {"number": numbers.show(root.number), "typed": typed}


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
    since: datetime | None = None,
    chosen: str = "",
) -> HttpResponse:
    context = request_context(problem, actor=actor, bound=bound, chosen=chosen)
    if since is not None:
        context["meanwhile"] = entries_since(problem, seen=since)
        if bound and context["lost"]:
            context["go_on"] = _where_it_goes_on(problem, actor, context["lost"])
    context["staff_links"] = links_for(actor)
    return render(request, "workbench/request.html", context, status=status)
