"""Which layer of areas a page tells by: the one that its address asks for, or the usual one."""

from typing import Any

from django.http import HttpRequest

from citycall.analytics.facts import area_column
from citycall.analytics.measures.names import titles
from citycall.analytics.standing import usual_layer
from citycall.analytics.store import Facts


def asked(request: HttpRequest, facts: Facts) -> str:
    """The layer that ``layer`` in the address names, else the usual; empty where there is none."""
    name = request.GET.get("layer", "")
    return name if name in facts.about.layers else usual_layer(facts)


def choices(facts: Facts, layer: str) -> dict[str, Any]:
    """The layers that a page offers, by code and title, and the one it shows."""
    named = titles(facts)
    return {
        "layer": layer,
        "layers": [(each, named[area_column(each)]) for each in facts.about.layers],
    }
