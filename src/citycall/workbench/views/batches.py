"""One step for many requests: picked, previewed, confirmed, done, taken back."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.accounts.queries import actor_of
from citycall.batches import policies, queries
from citycall.batches import table as tables
from citycall.batches.actions import deciding, preparing, running
from citycall.batches.models import Batch, BatchStep, State
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.pages.staff import links_for, staff_only
from citycall.workbench import batch_forms, picking, texts
from citycall.workbench.batch_forms import BatchForm

_GOING_ON: Final = frozenset({State.RUNNING, State.UNDOING})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def batches(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What I prepared, and what waits for my yes; a POST picks requests for a step."""
    if request.method == "POST":
        return _pick(request, actor)
    page = queries.mine(
        actor, older_than=request.GET.get("older", ""), newer_than=request.GET.get("newer", "")
    )
    context = {
        "page": page,
        "waiting": queries.waiting_for(actor),
        "staff_links": links_for(actor),
    }
    return render(request, "workbench/batches.html", context)


def _pick(request: HttpRequest, actor: Actor) -> HttpResponse:
    at = clock.now()
    asked = request.POST.get("asked", "")
    try:
        step = BatchStep(request.POST.get("step", ""))
    except ValueError:
        messages.error(request, _("Please choose what to do with the requests."))
        return _to_list(asked)
    try:
        batch = preparing.prepare(
            picking.picked_ids(actor, request.POST, at=at), step=step, by=actor, at=at
        )
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return _to_list(asked)
    return redirect("workbench:batch", batch_id=batch.pk)


def _to_list(asked: str) -> HttpResponse:
    return redirect(f"{reverse('workbench:list')}?{asked}" if asked else "workbench:list")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def batch(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponse:
    """One batch, as far as it has come; a POST says what its step needs."""
    found = queries.get_for(actor, batch_id)
    if request.method != "POST":
        return _show(request, found, actor)
    if "fill" in request.POST:
        return _put_in(request, found, actor)
    form = batch_forms.form_of(found, actor=actor, data=request.POST)
    if form is None:
        return redirect("workbench:batch", batch_id=batch_id)
    if not form.is_valid():
        return _show(request, found, actor, form=form, status=422)
    try:
        preparing.say(batch_id, values=form.values(), by=actor, at=clock.now())
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('workbench:batch', args=[batch_id])}#preview")


def _put_in(request: HttpRequest, found: Batch, actor: Actor) -> HttpResponse:
    """Put a text of the agencies' into the form; nothing is said yet, and nothing typed is lost."""
    form = batch_forms.form_of(found, actor=actor, typed=request.POST.dict())
    if isinstance(form, batch_forms.TextsForm):
        form.put_in()
    return _show(request, found, actor, form=form)


def _show(
    request: HttpRequest,
    found: Batch,
    actor: Actor,
    *,
    form: BatchForm | None = None,
    status: int = 200,
) -> HttpResponse:
    at = clock.now()
    own = found.made_by_id == actor.id
    context: dict[str, Any] = {
        **_progress_of(found),
        "own": own,
        "staff_links": links_for(actor),
        "said": _said(found, actor),
        "parent": queries.parent_of(found),
        "may_decide": found.state == State.WAITING and policies.may_decide(actor, found),
        "can_undo": running.can_undo(found, by=actor, at=at),
        "undo_until": running.undo_until(found),
        "now": at,
    }
    if found.state == State.PREPARED and own:
        context["form"] = form or batch_forms.form_of(found, actor=actor)
        context["needs_second"] = deciding.needs_second(found, at=at)
        context["alone"] = settings.CITYCALL_BATCH_ALONE
        context["wait_minutes"] = settings.CITYCALL_BATCH_MESSAGES_WAIT_MINUTES
        context["writes"] = running.writes(found)
        context["for_good"] = running.is_for_good(found)
    if found.state in {State.PREPARED, State.WAITING} and found.ready_at and form is None:
        maker = actor_of(found.made_by)
        preview = queries.preview(found, maker=maker, at=at)
        context["preview"] = preview
        context["read_in_others"] = texts.named(preview.read.said) if preview.read else []
    return render(request, "workbench/batch.html", context, status=status)


def _said(found: Batch, actor: Actor) -> list[tuple[str, str]]:
    """What the step was told, in words: the labels of its form and what was chosen."""
    form = batch_forms.form_of(found, actor=actor)
    if form is None or not found.values:
        return []
    told = []
    for bound in form:
        kept = form.initial.get(bound.name) or ""
        value = ", ".join(kept) if isinstance(kept, list) else str(kept)
        choices = _flat(getattr(bound.field, "choices", ()))
        told.append((str(bound.label), choices.get(value, value)))
    return [(label, value) for label, value in told if value]


def _flat(choices: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, label in choices:
        if isinstance(label, list | tuple):
            found |= {str(v): str(each) for v, each in label}
        else:
            found[str(value)] = str(label)
    return found


def _progress_of(found: Batch) -> dict[str, Any]:
    undoing = found.state in {State.UNDOING, State.UNDONE}
    total = found.changed if undoing else found.count
    so_far = found.taken_back + found.kept if undoing else found.changed + found.refused
    ended = found.state in {State.DONE, State.PARTLY, State.UNDONE}
    return {
        "batch": found,
        "going_on": found.state in _GOING_ON,
        "so_far": so_far,
        "total": total,
        "left": queries.left_alone(found) if ended else [],
        "changed": queries.changed(found) if ended else [],
    }


@require_safe
@staff_only
def progress(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponse:
    """How far it has come, as a part of the page."""
    found = queries.get_for(actor, batch_id)
    return render(request, "workbench/batch_progress.html", _progress_of(found))


@require_safe
@staff_only
def table(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponseBase:
    """The requests as a table to download."""
    found = queries.get_for(actor, batch_id)
    if found.step != BatchStep.EXPORT:
        return redirect("workbench:batch", batch_id=batch_id)
    answer = StreamingHttpResponse(tables.lines(actor, found), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="requests-{found.pk}.csv"'
    return answer


def _then_show(
    request: HttpRequest, batch_id: int, change: Callable[[], object], done: str
) -> HttpResponse:
    """Make a change and go back to the batch, saying what became of it."""
    try:
        change()
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        if done:
            messages.success(request, done)
    return redirect("workbench:batch", batch_id=batch_id)


@require_POST
@staff_only
def confirm(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponse:
    """Do it, or ask the second person."""
    queries.get_for(actor, batch_id)
    at = clock.now()
    return _then_show(
        request, batch_id, lambda: deciding.confirm(batch_id, by=actor, at=at), done=""
    )


@require_POST
@staff_only
def approve(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponse:
    """The second person agrees."""
    queries.get_for(actor, batch_id)
    at = clock.now()
    return _then_show(
        request,
        batch_id,
        lambda: deciding.approve(batch_id, by=actor, at=at),
        done=_("You agreed, and it is being done."),
    )


@require_POST
@staff_only
def decline(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponse:
    """The second person does not agree, and says why."""
    queries.get_for(actor, batch_id)
    why, at = request.POST.get("why", ""), clock.now()
    return _then_show(
        request,
        batch_id,
        lambda: deciding.decline(batch_id, why=why, by=actor, at=at),
        done=_("You declined. Nothing was done, and your reason is shown to who asked."),
    )


@require_POST
@staff_only
def undo(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponse:
    """Take it back, wherever nothing has happened since."""
    queries.get_for(actor, batch_id)
    at = clock.now()
    return _then_show(request, batch_id, lambda: running.undo(batch_id, by=actor, at=at), done="")
