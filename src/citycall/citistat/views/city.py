"""The first pages: of the city, and of one agency."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from citycall.analytics.queries import agencies_of, sees_all
from citycall.analytics.standing import Where
from citycall.analytics.store import store
from citycall.citistat import summary
from citycall.citistat.around import around
from citycall.citistat.views.meetings import commitments_due
from citycall.core.actors import Actor
from citycall.pages.staff import staff_only


@require_safe
@staff_only
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ranked exceptions with size and certainty, then the measures, then the agencies.

    Who may see some agencies' numbers only is told of those.
    """
    shown = around(actor, "city")
    where = {} if sees_all(actor) else {"agency": [each.pk for each in shown["agencies"]]}
    shown |= _numbers(where, by="agency")
    shown["codes"] = {each.pk: each.code for each in shown["agencies"]}
    return render(request, "citistat/city.html", shown)


@require_safe
@staff_only
def agency(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The same of one agency, by its services and by area."""
    chosen = next((each for each in agencies_of(actor) if each.code == code), None)
    if chosen is None:
        raise Http404(code)
    shown = around(actor, "city") | {"agency": chosen}
    shown |= _numbers({"agency": [chosen.pk]}, by="service")
    shown["scope"] = f"agency={chosen.pk}"
    shown |= commitments_due(actor, chosen.pk)
    return render(request, "citistat/agency.html", shown)


def _numbers(where: Where, *, by: str) -> dict[str, Any]:
    kept = store()
    if not kept.version():
        return {}
    agencies = tuple(where["agency"]) if "agency" in where else None
    return {**_kept(kept.folder, kept.version(), get_language() or "", agencies, by)}


@lru_cache(maxsize=64)
def _kept(
    _folder: Path, _version: str, _language: str, agencies: tuple[int, ...] | None, by: str
) -> dict[str, Any]:
    """What one version of the facts says never changes, and takes some thirty questions."""
    facts = store().facts()
    where = {} if agencies is None else {"agency": list(agencies)}
    return {
        "week": summary.week_of(facts),
        "attention": summary.attention(facts, where),
        "weekly": summary.weekly(facts, where),
        "columns": summary.column_titles(),
        "lines": summary.lines(facts, by, where),
        "by": by,
    }
