"""How does the city do? Its own measures, told to everybody."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe

from citycall.analytics import public
from citycall.analytics.store import store
from citycall.core import phrases
from citycall.core.spreadsheets import harmless
from citycall.pages import charts, numbers

_TOLD: Final = ("on-time", "received")


@dataclass(frozen=True)
class _Numbers:
    """All that a page tells of one version of the facts, which never changes."""

    month: date
    seen_until: datetime
    months: Sequence[public.Monthly]
    lines: Sequence[public.Line]


@lru_cache(maxsize=16)
def _numbers_of(folder: Path, version: str, by: str) -> _Numbers:
    facts = store().facts()
    return _Numbers(
        month=public.last_month(facts),
        seen_until=facts.about.seen_until,
        months=[public.monthly(facts, measure.name) for measure in public.columns()],
        lines=public.lines(facts, by),
    )


def _etag(request: HttpRequest) -> str | None:
    version = store().version()
    told = f"{version} {request.META.get('QUERY_STRING', '')} {get_language()}"
    return f'"{sha256(told.encode()).hexdigest()[:32]}"' if version else None


@require_safe
@condition(etag_func=_etag)
def performance(request: HttpRequest) -> HttpResponse:
    """The last whole month, two years by month, and a year by service or by area."""
    kept = store()
    if not kept.version():
        return render(request, "web/performance.html", {})
    choices = public.choices(kept.facts())
    by = request.GET.get("by", "service")
    if by not in choices:
        raise Http404(by)
    found = _numbers_of(kept.folder, kept.version(), by)
    if request.GET.get("format") == "csv":
        response = _file(found.lines, by)
    else:
        response = render(request, "web/performance.html", _shown(found, by, choices))
    response["Cache-Control"] = "public, max-age=300"
    return response


def _shown(found: _Numbers, by: str, choices: dict[str, str]) -> dict[str, Any]:
    return {
        "month": found.month,
        "as_of": found.seen_until,
        "told": [
            {
                "measure": each.measure,
                "value": numbers.told(each.values[-1], each.measure.unit),
                "usual": numbers.between(each.low[-1], each.high[-1], each.measure.unit),
            }
            for each in found.months
        ],
        "charts": [_chart(each) for each in found.months if each.measure.name in _TOLD],
        "columns": public.columns(),
        "lines": [_line(line) for line in found.lines],
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
    units = [measure.unit for measure in public.columns()]
    return {
        "name": phrases.said(line.name),
        "values": [
            None if cell.hidden else numbers.told(cell.value, unit)
            for cell, unit in zip(line.cells, units, strict=True)
        ],
    }


def _file(lines: Sequence[public.Line], by: str) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="performance-{by}.csv"'
    writer = csv.writer(response)
    writer.writerow([by, *public.COLUMNS])
    for line in lines:
        values = ["" if cell.value is None else cell.value for cell in line.cells]
        writer.writerow([harmless(line.name), *values])
    return response
