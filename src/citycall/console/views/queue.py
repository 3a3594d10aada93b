"""Who waits: calls and call-backs in their order, who hung up, and who is there for them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citycall.calls import queue as waiting
from citycall.calls.actions import call_backs, desks, handling
from citycall.calls.actions import queue as turns
from citycall.calls.models import Call
from citycall.console.call_back_form import CallBackForm
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict, DomainError, Faults, NotFound
from citycall.pages.staff import links_for, staff_only


@require_safe
@staff_only
def queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The whole page; its parts that change are those of ``now``."""
    at = clock.now()
    form = CallBackForm(free_times=call_backs.free_times(at=at))
    return render(request, "console/queue.html", _context(request, actor, at=at, form=form))


@require_safe
@staff_only
def now(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What changes on the page, for one that has heard that something did."""
    return render(request, "console/queue_now.html", _context(request, actor, at=clock.now()))


def _context(
    request: HttpRequest, actor: Actor, *, at: datetime, form: CallBackForm | None = None
) -> dict[str, Any]:
    older = request.GET.get("older", "")
    return {
        "staff_links": links_for(actor),
        "now": at,
        "totals": waiting.summary(by=actor, at=at),
        "page": waiting.lines(by=actor, at=at, older_than=older),
        "later": waiting.call_backs_later(by=actor, at=at),
        "missed": waiting.missed(by=actor, at=at),
        "desks": waiting.desks(by=actor),
        "mine": waiting.own_desk(actor),
        "states": [(state.value, state.label) for state in desks.CHOSEN],
        "form": form,
        "older": older,
        "me": actor.id,
    }


@require_POST
@staff_only
def take_next(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take whoever is next, and go to the conversation."""
    return _to_call(request, lambda at: turns.take_next(by=actor, at=at))


@require_POST
@staff_only
def take(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """Take this call, though others may be before it."""
    return _to_call(request, lambda at: handling.take(call_id, by=actor, at=at))


@require_POST
@staff_only
def call_missed(request: HttpRequest, actor: Actor, call_id: int) -> HttpResponse:
    """Call back somebody who hung up."""
    words = _("They will be called back, at the place that they gave up.")
    return _done(request, lambda at: call_backs.from_missed(call_id, by=actor, at=at), words)


@require_POST
@staff_only
def promise(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Somebody is to be called back, as a call-taker notes by hand."""
    at = clock.now()
    form = CallBackForm(request.POST, free_times=call_backs.free_times(at=at))
    if form.is_valid() and _promised(form, actor, at=at):
        messages.success(request, _("The call-back is noted."))
        return redirect("console:queue")
    context = _context(request, actor, at=at, form=form)
    return render(request, "console/queue.html", context, status=422)


def _promised(form: CallBackForm, actor: Actor, *, at: datetime) -> bool:
    """Whether it could be; what could not is said at its field."""
    said = form.cleaned_data
    try:
        call_backs.promise(
            call_id=None,
            phone=said["phone"],
            by=actor,
            at=at,
            wanted_at=form.wanted,
            name=said["name"],
            language=said["language"],
            why=said["why"],
        )
    except Faults as faults:
        for field, sentence in faults.faults.items():
            form.add_error(field if field in form.fields else None, sentence)
    except (call_backs.NoNumber, call_backs.BadTime, call_backs.TimeFull) as fault:
        form.add_error(fault.field or None, fault.message)
    return not form.errors


@require_POST
@staff_only
def step(request: HttpRequest, actor: Actor, call_back_id: int, step: str) -> HttpResponse:
    """Call them, or say how it went."""
    if step == "call":
        return _to_call(request, lambda at: call_backs.begin(call_back_id, by=actor, at=at))
    steps = {
        "reached": (call_backs.reached, _("Noted: they were reached.")),
        "not-reached": (call_backs.not_reached, _("Noted: nobody answered.")),
        "cancel": (call_backs.cancel, _("The call-back is cancelled.")),
    }
    if step not in steps:
        raise NotFound(_("There is no such step."))
    act, words = steps[step]
    return _done(request, lambda at: act(call_back_id, by=actor, at=at), words)


@require_POST
@staff_only
def sit(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Say that one is ready, away or gone."""
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    return _done(request, lambda at: desks.sit(state, by=actor, at=at, reason=reason), "")


def _to_call(request: HttpRequest, act: Callable[[datetime], Call]) -> HttpResponse:
    """To the conversation that begins, or back to the queue where somebody was quicker."""
    try:
        call = act(clock.now())
    except Conflict as conflict:
        messages.warning(request, conflict.message)
        return redirect("console:queue")
    return redirect(f"{reverse('console:desk')}?call={call.pk}")


def _done(request: HttpRequest, act: Callable[[datetime], object], words: str) -> HttpResponse:
    """Back to the queue, with what was done or why it could not be."""
    try:
        act(clock.now())
    except (NotFound, Conflict) as fault:
        messages.warning(request, fault.message)
    except DomainError as fault:
        messages.error(request, fault.message)
    else:
        if words:
            messages.success(request, words)
    return redirect("console:queue")
