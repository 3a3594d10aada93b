"""From what a resident typed or pointed at to a location of a kind that the service takes."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from citycall.core.errors import Faults
from citycall.places import outside, queries
from citycall.places.candidates import Answer, Candidate, Verdict
from citycall.places.coordinates import distance_m
from citycall.places.locations import Location
from citycall.places.models import LocationKind

MOST_CANDIDATES: Final = 6
# Longer than a place may be, so that the fault is found and said, yet not endless.
LONGEST_TYPED: Final = 1000
LONGEST_SEARCHED: Final = 300
# A device that is no surer than this does not say which of two places is meant.
EXACT_M: Final = 100.0
# A pin that lies further than this from the place that was named cannot mean it.
FAR_M: Final = 1_000.0

# How people write places, most telling first. What fits nothing is words, which always find
# a reader; the kind only helps that reader, so a wrong guess costs little.
_SHAPES: Final = (
    (LocationKind.SEGMENT, re.compile(r"\bbetween\b.+\band\b|\bblock of\b|\bfrom\b.+\bto\b", re.I)),
    (LocationKind.ADDRESS, re.compile(r"^\s*\d+[a-z]?\s+\w{2,}", re.I)),
    (LocationKind.INTERSECTION, re.compile(r"\w\s*(&|/|@|\band\b|\bat\b)\s*\w", re.I)),
)

Typed = tuple[str, str, str]
Found = Mapping[str, Any]


def search(words: str, *, pin: Typed) -> Answer:
    """The places that the words may mean; a pin nearby tips ties. No words mean no place.

    Where the city's own gazetteer knows none, an outside geocoder is asked, if there is one.
    """
    if not words.strip():
        return Answer(verdict=Verdict.NOTHING)
    asked, point = words[:LONGEST_SEARCHED], near(pin)
    answer = queries.search(asked, near=point, limit=MOST_CANDIDATES)
    if answer.verdict is not Verdict.NOTHING:
        return answer
    elsewhere = outside.search(asked, near=point, limit=MOST_CANDIDATES)
    return Answer(verdict=Verdict.ASK, candidates=elsewhere) if elsewhere else answer


def chosen(answer: Answer, *, code: str, pin: Typed) -> Candidate | None:
    """The candidate that is meant beyond doubt: picked by its code, pinned, or clear by itself."""
    found = answer.candidates
    picked = [each for each in found if code and each.code == code]
    if picked:
        return picked[0]
    if answer.verdict is Verdict.CLEAR:
        return found[0]
    if answer.verdict is Verdict.ASK and is_exact(pin):
        at_pin = [each for each in found if metres_away(each, pin) <= max(each.accuracy_m, EXACT_M)]
        return at_pin[0] if len(at_pin) == 1 else None
    return None


def metres_away(place: Candidate, pin: Typed) -> float:
    """How far the pin is from the place; 0 without a pin."""
    point = near(pin)
    return distance_m((place.longitude, place.latitude), point) if point else 0.0


def as_found(place: Candidate) -> dict[str, Any]:
    """What is remembered of the place that was chosen."""
    return {
        "code": place.code,
        "kind": place.kind.value,
        "label": place.label,
        "detail": place.detail,
        "longitude": place.longitude,
        "latitude": place.latitude,
        "accuracy_m": place.accuracy_m,
    }


def at_pin(pin: Typed) -> dict[str, str] | None:
    """What is remembered of what lies where the pin is, if there is one and it is in the city."""
    point = near(pin)
    if point is None or not queries.areas().inside_city(*point):
        return None
    # Kept with the request, for crews and everyone: in the city's language, whoever reports.
    with translation.override(settings.LANGUAGE_CODE):
        around = queries.surroundings(*point)
    kind = LocationKind.ADDRESS if around.address else around.kind
    return {"words": around.words, "kind": kind.value}


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


def is_plain_address(words: str) -> bool:
    """Whether the words are a house number and street in a city whose streets are not loaded."""
    return _shape(words) is LocationKind.ADDRESS and not queries.GAZETTEER.get().blocks.codes


def location_of(
    *,
    place: str,
    directions: str,
    point: Typed,
    found: Found | None,
    kind: str,
    accepted: Sequence[str],
    pointed: Found | None = None,
) -> Location | None:
    """The location that was told, or none where nothing was; raises ``Faults``.

    A pin or a point from the reporter's own device stands before that of a named place they
    chose, which is the middle of something that may be large. ``pointed`` are the ``words`` and
    the ``kind`` of what lies at the point, which name the place where the person typed nothing.
    """
    longitude, latitude, accuracy = _point(point)
    if found is not None:
        pinned = longitude is not None
        return Location(
            kind=_kind_of(found, pinned=pinned, accepted=accepted),
            longitude=longitude if pinned else found["longitude"],
            latitude=latitude if pinned else found["latitude"],
            accuracy_m=accuracy if pinned else found.get("accuracy_m"),
            place=found["label"],
            directions=directions,
        )
    if not (place.strip() or directions.strip() or longitude is not None):
        return None
    guess = likely_kind(place, accepted=accepted, pointed=longitude is not None)
    if pointed and not place.strip():
        place = pointed["words"]
        guess = LocationKind(pointed["kind"]) if pointed["kind"] in accepted else guess
        guess = LocationKind.POINT if LocationKind.POINT in accepted or not accepted else guess
    return Location(
        kind=LocationKind(kind) if kind in LocationKind.values else guess or LocationKind.WORDS,
        longitude=longitude,
        latitude=latitude,
        accuracy_m=accuracy,
        place=place,
        directions=directions,
    )


def _kind_of(found: Found, *, pinned: bool, accepted: Collection[str]) -> LocationKind:
    kind = LocationKind(found["kind"])
    if accepted and kind not in accepted and pinned and LocationKind.POINT in accepted:
        return LocationKind.POINT
    return kind


def what_is_needed(place: str, accepted: Collection[str]) -> str:
    """A sentence on what finds the problem, where the place alone does not."""
    ways = [str(_WAYS[LocationKind(kind)]()) for kind in accepted]
    return _("“%(place)s” does not tell the crew which one it is. Please give %(ways)s.") % {
        "place": place,
        "ways": _(" or ").join(ways),
    }


_WAYS: Final = {
    LocationKind.ASSET: lambda: _("the number on the pole, stop or sign"),
    LocationKind.POINT: lambda: _("a pin on the map"),
    LocationKind.ADDRESS: lambda: _("a house number and street"),
    LocationKind.INTERSECTION: lambda: _("two streets that meet"),
    LocationKind.SEGMENT: lambda: _("a street between two corners"),
    LocationKind.LANDMARK: lambda: _("the name of a park or place"),
    LocationKind.AREA: lambda: _("the name of a neighborhood"),
    LocationKind.WORDS: lambda: _("your own words"),
}


def far_from(found: Found, pin: Typed) -> float | None:
    """How many metres the pin is from the place that was named, where it cannot mean it."""
    point = near(pin)
    if point is None:
        return None
    metres = distance_m((found["longitude"], found["latitude"]), point)
    reach = max(FAR_M, 3 * float(found.get("accuracy_m") or 0.0)) + _number(pin[2])
    return metres if metres > reach else None


def near(pin: Typed) -> tuple[float, float] | None:
    """The pin's (longitude, latitude), if it can be read as a point on earth."""
    try:
        longitude, latitude, _accuracy = _point(pin)
    except Faults:
        return None
    if longitude is None or latitude is None:
        return None
    return (longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else None


def is_exact(pin: Typed) -> bool:
    """Whether there is a pin that was put by hand or by a device that is sure of it."""
    return near(pin) is not None and _number(pin[2]) <= EXACT_M


def _number(text: str) -> float:
    try:
        return float(text.strip() or 0)
    except ValueError:
        return 0.0


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
