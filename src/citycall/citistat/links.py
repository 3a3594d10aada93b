"""The pages of agencies, services and areas, for wherever their names stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from citycall.agencies.models import Agency
from citycall.analytics.facts import area_column
from citycall.analytics.store import Facts

Pages = Mapping[Any, str]


def pages_of(facts: Facts, by: str, agencies: Sequence[Agency]) -> Pages:
    """The address of each page that there is by a dimension, for who may see these agencies."""
    if by == "agency":
        return {each.pk: reverse("citistat:agency", args=[each.code]) for each in agencies}
    if by == "service":
        seen = {each.pk for each in agencies}
        rows = facts.sql("SELECT id, code, agency FROM services").to_pylist()
        return {
            row["id"]: reverse("citistat:service", args=[row["code"]])
            for row in rows
            if row["agency"] in seen
        }
    layer = layer_of(facts, by)
    return areas_of(facts, layer) if layer else {}


def areas_of(facts: Facts, layer: str) -> Pages:
    """The address of the page of each area of a layer."""
    rows = facts.sql("SELECT id FROM areas WHERE layer = $layer", {"layer": layer}).to_pylist()
    return {row["id"]: reverse("citistat:area", args=[layer, row["id"]]) for row in rows}


def layer_of(facts: Facts, by: str) -> str:
    """The layer of areas that a dimension is; empty where it is none."""
    return next((layer for layer in facts.about.layers if area_column(layer) == by), "")
