"""The generated harbor city of Port Calder: ground, streets, places, areas and residents."""

from .addressing import UnknownAddressError, address_point
from .city import build
from .files import write_geojson
from .model import (
    AddressTable,
    AreaShape,
    City,
    Feature,
    Intersection,
    Landmark,
    Layer,
    Park,
    Pole,
    Segment,
    Stop,
)
from .sampling import (
    PLACE_KINDS,
    Place,
    Sample,
    neighborhood_at,
    random_address,
    random_place,
    sample_addresses,
    sample_places,
)

__all__ = [
    "PLACE_KINDS",
    "AddressTable",
    "AreaShape",
    "City",
    "Feature",
    "Intersection",
    "Landmark",
    "Layer",
    "Park",
    "Place",
    "Pole",
    "Sample",
    "Segment",
    "Stop",
    "UnknownAddressError",
    "address_point",
    "build",
    "neighborhood_at",
    "random_address",
    "random_place",
    "sample_addresses",
    "sample_places",
    "write_geojson",
]
