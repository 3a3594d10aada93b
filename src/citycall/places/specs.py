"""Layers and places as they are written in files and forms."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from citycall.agencies.documents import Code, Document, LongName, Name, clean_text
from citycall.places.models import AreaLayer

PlaceCode = Annotated[
    str, StringConstraints(min_length=1, max_length=100), AfterValidator(clean_text)
]
PlaceKind = Annotated[str, StringConstraints(max_length=20, pattern="^[a-z][a-z_]*$")]
Parent = Annotated[str, StringConstraints(max_length=150), AfterValidator(clean_text)]


class LayerSpec(Document):
    """A set of areas: the city's boundary, a partition of it, or the neighbouring bodies."""

    code: Code
    name: Name
    kind: AreaLayer.Kind


class PlaceSpec(Document):
    """A place that people name.

    ``code`` is the place's own in the city's data and stays; ``parent`` what it lies in (the
    park of a field); ``aliases`` what else people call it; the point is WGS 84 degrees.
    """

    kind: PlaceKind
    code: PlaceCode
    name: LongName
    parent: Parent = ""
    aliases: Annotated[tuple[LongName, ...], Field(max_length=20)] = ()
    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-85, le=85)]
