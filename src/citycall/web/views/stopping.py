"""Advice or a warning before anything else: called for by an answer, or by the person's words."""

from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from citycall.web import dangers, steps, telling
from citycall.web.steps import Step
from citycall.web.telling import Telling
from citycall.web.views.telling import LONGEST_WORDS, go_on, lost, private

# The steps whose form is in order once its warning was read.
_ASKING: Final = {Step.SAFETY, Step.DETAILS}


@method_decorator(private, name="dispatch")
class StopPage(View):
    """What has to be read first; who has read it may go on."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The text that the words or the answers call for."""
        kept = telling.load(request)
        if kept is None or not kept.halted:
            return redirect("web:report")
        danger = kept.danger()
        stop = dangers.as_stop(danger) if danger else kept.stop()
        context = {
            "stop": stop,
            "mark": _mark(kept),
            "number": danger.number if danger else settings.CITYCALL_EMERGENCY_NUMBER,
            "said": kept.words if danger else "",
            "back": _back(kept),
            "change": _("Change my words") if danger else _("Change my answer"),
        }
        return render(request, "web/report/stop.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """The person has read it and wishes to report all the same."""
        kept = telling.load(request)
        if kept is None:
            return lost(request)
        if kept.halted and _mark(kept) == request.POST.get("read"):
            _read(kept)
        asking = Step(kept.stopped_at) if kept.stopped_at else None
        if asking is not None and asking not in _ASKING and not kept.halted:
            telling.save(request, kept)
            return redirect(steps.address(asking))
        passed = asking if asking and not steps.faults_of(asking, kept) else None
        return go_on(request, kept, passed=passed)


def _mark(kept: Telling) -> str:
    """What says which of them was read."""
    danger, stop = kept.danger(), kept.stop()
    if danger is not None:
        return dangers.mark(danger)
    return telling.mark(stop) if stop is not None else ""


def _read(kept: Telling) -> None:
    danger, stop = kept.danger(), kept.stop()
    if danger is not None:
        kept.no_danger = sorted({*kept.no_danger, danger.danger.value})
    elif stop is not None:
        kept.stop_read = telling.mark(stop)


def _back(kept: Telling) -> str:
    """Where the words or the answer can be changed."""
    if kept.stopped_at:
        return steps.address(Step(kept.stopped_at))
    if kept.service and kept.danger() is not None and Step.DETAILS in kept.done:
        return steps.address(Step.DETAILS)
    query = urlencode({"q": kept.words[:LONGEST_WORDS]}) if kept.danger() else ""
    return f"{reverse('web:report')}?{query}" if query else steps.address(Step.DETAILS)
