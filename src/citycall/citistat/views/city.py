"""The first pages: of the city, and of one agency."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citycall.agencies.models import Agency
from citycall.analytics.queries import agencies_of, sees_all
from citycall.analytics.standing import Where
from citycall.analytics.store import store
from citycall.citistat import kept, links, maps
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
    where: Where = {} if sees_all(actor) else {"agency": [each.pk for each in shown["agencies"]]}
    shown |= kept.numbers(where, by="agency")
    shown |= _pages_and_map(request, shown["agencies"], "agency", where)
    return render(request, "citistat/city.html", shown)


@require_safe
@staff_only
def agency(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The same of one agency, by its services and by area."""
    chosen = next((each for each in agencies_of(actor) if each.code == code), None)
    if chosen is None:
        raise Http404(code)
    shown = around(actor, "city") | {"agency": chosen}
    where = {"agency": [chosen.pk]}
    shown |= kept.numbers(where, by="service")
    shown |= _pages_and_map(request, shown["agencies"], "service", where)
    shown["scope"] = f"agency={chosen.pk}"
    shown |= commitments_due(actor, chosen.pk)
    return render(request, "citistat/agency.html", shown)


def _pages_and_map(
    request: HttpRequest, agencies: Sequence[Agency], by: str, where: Where
) -> dict[str, Any]:
    if not store().version():
        return {}
    facts = store().facts()
    pages = {name: links.pages_of(facts, name, agencies) for name in {by, "service"}}
    return {"pages": pages, **maps.shown(request, facts, where)}
