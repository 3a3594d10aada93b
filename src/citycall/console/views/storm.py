"""Storm mode on and off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citycall.calls import storm as storms
from citycall.calls.policies import PERMISSIONS
from citycall.console import fields
from citycall.console.storm_form import FIELDS, StormForm
from citycall.console.views.alerts import furniture
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Faults
from citycall.core.permissions import require
from citycall.pages.staff import staff_only


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def storm(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is on; where nothing is, the switch."""
    require(PERMISSIONS, "supervise", by=actor)
    at = clock.now()
    if request.method != "POST":
        return _page(request, actor, StormForm(at=at))
    form = StormForm(request.POST, at=at)
    if not (form.is_valid() and _begun(form, actor)):
        return _page(request, actor, form, status=422)
    messages.success(request, _("Storm mode is on for everybody."))
    return redirect("console:storm")


@require_POST
@staff_only
def end(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Turn it off; its alert stays unless that is ended too."""
    storms.end(by=actor, at=clock.now(), with_alert=request.POST.get("alert") == "end")
    messages.success(request, _("Storm mode is off."))
    return redirect("console:storm")


def _begun(form: StormForm, actor: Actor) -> bool:
    """Turn it on; what is wrong is put beside the field that it is about."""
    try:
        storms.begin(form.plan(), by=actor, at=form.at)
    except Faults as error:
        for name, sentence in error.faults.items():
            field = FIELDS.get(name.partition(".")[0], name)
            form.add_error(field if field in form.fields else None, sentence)
        return False
    except storms.AlreadyOn as error:
        form.add_error(None, error.message)
        return False
    return True


def _page(
    request: HttpRequest, actor: Actor, form: StormForm, *, status: int = 200
) -> HttpResponse:
    present = storms.shown(at=clock.now())
    context: dict[str, Any] = {
        "form": form,
        "storm": present,
        "areas": [fields.area_name(each) for each in present.areas] if present else [],
        "service": dict(fields.service_choices()).get(present.service, "") if present else "",
        "past": storms.past(by=actor),
        **furniture(actor),
    }
    return render(request, "console/storm.html", context, status=status)
