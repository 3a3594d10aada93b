"""What the next four weeks bring, whom it is too much for, and how far that is to be trusted."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from citycall.analytics.forecasts import publishing, queries
from citycall.analytics.forecasts.publishing import Forecasts
from citycall.analytics.forecasts.queries import Line, Names
from citycall.analytics.forecasts.weeks import TEAMS
from citycall.analytics.queries import agencies_of, sees_all
from citycall.analytics.store import current, store
from citycall.citistat import links
from citycall.citistat.around import around
from citycall.core import phrases
from citycall.core.actors import Actor
from citycall.core.spreadsheets import harmless
from citycall.pages.staff import staff_only


class Choice(forms.Form):
    """Of which agency or service, and by service or by which layer of areas."""

    agency = forms.ChoiceField(label=_("Agency"), required=False)
    service = forms.ChoiceField(label=_("Service"), required=False)
    by = forms.ChoiceField(label=_("By"), required=False)

    def __init__(self, data: Any, *, names: Names, seen: Sequence[int]) -> None:
        super().__init__(data)
        agencies = [(a.code, phrases.said(a.name)) for a in names.agencies.values() if a.id in seen]
        services = [
            (s.code, phrases.said(s.name)) for s in names.services.values() if s.agency in seen
        ]
        layers = [(layer.code, phrases.said(layer.name)) for layer in names.layers]
        self._offer("agency", [("", _("All agencies")), *sorted(agencies, key=_by_name)])
        self._offer("service", [("", _("All services")), *sorted(services, key=_by_name)])
        self._offer("by", [("", _("Service")), *layers])

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def chosen(self, name: str) -> str:
        """What was chosen; nothing where it was nothing that there is."""
        return str(self.cleaned_data.get(name, "")) if self.is_valid() else ""


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


@require_safe
@staff_only
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The forecast as a page."""
    context = around(actor, "forecast")
    told = publishing.latest() if store().version() else None
    if told is not None:
        context |= _told(request, actor, told)
    return render(request, "citistat/forecast.html", context)


@require_safe
@staff_only
def export(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the page would show, as a file: a row for each series."""
    agencies_of(actor)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="forecast.csv"'
    told = publishing.latest() if store().version() else None
    found = _told(request, actor, told) if told is not None else {}
    writer = csv.writer(answer)
    writer.writerow(
        ["name", "from", "until", "expected", "low", "high", "four_weeks_before", "year_before"]
    )
    for line in found.get("lines", ()):
        row = line.four
        writer.writerow(
            [
                harmless(phrases.said(line.name)), row.starts_on, row.ends_on,
                round(row.expected, 2), row.low, row.high, row.before, row.year_before,
            ]
        )  # fmt: skip
    return answer


def _told(request: HttpRequest, actor: Actor, told: Forecasts) -> dict[str, Any]:
    agencies = agencies_of(actor)
    seen = [agency.pk for agency in agencies]
    with current() as facts:
        names = Names.of(facts)
        form = Choice(request.GET, names=names, seen=seen)
        by = form.chosen("by")
        pages = links.areas_of(facts, by) if by else links.pages_of(facts, "service", agencies)
        agency_pages = links.pages_of(facts, "agency", agencies)
    chosen = _chosen(form, names, seen)
    layer = by or (names.layers[0].code if names.layers else "")
    lines, others = _lines(told, names, by, chosen, everything=sees_all(actor))
    tried = queries.trials(told, layer=layer)
    return {
        "told": told,
        "form": form,
        "city": queries.city(told) if sees_all(actor) else None,
        "agency_lines": queries.agencies(told, names, of=seen),
        "service": chosen["service"],
        "by": by,
        "pages": pages,
        "agency_pages": agency_pages,
        "lines": lines,
        "others": others,
        "teams": queries.teams(told, names, of=chosen["agencies"]),
        "tried": [_trial(row) for row in tried],
        "in_one": _in_percent(queries.said_in_one(tried, "service")),
        "work_tried": _work_trial((told.about["workload"] or {}).get("trial")),
        "export": f"?{request.GET.urlencode()}" if request.GET else "",
    }


def _chosen(form: Choice, names: Names, seen: Sequence[int]) -> dict[str, Any]:
    """The service that was chosen, and the agencies: that of the service, the chosen, or all."""
    code, agency = form.chosen("service"), form.chosen("agency")
    service = next((s for s in names.services.values() if code and s.code == code), None)
    agencies = [a.id for a in names.agencies.values() if a.code == agency and a.id in seen]
    return {
        "service": service,
        "agencies": [service.agency] if service else agencies or seen,
        "narrowed": bool(agencies),
    }


def _lines(
    told: Forecasts, names: Names, layer: str, chosen: dict[str, Any], *, everything: bool
) -> tuple[list[Line], float | None]:
    """What is listed, and how much more is expected where it is too little to be listed."""
    service = chosen["service"]
    every = queries.services(told, names, of=chosen["agencies"])
    if layer and service:
        lines = queries.areas_of(told, names, layer=layer, service=service.id)
        whole = sum(line.four.expected for line in every if line.id == service.id)
        return lines, whole - sum(line.four.expected for line in lines)
    if layer and everything and not chosen["narrowed"]:
        return queries.areas(told, names, layer=layer), None
    if layer:
        return [], None
    return [line for line in every if service is None or line.id == service.id], None


_LEVELS = {
    "city": _("The city"),
    "agency": _("Agencies"),
    "service": _("Services"),
    "area": _("Areas"),
    "service_area": _("Services in areas"),
}


def _trial(row: Mapping[str, Any]) -> dict[str, Any]:
    """One line of the table of trials, with its parts in percent."""
    what = _("Teams") if row["layer"] == TEAMS else _LEVELS[row["level"]]
    held = None if row["held"] is None else 100 * row["held"]
    return {**row, **(_in_percent(row["gains"]) or {}), "what": what, "held": held}


def _in_percent(parts: Mapping[str, float] | None) -> dict[str, float] | None:
    if parts is None:
        return None
    return {name: part if name == "tries" else 100 * part for name, part in parts.items()}


def _work_trial(trial: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """How the courses of teams did, four weeks ahead."""
    if trial is None:
        return None
    return {
        "tries": trial["origins"],
        "held": 100 * trial["held"][-1],
        "error": trial["error"][-1],
        "unchanged": trial["unchanged"][-1],
    }
