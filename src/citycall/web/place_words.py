"""From what a resident typed about a place to a location of a kind that the service takes."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from citycall.core.errors import Faults
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.places.queries import FoundPlace, find_places
from citycall.places.words import fold

__all__ = [
    "FoundPlace",
    "as_found",
    "candidates",
    "kind_of",
    "likely_kind",
    "location_of",
    "the_one_named",
]

MOST_CANDIDATES: Final = 6
# Longer than a place may be, so that the fault is found and said, yet not endless.
LONGEST_TYPED: Final = 1000

# How people write places, most telling first. What fits nothing is words, which always find
# a reader; the kind only helps that reader, so a wrong guess costs little.
_SHAPES: Final = (
    (LocationKind.SEGMENT, re.compile(r"\bbetween\b.+\band\b|\bblock of\b|\bfrom\b.+\bto\b", re.I)),
    (LocationKind.ADDRESS, re.compile(r"^\s*\d+[a-z]?\s+\w{2,}", re.I)),
    (LocationKind.INTERSECTION, re.compile(r"\w\s*(&|/|@|\band\b|\bat\b)\s*\w", re.I)),
)

Typed = tuple[str, str, str]


def likely_kind(words: str, *, accepted: Collection[str], pointed: bool) -> LocationKind | None:
    """The kind that these words, with or without a point, seem to be; none where it must be asked.

    ``accepted`` are the kinds that the service takes, none meaning all.
    """
    guess = LocationKind.POINT if pointed and not words.strip() else _shape(words)
    if not accepted or guess in accepted:
        return guess
    for fallback in (LocationKind.WORDS, LocationKind.LANDMARK):
        if guess == LocationKind.WORDS and fallback in accepted:
            return fallback
    if pointed and LocationKind.POINT in accepted:
        return LocationKind.POINT
    return LocationKind(next(iter(accepted))) if len(accepted) == 1 else None


def candidates(words: str, *, accepted: Collection[str]) -> list[FoundPlace]:
    """Named places that the words may mean, best first; a house number is taken as written."""
    if _shape(words) is LocationKind.ADDRESS:
        return []
    found = find_places(words, limit=MOST_CANDIDATES)
    return [place for place in found if not accepted or kind_of(place) in accepted]


def the_one_named(words: str, found: Sequence[FoundPlace]) -> FoundPlace | None:
    """The one of these places that bears exactly this name, if just one does."""
    named = [place for place in found if fold(words) in {fold(place.name), fold(place.label)}]
    return named[0] if len(named) == 1 else None


def kind_of(place: FoundPlace) -> LocationKind:
    """The location kind of a named place."""
    corner = place.kind == LocationKind.INTERSECTION
    return LocationKind.INTERSECTION if corner else LocationKind.LANDMARK


def as_found(place: FoundPlace) -> dict[str, Any]:
    """What is remembered of the place that was chosen."""
    return {
        "code": place.code,
        "kind": kind_of(place).value,
        "label": place.label,
        "longitude": place.longitude,
        "latitude": place.latitude,
    }


def location_of(
    *,
    place: str,
    directions: str,
    point: Typed,
    found: Mapping[str, Any] | None,
    kind: str,
    accepted: Sequence[str],
) -> Location | None:
    """The location that was told, or none where nothing was; raises ``Faults``.

    A point from the reporter's own device stands before that of a named place they chose, which
    is the middle of something that may be large.
    """
    longitude, latitude, accuracy = _point(point)
    if found is not None:
        return Location(
            kind=LocationKind(found["kind"]),
            longitude=found["longitude"] if longitude is None else longitude,
            latitude=found["latitude"] if latitude is None else latitude,
            accuracy_m=accuracy,
            place=found["label"],
            directions=directions,
        )
    if not (place.strip() or directions.strip() or longitude is not None):
        return None
    guess = likely_kind(place, accepted=accepted, pointed=longitude is not None)
    return Location(
        kind=LocationKind(kind) if kind in LocationKind.values else guess or LocationKind.WORDS,
        longitude=longitude,
        latitude=latitude,
        accuracy_m=accuracy,
        place=place,
        directions=directions,
    )


def _shape(words: str) -> LocationKind:
    return next((kind for kind, shape in _SHAPES if shape.search(words)), LocationKind.WORDS)


def _point(typed: Typed) -> tuple[float | None, float | None, float | None]:
    if not typed[0].strip() and not typed[1].strip():
        return None, None, None
    try:
        longitude, latitude = float(typed[0]), float(typed[1])
        return longitude, latitude, float(typed[2]) if typed[2].strip() else None
    except ValueError:
        raise Faults(
            {"location": _("The location of your device could not be read. Please describe it.")}
        ) from None
