"""A photo knows where it was taken: offered as the place, never taken unasked."""

from typing import Any, Final

from citycall.pages import place_words
from citycall.places import queries
from citycall.places.coordinates import Point, distance_m
from citycall.web.telling import Telling

# A photo taken this near to what was told says nothing new.
NEAR_M: Final = 100.0


def offer(told: Telling, taken_at: Point) -> dict[str, Any] | None:
    """The photo's point and what lies there, where it is in the city and not where was told."""
    if not queries.areas().inside_city(*taken_at) or _is_near(told, taken_at):
        return None
    longitude, latitude = taken_at
    words = queries.surroundings(longitude, latitude).words
    return {"words": words, "point": f"{longitude},{latitude}"}


def offered(told: Telling) -> dict[str, Any] | None:
    """The place of the photo that the report began with, until something was said of it."""
    taken = told.taken_at
    return offer(told, (taken[0], taken[1])) if taken else None


def accept(told: Telling, sent: str) -> None:
    """Mean the place that a page offered, which it sends as ``longitude,latitude``."""
    longitude, _comma, latitude = sent[:60].partition(",")
    told.taken_at = None
    take(told, longitude, latitude)


def take(told: Telling, longitude: str, latitude: str) -> None:
    """Mean the photo's place: its point, with the person's words where they named no other."""
    pin = (longitude, latitude, "")
    if place_words.near(pin) is None:
        return
    if told.chosen or told.longitude:
        told.place, told.directions, told.found, told.decided, told.kind = "", "", None, None, ""
    told.longitude, told.latitude, told.accuracy = pin
    told.pointed = place_words.at_pin(pin)
    told.joins = ""
    told.done = [step for step in told.done if step != "known"]


def _is_near(told: Telling, taken_at: Point) -> bool:
    point = place_words.near(told.pin)
    reach = NEAR_M
    if point is None and told.chosen:
        point = told.chosen["longitude"], told.chosen["latitude"]
        reach = max(reach, float(told.chosen.get("accuracy_m") or 0.0))
    return point is not None and distance_m(point, taken_at) <= reach
