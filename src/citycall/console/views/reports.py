"""How did we do? Interval reports as table, chart and CSV."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from citycall.calls.measures import reports, standing
from citycall.calls.measures.models import Cut
from citycall.calls.measures.queries import Step
from citycall.calls.measures.reports import Report
from citycall.calls.measures.rules import NAMES, SERIES, Counts, Target, within
from citycall.calls.policies import PERMISSIONS
from citycall.console import charts
from citycall.console.templatetags import supervising
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError
from citycall.core.permissions import require
from citycall.core.phrases import said
from citycall.pages.staff import links_for, staff_only

_USUAL_DAYS: Final = 13
_STEPS: Final = [
    (Step.HALF_HOUR.value, _("half hour")),
    (Step.HOUR.value, _("hour")),
    (Step.DAY.value, _("day")),
    (Step.WEEK.value, _("week")),
]


class IntervalForm(forms.Form):
    """From when until when, in which steps, told apart by what."""

    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    step = forms.ChoiceField(label=_("By"), choices=_STEPS)
    cut = forms.ChoiceField(label=_("Told apart by"), choices=Cut.choices)


@require_safe
@staff_only
def interval(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The report of an interval; ``format=csv`` gives its numbers as a file."""
    require(PERMISSIONS, "supervise", by=actor)
    at, zone = clock.now(), clock.city_zone()
    today = at.astimezone(zone).date()
    usual = {
        "since": (today - timedelta(days=_USUAL_DAYS)).isoformat(),
        "until": today.isoformat(),
        "step": Step.DAY.value,
        "cut": Cut.LANGUAGE.value,
    }
    form = IntervalForm({name: request.GET.get(name) or value for name, value in usual.items()})
    shown: dict[str, Any] = {"form": form, "now": at, "target": standing.target()}
    told = _told(form, actor) if form.is_valid() else None
    if told is not None:
        if request.GET.get("format") == "csv":
            return _as_file(told, form)
        shown |= _shown(told, form, standing.target())
    shown["staff_links"] = links_for(actor)
    return render(request, "console/supervise/reports.html", shown)


def _told(form: IntervalForm, actor: Actor) -> Report | None:
    chosen = form.cleaned_data
    try:
        return reports.report(
            chosen["since"],
            chosen["until"],
            step=Step(chosen["step"]),
            cut=Cut(chosen["cut"]),
            by=actor,
            zone=clock.city_zone(),
            at=clock.now(),
        )
    except DomainError as error:
        form.add_error(error.field or None, error.message)
        return None


def _shown(told: Report, form: IntervalForm, target: Target) -> dict[str, Any]:
    step, cut = Step(form.cleaned_data["step"]), Cut(form.cleaned_data["cut"])
    labels = [_label(line.begins, step) for line in told.lines]
    levels = [line.counts.service_level(target.within_s) for line in told.lines]
    return {
        "report": told,
        "lines": list(zip(labels, _rows([li.counts for li in told.lines], target), strict=True)),
        "whole": next(iter(_rows([told.whole], target))),
        "parts": list(
            zip(
                [_name(cut, value, name) for value, name, _counts in told.parts],
                _rows([counts for _value, _told, counts in told.parts], target),
                strict=True,
            )
        ),
        "cut_name": cut.label,
        "chart": charts.draw(
            labels,
            [line.counts.offered for line in told.lines],
            parts=[line.counts.abandoned for line in told.lines],
            line=levels,
            target=target.part,
        ),
    }


def _rows(some: Sequence[Counts], target: Target) -> Iterator[dict[str, Any]]:
    for counts in some:
        yield {
            "counts": counts,
            "level": counts.service_level(target.within_s),
            "left": counts.left_after(target.short_s),
            "shortly": counts.left_shortly(target.short_s),
        }


def _label(begins: datetime, step: Step) -> str:
    if step in {Step.DAY, Step.WEEK}:
        return date_format(begins, "SHORT_DATE_FORMAT")
    return _now("%(day)s %(time)s") % {
        "day": date_format(begins, "SHORT_DATE_FORMAT"),
        "time": time_format(begins, "H:i"),
    }


def _name(cut: Cut, value: str, name: str) -> str:
    if cut is Cut.LANGUAGE:
        return supervising.language_name(value)
    if cut is Cut.MEDIUM:
        return supervising.medium_name(value)
    return said(name) or _now("Not known")


def _as_file(told: Report, form: IntervalForm) -> HttpResponse:
    """The sums as they are kept, a line for each step, for further counting."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"calls-{form.cleaned_data['since']}-{form.cleaned_data['until']}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    target = standing.target()
    names = [name for name in NAMES if name not in SERIES]
    in_time = f"answered_in_{target.within_s}_s"
    rates = ("service_level", "abandon_rate", "occupancy", "first_contact_rate", "repeat_rate")
    writer = csv.writer(answer)
    writer.writerow(["cut", "value", "begins", *names, in_time, *rates])
    rows = [("all", "", line.begins.isoformat(), line.counts) for line in told.lines]
    cut = form.cleaned_data["cut"]
    rows += [(cut, _unformed(label or value), "", counts) for value, label, counts in told.parts]
    for kind, value, begins, counts in rows:
        level = counts.service_level(target.within_s)
        writer.writerow([
            kind, value, begins, *(round(getattr(counts, n), 3) for n in names),
            within(counts.waits, target.within_s),
            *(None if r is None else round(r, 4) for r in
              (level, counts.abandon_rate, counts.occupancy, counts.first_contact_rate,
               counts.repeat_rate)),
        ])  # fmt: skip
    return answer


def _unformed(text: str) -> str:
    """No spreadsheet takes a name for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
