"""Where a report is: from coordinates, an address in words, or both, to a kind the service takes.

A program cannot be asked what it meant, so a kind that fits is chosen for it.
"""

import re
from collections.abc import Collection, Iterator
from math import isfinite
from typing import Final

from django.utils.translation import gettext as _

from citycall.core.errors import Faults
from citycall.open311.posted_body import Posted
from citycall.places.candidates import Candidate, Surroundings, Verdict
from citycall.places.locations import PLACE_LENGTH, Location
from citycall.places.models import LocationKind
from citycall.places.queries import search, surroundings

LATITUDE: Final = ("lat", "latitude")
LONGITUDE: Final = ("long", "lon", "lng", "longitude")
WORDS: Final = ("address_string", "address")
_ID: Final = "address_id"
PLACE_NAMES: Final = frozenset({*LATITUDE, *LONGITUDE, *WORDS, _ID})

_NUMBER: Final = re.compile(r"[+-]?(\d{1,3}([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,2})?", re.ASCII)
# How people write places, most telling first; what fits nothing is words.
_SHAPES: Final = (
    (LocationKind.SEGMENT, re.compile(r"\bbetween\b.+\band\b|\bblock of\b|\bfrom\b.+\bto\b", re.I)),
    (LocationKind.ADDRESS, re.compile(r"\s*\d+[a-z]?\s+([nesw]\W*\s)?\w{2,}", re.I)),
    (LocationKind.INTERSECTION, re.compile(r"\w\s*(&|/|@|\band\b|\bat\b)\s*\w", re.I)),
)
Point = tuple[float, float]


def location_of(
    posted: Posted, *, accepted: Collection[LocationKind], faults: dict[str, str]
) -> Location | None:
    """The location that was sent, or none; what is wrong with it is added to ``faults``.

    ``accepted`` are the kinds that the service takes, none meaning all.
    """
    before = len(faults)
    point = _point(posted, faults)
    words = posted.one(*WORDS)
    if len(words) > PLACE_LENGTH:
        faults[posted.name_of(*WORDS)] = _("Please use at most %(limit)d characters.") % {
            "limit": PLACE_LENGTH
        }
    if len(faults) > before:
        return None
    try:
        return _location(posted, words, point, accepted, faults)
    except Faults as error:
        faults[name_of_place(posted)] = " ".join(error.faults.values())
        return None


def name_of_place(posted: Posted) -> str:
    """The parameter that said where it is, or should have."""
    return posted.name_of(*LATITUDE, *LONGITUDE, *WORDS, _ID)


def _location(
    posted: Posted,
    words: str,
    point: Point | None,
    accepted: Collection[LocationKind],
    faults: dict[str, str],
) -> Location | None:
    if point is not None:
        return _at_point(words, point, accepted)
    asked = words or posted.one(_ID)[:PLACE_LENGTH]
    if not asked:
        return None
    answer = search(asked, limit=2)
    if answer.verdict is Verdict.CLEAR:
        return _at_candidate(answer.candidates[0], accepted)
    if not words:
        faults[_ID] = _("This address is not known here. Please send lat and long.")
        return None
    return Location(kind=_kind_of_words(words, accepted), place=words)


def _at_point(words: str, point: Point, accepted: Collection[LocationKind]) -> Location:
    """The point stands; words name it, and where there are none, what lies there does."""
    longitude, latitude = point
    kind = _shape(words) if words else LocationKind.POINT
    kind = LocationKind.POINT if kind is LocationKind.WORDS else kind
    around = None
    if not words:
        around = surroundings(longitude, latitude)
        words = around.words[:PLACE_LENGTH]
    elif accepted and kind not in accepted:
        # The words may mean what the service asks for, such as the number of a pole.
        answer = search(words, near=point, limit=2)
        kind = answer.candidates[0].kind if answer.verdict is Verdict.CLEAR else kind
    kind = _fitting(kind, point, accepted, around=around)
    return Location(kind=kind, longitude=longitude, latitude=latitude, place=words)


def _at_candidate(place: Candidate, accepted: Collection[LocationKind]) -> Location:
    point = (place.longitude, place.latitude)
    return Location(
        kind=_fitting(place.kind, point, accepted),
        longitude=place.longitude,
        latitude=place.latitude,
        accuracy_m=place.accuracy_m,
        place=place.label,
        directions=place.directions,
    )


def _fitting(
    kind: LocationKind,
    point: Point,
    accepted: Collection[LocationKind],
    *,
    around: Surroundings | None = None,
) -> LocationKind:
    """An accepted kind that is true of the point; ``kind`` itself where there is none."""
    if not accepted or kind in accepted:
        return kind
    if LocationKind.POINT in accepted:
        return LocationKind.POINT
    true = _true_of(around or surroundings(*point))
    return next((each for each in true if each in accepted), kind)


def _true_of(around: Surroundings) -> Iterator[LocationKind]:
    if around.address:
        yield LocationKind.ADDRESS
    yield around.kind
    if around.cross_street:
        yield LocationKind.INTERSECTION
    if around.address or around.cross_street:
        yield LocationKind.SEGMENT
    if around.park or around.feature:
        yield LocationKind.LANDMARK
    if around.areas:
        yield LocationKind.AREA
    yield LocationKind.WORDS


def _kind_of_words(words: str, accepted: Collection[LocationKind]) -> LocationKind:
    kind = _shape(words)
    likely = (kind, LocationKind.WORDS, LocationKind.LANDMARK)
    return next((each for each in likely if not accepted or each in accepted), kind)


def _shape(words: str) -> LocationKind:
    return next((kind for kind, shape in _SHAPES if shape.search(words)), LocationKind.WORDS)


def _point(posted: Posted, faults: dict[str, str]) -> Point | None:
    """The coordinates as (longitude, latitude), where both were sent and can be read."""
    found: list[float] = []
    for names in (LONGITUDE, LATITUDE):
        told = posted.one(*names)
        number = _number(told)
        if number is not None:
            found.append(number)
        elif told:
            faults[posted.name_of(*names)] = _("Please send degrees, such as 39.29 or -76.61.")
    if len(found) == 2:
        return found[0], found[1]
    if len(found) == 1 and not faults.keys() & {*LATITUDE, *LONGITUDE}:
        missing = LONGITUDE if posted.one(*LATITUDE) else LATITUDE
        faults[missing[0]] = _("A point needs both lat and long.")
    return None


def _number(told: str) -> float | None:
    if not _NUMBER.fullmatch(told):
        return None
    number = float(told.replace(",", "."))
    return number if isfinite(number) else None
