"""Writes: loading area layers and named places from the city's own files."""

from citycall.places.actions.gazetteer import PlacesReport, RefusedPlace, load_places
from citycall.places.actions.layers import LayerReport, NothingMatches, load_layer

__all__ = [
    "LayerReport",
    "NothingMatches",
    "PlacesReport",
    "RefusedPlace",
    "load_layer",
    "load_places",
]
