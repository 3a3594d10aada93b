"""A service alert on every door in one action: written, looked at, told, ended, undone."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.calls.policies import PERMISSIONS
from citycall.console import alert_form
from citycall.console.alert_form import AlertForm
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.core.permissions import require
from citycall.knowledge import actions, alerts, changes, picture
from citycall.knowledge.specs import AlertSpec
from citycall.pages.staff import links_for, staff_only

_MOST_OVER: Final = 10


@require_safe
@staff_only
def overview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is told now, what comes, and what is over."""
    require(PERMISSIONS, "supervise", by=actor)
    at = clock.now()
    known = [each for each in picture.told().alerts if not each.retired]
    context = {
        "live": [each for each in known if each.is_live(at)],
        "coming": [each for each in known if each.starts > at],
        "over": [each for each in known if each.ends is not None and each.ends <= at][:_MOST_OVER],
        "undo": _undoable(request, actor),
        **furniture(actor),
    }
    return render(request, "console/alerts/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def write(request: HttpRequest, actor: Actor, code: str = "") -> HttpResponse:
    """The form: fill in a ready text, look at it in each language, tell it."""
    require(PERMISSIONS, "supervise", by=actor)
    present = alerts.alert(code) if code else None
    if request.method != "POST":
        form = AlertForm(initial=alert_form.initial(present) if present else {})
        return _form(request, actor, form, present)
    form = AlertForm(request.POST)
    if "fill" in request.POST:
        # The data is shown again as it is, unchecked: it is half-written.
        filled = AlertForm(initial=None, data=form.with_ready_text())
        filled.errors.clear()
        return _form(request, actor, filled, present)
    spec = _read(form, present)
    if spec is None:
        return _form(request, actor, form, present, status=422)
    if "preview" in request.POST:
        return _form(request, actor, form, present, previews=alert_form.previews(spec))
    try:
        actions.save_alert(spec=spec, by=actor, at=clock.now())
    except Faults as error:
        form.add_faults(error.faults)
        return _form(request, actor, form, present, status=422)
    messages.success(request, _("The alert is on every door and in the telephone's menu."))
    return _back(spec.code)


@require_POST
@staff_only
def end(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Tell it no longer, everywhere at once."""
    actions.end_alert(code=code, by=actor, at=clock.now())
    messages.success(request, _("The alert is told no longer."))
    return _back(code)


@require_POST
@staff_only
def undo(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Take the last change of an alert back."""
    require(PERMISSIONS, "supervise", by=actor)
    last = changes.last(picture.ALERT, code, by=actor)
    if last is None:
        raise alerts.UnknownAlert(_("There is no such service alert."))
    actions.undo(revision=last.pk, by=actor, at=clock.now())
    messages.success(request, _("The last change was taken back."))
    return redirect("console:alerts")


def furniture(actor: Actor) -> dict[str, Any]:
    """What every supervisors' page here needs besides its own."""
    return {"staff_links": links_for(actor), "now": clock.now(), "writes": True}


def _read(form: AlertForm, present: AlertSpec | None) -> AlertSpec | None:
    if not form.is_valid():
        return None
    try:
        return form.spec(present, at=clock.now())
    except Faults as error:
        form.add_faults(error.faults)
        return None


def _form(
    request: HttpRequest,
    actor: Actor,
    form: AlertForm,
    present: AlertSpec | None,
    *,
    previews: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "alert": present, "previews": previews, **furniture(actor)}
    return render(request, "console/alerts/write.html", context, status=status)


def _back(code: str) -> HttpResponse:
    return redirect(f"{reverse('console:alerts')}?{urlencode({'changed': code})}")


def _undoable(request: HttpRequest, actor: Actor) -> str:
    """The code of the alert that was just changed here, so that it can be taken back."""
    code = request.GET.get("changed", "")
    return code if code and changes.last(picture.ALERT, code, by=actor) else ""
