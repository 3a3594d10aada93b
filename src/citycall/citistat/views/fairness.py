"""Who is not heard, who waits longer, and what other crews would change."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citycall.analytics import standing
from citycall.analytics.facts import area_column
from citycall.analytics.fairness import queries
from citycall.analytics.fairness.queries import NoSuchMove
from citycall.analytics.measures.names import names_of, titles
from citycall.analytics.queries import agencies_of, sees_all
from citycall.analytics.store import Facts, store
from citycall.citistat import crews_form, links
from citycall.citistat.around import around
from citycall.core.actors import Actor
from citycall.pages import fairness_words
from citycall.pages.staff import staff_only


@require_safe
@staff_only
def fairness(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The last findings of a layer of areas; with a move of crews in the address, its outcome."""
    shown = around(actor, "fairness")
    kept = store()
    found_layers = queries.layers() if kept.version() else []
    if not found_layers:
        return render(request, "citistat/fairness.html", shown)
    facts = kept.facts()
    asked = request.GET.get("layer", "")
    usual = standing.LAYER if standing.LAYER in found_layers else found_layers[0]
    layer = asked if asked in found_layers else usual
    named = titles(facts)
    shown |= {
        "layer": layer,
        "layers": [(each, named.get(area_column(each), each)) for each in found_layers],
        "layer_title": named.get(area_column(layer), layer),
    }
    shown |= _found(actor, facts, layer)
    shown |= _moved(request, actor, facts, layer)
    status = 422 if shown.get("move") and shown["move"].faults else 200
    return render(request, "citistat/fairness.html", shown, status=status)


def _found(actor: Actor, facts: Facts, layer: str) -> dict[str, Any]:
    found = queries.found_for(actor, layer)
    if found is None:
        return {}
    names = names_of(facts, area_column(layer)) if layer in facts.about.layers else {}
    return {
        **fairness_words.said(found, names, links.areas_of(facts, layer)),
        "counted": True,
    }


def _moved(request: HttpRequest, actor: Actor, facts: Facts, layer: str) -> dict[str, Any]:
    own = {agency.pk for agency in agencies_of(actor)}
    told = facts.sql("SELECT id, agency FROM teams").to_pylist()
    seen = {team["id"] for team in told if sees_all(actor) or team["agency"] in own}
    teams = {key: name for key, name in names_of(facts, "team").items() if key in seen and name}
    shown: dict[str, Any] = {"teams": [(str(key), name) for key, name in teams.items()]}
    asked = crews_form.read(request.GET, teams)
    if asked is None:
        return shown
    shown["move"] = asked
    if asked.move is None:
        return shown
    try:
        outcome = queries.what_if(actor, asked.move, layer=layer)
    except NoSuchMove as error:
        fault = {error.field or "crews": error.message}
        return shown | {"move": crews_form.AskedMove(asked.typed, None, fault)}
    names = names_of(facts, area_column(layer)) if layer in facts.about.layers else {}
    return shown | {
        "move_says": crews_form.says(outcome, asked.move, teams),
        "move_areas": crews_form.area_changes(outcome.areas, names),
    }
