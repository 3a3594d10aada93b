"""The pages of one service, and of one area: what needs attention there, and what it is worth."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from citycall.analytics.facts import area_column
from citycall.analytics.measures.names import titles
from citycall.analytics.queries import agencies_of, sees_all
from citycall.analytics.store import Facts, store
from citycall.catalog.queries import catalog
from citycall.citistat import expected, kept, layers, links, maps, trouble
from citycall.citistat.around import around
from citycall.core import phrases
from citycall.core.actors import Actor
from citycall.pages.staff import staff_only
from citycall.places.queries import areas


@require_safe
@staff_only
def service(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One service by area, and where or with whom it is out of the ordinary.

    Who may see some agencies' numbers only is shown those agencies' services.
    """
    shown = around(actor, "city")
    entry = catalog().service(code)
    if entry.spec.agency not in {each.code for each in shown["agencies"]}:
        raise Http404(code)
    shown |= {"title": entry.spec.name, "kind": "service"}
    if store().version():
        facts = store().facts()
        layer = layers.asked(request, facts)
        by = area_column(layer) if layer else "team"
        attends = [by, "team"] if layer else ["team"]
        where = _own(actor, {"service": [entry.id]})
        shown |= _numbers(actor, facts, {"service": [entry.id]}, by=by, attends=attends)
        shown |= maps.shown(request, facts, where)
        shown |= trouble.of_service(actor, entry.id)
        shown["expected"] = expected.of_service(facts, entry.id)
        address = reverse("citistat:forecast")
        shown["forecast"] = f"{address}?{urlencode({'service': code, 'by': layer})}"
    shown["spots_map"] = maps.spots(shown.get("spots", ()))
    return render(request, "citistat/narrowed.html", shown)


@require_safe
@staff_only
def area(request: HttpRequest, actor: Actor, layer: str, pk: int) -> HttpResponse:
    """One area by service, and which services are out of the ordinary there."""
    shown = around(actor, "city")
    found = areas().area(pk)
    if found.layer != layer:
        raise Http404(layer)
    shown |= {"title": found.name, "kind": "area"}
    facts = store().facts() if store().version() else None
    if facts is None or layer not in facts.about.layers:
        return render(request, "citistat/narrowed.html", shown | {"about": None})
    where = {area_column(layer): [pk]}
    shown |= _numbers(actor, facts, where, by="service", attends=["service"])
    shown["lines"] = [line for line in shown["lines"] if not line.quiet]
    shown |= maps.shown_within(request, facts, _own(actor, where), (layer, pk))
    shown |= trouble.of_area(actor, pk)
    shown["layer_title"] = titles(facts)[area_column(layer)]
    if sees_all(actor):
        shown["expected"] = expected.of_area(facts, layer, pk)
        shown["forecast"] = f"{reverse('citistat:forecast')}?{urlencode({'by': layer})}"
    shown["spots_map"] = maps.spots(shown.get("spots", ()))
    return render(request, "citistat/narrowed.html", shown)


def _numbers(
    actor: Actor, facts: Facts, where: dict[str, Any], *, by: str, attends: list[str]
) -> dict[str, Any]:
    """The numbers of what is asked for; of the own agencies' requests alone where that is so."""
    agencies = agencies_of(actor)
    pairs = [(name, value) for name, values in where.items() for value in values]
    return {
        **kept.numbers(_own(actor, where), by=by, attends=attends),
        "scope": urlencode(pairs),
        "pages": {name: links.pages_of(facts, name, agencies) for name in {by, *attends}},
        "own_only": [] if sees_all(actor) else [phrases.said(each.name) for each in agencies],
    }


def _own(actor: Actor, where: dict[str, Any]) -> dict[str, Any]:
    if sees_all(actor):
        return where
    return where | {"agency": [each.pk for each in agencies_of(actor)]}
