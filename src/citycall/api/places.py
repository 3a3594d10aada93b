"""Where things are: the search of places, and what lies at a point."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from citycall.api.conditions import conditional
from citycall.api.cursors import Listed
from citycall.api.keys import ANYBODY
from citycall.api.parameters import (
    POINT_PATTERN,
    Latitude,
    Limit,
    Longitude,
    Words,
    numbers,
)
from citycall.api.telling import told
from citycall.core.errors import Faults
from citycall.places import queries
from citycall.places.candidates import Candidate
from citycall.places.index import AreaRef

router = Router(tags=["Places"], auth=ANYBODY)
_CACHE: Final = "public, max-age=60"


class PlaceSearch(BaseModel):
    """What is looked for."""

    words: Words = Field(description="Whatever a person says of where it is.", min_length=1)
    near: str = Field(
        "", pattern=rf"{POINT_PATTERN}|^$", description="`longitude,latitude` that tips ties."
    )
    limit: Limit = Field(8, description="At most this many candidates.")


class Spot(BaseModel):
    """A point."""

    longitude: Longitude
    latitude: Latitude


class AreaOut(BaseModel):
    """An area of a layer, such as a neighborhood."""

    layer: str
    code: str
    name: str


class CandidateOut(BaseModel):
    """A place that the words may mean; `confidence` runs from 0 to 1."""

    kind: str
    code: str
    label: str
    detail: str
    longitude: float
    latitude: float
    accuracy_m: float
    confidence: float
    reason: str
    directions: str = Field(description="What the words said besides the place.")


class FoundOut(BaseModel):
    """The candidates, best first, and the verdict.

    `clear`: the first one is meant. `ask`: let the person choose. `nothing`: none fits.
    """

    verdict: str
    candidates: list[CandidateOut]


class SurroundingsOut(BaseModel):
    """What lies at a point, for a crew to find it; what is not known is empty."""

    kind: str
    words: str = Field(description="The most telling of it in one line.")
    address: str
    cross_street: str
    park: str
    feature: str
    side: str
    distance_m: float
    inside_city: bool
    areas: list[AreaOut]


@router.get(
    "/places",
    **told("search_places", "Find a place by words", gives=FoundOut, conditional=True),
)
def search(request: HttpRequest, asked: Query[PlaceSearch]) -> HttpResponse:
    """Addresses, corners, blocks, parks, fields, numbers of poles and stops, in any mixture."""

    def make() -> Any:
        near = _point(asked.near) if asked.near else None
        answer = queries.search(asked.words, near=near, limit=min(asked.limit, 50))
        return {
            "verdict": answer.verdict.value,
            "candidates": [_candidate(each) for each in answer.candidates],
        }

    return conditional(request, make, cache=_CACHE)


@router.get(
    "/places/at",
    **told("get_place_at", "What lies at a point", gives=SurroundingsOut, conditional=True),
)
def at(request: HttpRequest, spot: Query[Spot]) -> HttpResponse:
    """The address, park or corner at a point, and the areas that hold it."""

    def make() -> Any:
        around = queries.surroundings(spot.longitude, spot.latitude)
        return {
            "kind": around.kind.value,
            "words": around.words,
            "address": around.address,
            "cross_street": around.cross_street,
            "park": around.park,
            "feature": around.feature,
            "side": around.side,
            "distance_m": around.distance_m,
            "inside_city": queries.areas().inside_city(spot.longitude, spot.latitude),
            "areas": [area_told(area) for area in around.areas],
        }

    return conditional(request, make, cache=_CACHE)


@router.get(
    "/areas",
    **told("list_areas", "The areas of the city", gives=Listed[AreaOut], conditional=True),
)
def areas(request: HttpRequest) -> HttpResponse:
    """Every area of every layer, as `layer/code` names it in filters."""
    index = queries.areas()

    def make() -> Any:
        found = [area for layer in index.layers for area in index.of_layer(layer)]
        return {"items": [area_told(area) for area in found if not area.retired]}

    return conditional(request, make, pulse=index, cache=_CACHE)


def area_told(area: AreaRef) -> dict[str, str]:
    """An area as this door tells it."""
    return {"layer": area.layer, "code": area.code, "name": area.name}


def area_named(name: str) -> int:
    """The id of the area that is written ``layer/code``; raises ``Faults`` for an unknown one."""
    layer, _slash, code = name.partition("/")
    index = queries.areas()
    found = index.find(layer, code) if layer in index.layers else None
    if found is None:
        raise Faults({"area": _("There is no such area.")})
    return found.id


def _point(near: str) -> tuple[float, float]:
    longitude, latitude = numbers(near)
    if not (abs(longitude) <= 180 and abs(latitude) <= 85):
        raise Faults({"near": _("This point is not on earth.")})
    return longitude, latitude


def _candidate(place: Candidate) -> dict[str, Any]:
    return {
        "kind": place.kind.value,
        "code": place.code,
        "label": place.label,
        "detail": place.detail,
        "longitude": place.longitude,
        "latitude": place.latitude,
        "accuracy_m": place.accuracy_m,
        "confidence": place.confidence,
        "reason": place.reason,
        "directions": place.directions,
    }
