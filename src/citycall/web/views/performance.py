"""How does the city do? Its own measures, told to everybody."""

import csv
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from citycall.analytics import public
from citycall.analytics.measures.names import titles
from citycall.analytics.store import Facts, store
from citycall.pages import charts, numbers

_TOLD: Final = ("on-time", "received")


@require_safe
@cache_control(public=True, max_age=300)
def performance(request: HttpRequest) -> HttpResponse:
    """The last whole month, two years by month, and a year by service or by area."""
    if not store().version():
        return render(request, "web/performance.html", {}, status=503)
    facts = store().facts()
    choices = {
        name: title
        for name, title in titles(facts).items()
        if name == "service" or name.startswith("area_")
    }
    by = request.GET.get("by", "service")
    if by not in choices:
        raise Http404(by)
    lines = public.lines(facts, by)
    if request.GET.get("format") == "csv":
        return _file(lines, by)
    return render(request, "web/performance.html", _shown(facts, lines, by, choices))


def _shown(
    facts: Facts, lines: list[public.Line], by: str, choices: dict[str, str]
) -> dict[str, Any]:
    told = [public.monthly(facts, measure.name) for measure in public.columns()]
    return {
        "month": public.last_month(facts),
        "as_of": facts.about.as_of,
        "told": [
            {
                "measure": each.measure,
                "value": numbers.told(each.values[-1], each.measure.unit),
                "usual": numbers.between(each.low[-1], each.high[-1], each.measure.unit),
            }
            for each in told
        ],
        "charts": [_chart(each) for each in told if each.measure.name in _TOLD],
        "columns": public.columns(),
        "lines": [_line(line) for line in lines],
        "by": by,
        "choices": choices,
        "smallest": public.SMALLEST,
    }


def _chart(told: public.Monthly) -> dict[str, Any]:
    unit = told.measure.unit
    return {
        "measure": told.measure,
        "svg": charts.line(told.months, told.values, unit=unit, low=told.low, high=told.high),
        "rows": [
            (month, numbers.told(value, unit), numbers.between(low, high, unit))
            for month, value, low, high in zip(
                told.months, told.values, told.low, told.high, strict=True
            )
        ][::-1],
    }


def _line(line: public.Line) -> dict[str, Any]:
    if line.values is None:
        return {"name": line.name, "values": None}
    units = [measure.unit for measure in public.columns()]
    values = [numbers.told(value, unit) for value, unit in zip(line.values, units, strict=True)]
    return {"name": line.name, "values": values}


def _file(lines: list[public.Line], by: str) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="performance-{by}.csv"'
    writer = csv.writer(response)
    writer.writerow([by, *public.COLUMNS])
    for line in lines:
        blank = ["" for _ in public.COLUMNS]
        writer.writerow([line.name, *(blank if line.values is None else line.values)])
    return response
