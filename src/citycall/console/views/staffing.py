"""Whom do we need when? A forecast, the people it takes, those planned, and what if."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from citycall.calls.measures import standing
from citycall.calls.policies import PERMISSIONS
from citycall.calls.shifts import actions, outlook, planned
from citycall.calls.shifts.outlook import Outlook, WhatIf
from citycall.console import charts
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.permissions import require
from citycall.pages.moments import in_words
from citycall.pages.staff import links_for, staff_only


class WhatIfForm(forms.Form):
    """What is asked, as it stands in the address."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    answered = forms.FloatField(label=_("Percent answered"), min_value=1, max_value=100)
    within = forms.FloatField(label=_("within seconds"), min_value=0, max_value=3600)
    handling = forms.FloatField(label=_("Handling time, seconds"), min_value=1, max_value=7200)
    patience = forms.FloatField(label=_("Patience, seconds"), min_value=1, max_value=7200)
    absent = forms.FloatField(label=_("Percent absent"), min_value=0, max_value=90)
    times = forms.FloatField(label=_("Times as many calls"), min_value=0, max_value=50)
    model = forms.ChoiceField(
        label=_("Callers"),
        choices=[("a", _("may hang up (Erlang A)")), ("c", _("never hang up (Erlang C)"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("answered", "within", "handling", "patience", "absent", "times"):
            self.fields[name].widget.attrs.update({"step": "any"})

    def told(self) -> WhatIf:
        """What was asked, once it is valid."""
        said = self.cleaned_data
        return WhatIf(
            answered=said["answered"] / 100,
            within_s=said["within"],
            handling_s=said["handling"],
            patience_s=said["patience"],
            absent=said["absent"] / 100,
            times=said["times"],
            patient=said["model"] == "c",
        )


@require_safe
@staff_only
def staffing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The plan of one day; every what-if is an address of its own."""
    require(PERMISSIONS, "supervise", by=actor)
    at, usual = clock.now(), _usual()
    form = WhatIfForm(_filled(request.GET, usual))
    shown: dict[str, Any] = {"form": form, "now": at, "usual": urlencode(usual)}
    if form.is_valid():
        shown |= _outlook(form, actor)
    shown["staff_links"] = links_for(actor)
    return render(request, "console/supervise/staffing.html", shown)


@require_POST
@staff_only
def take_over(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Give the proposed shifts of a day to call-takers."""
    require(PERMISSIONS, "supervise", by=actor)
    form = WhatIfForm(_filled(request.POST, _usual()))
    if not form.is_valid():
        return redirect("console:staffing")
    at, zone, day = clock.now(), clock.city_zone(), form.cleaned_data["day"]
    try:
        told = outlook.outlook(day, form.told(), by=actor, zone=zone, at=at)
        given, nobody = actions.take_over(day, told.proposal, by=actor, zone=zone, at=at)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        _tell(request, given, nobody)
    return redirect(f"{reverse('console:staffing')}?{_address(form)}")


@require_POST
@staff_only
def remove_shift(request: HttpRequest, actor: Actor, shift_id: int) -> HttpResponse:
    """Take a coming shift away."""
    try:
        actions.remove(shift_id, by=actor, at=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _now("The shift was taken away."))
    form = WhatIfForm(_filled(request.POST, _usual()))
    told = _address(form) if form.is_valid() else ""
    return redirect(f"{reverse('console:staffing')}?{told}")


def _tell(request: HttpRequest, given: int, nobody: int) -> None:
    if given:
        text = ngettext("%(count)d shift was planned.", "%(count)d shifts were planned.", given)
        messages.success(request, text % {"count": given})
    if nobody:
        text = ngettext(
            "For %(count)d shift nobody is free who has rested.",
            "For %(count)d shifts nobody is free who has rested.",
            nobody,
        )
        messages.warning(request, text % {"count": nobody})


def _outlook(form: WhatIfForm, actor: Actor) -> dict[str, Any]:
    at, zone = clock.now(), clock.city_zone()
    try:
        told = outlook.outlook(form.cleaned_data["day"], form.told(), by=actor, zone=zone, at=at)
    except DomainError as error:
        return {"fault": error.message}
    day = told.forecast.day
    start = told.half_hours[0].begins
    return {
        "outlook": told,
        "chart": _chart(told),
        "address": _address(form),
        "storm_address": _address(form, times=round(told.storm, 1)),
        "usual_address": _address(form, times=1),
        "days": [
            (each, in_words(each.day, at=at, style="day"), _address(form, day=each.day))
            for each in told.days
        ],
        "day_name": in_words(day, at=at, style="day"),
        "shifts": planned.between(start, told.half_hours[-1].begins),
        "proposal": [
            (shift, _hour(shift.begins), _hour(shift.begins + shift.lasts),
             "" if shift.break_at is None else _hour(shift.break_at))
            for shift in told.proposal
        ],
    }  # fmt: skip


def _chart(told: Outlook) -> charts.Chart:
    return charts.draw(
        [f"{row.begins:%H:%M}" for row in told.half_hours],
        [row.needed for row in told.half_hours],
        steps=[row.planned for row in told.half_hours],
    )


def _usual() -> dict[str, str]:
    """The target of the settings, and times as they were in the last weeks."""
    at, zone, target = clock.now(), clock.city_zone(), standing.target()
    handling, patience = outlook.usual(zone=zone, at=at)
    return {
        "day": at.astimezone(zone).date().isoformat(),
        "answered": f"{target.part * 100:g}",
        "within": str(target.within_s),
        "handling": f"{handling:.0f}",
        "patience": f"{patience:.0f}",
        "absent": "10",
        "times": "1",
        "model": "a",
    }


def _filled(told: QueryDict, usual: dict[str, str]) -> dict[str, str]:
    return {name: told.get(name) or value for name, value in usual.items()}


def _address(form: WhatIfForm, **changed: Any) -> str:
    said = {**form.cleaned_data, **changed}
    return urlencode({
        name: value.isoformat() if isinstance(value, date) else f"{value:g}"
        if isinstance(value, float) else value
        for name, value in said.items()
    })  # fmt: skip


def _hour(half_hour: int) -> str:
    return f"{half_hour // 2 % 24:02}:{half_hour % 2 * 30:02}"
