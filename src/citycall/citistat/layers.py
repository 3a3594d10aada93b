"""Which layer of areas a page tells by: the one that its address asks for, or the usual one."""

from collections.abc import Sequence
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


def finer(facts: Facts, layer: str) -> list[str]:
    """The layers with more areas than this one has, the nearest in size first."""
    told = facts.sql("SELECT layer, count(*) AS areas FROM areas GROUP BY layer").to_pylist()
    areas = {row["layer"]: row["areas"] for row in told}
    least = areas.get(layer, 0)
    found = [each for each in facts.about.layers if areas.get(each, 0) > least]
    return sorted(found, key=lambda each: (areas[each], each))


def choices(facts: Facts, layer: str, offered: Sequence[str]) -> dict[str, Any]:
    """The layers that a page offers, by code and title, and the one it shows."""
    named = titles(facts)
    return {"layer": layer, "layers": [(each, named[area_column(each)]) for each in offered]}
