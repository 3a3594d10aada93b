"""What was told of a report before it is known what it is about: a photo, a place, words."""

from typing import Any

from citycall.core.errors import Faults
from citycall.places.locations import describe
from citycall.web import photo_point
from citycall.web.telling import Telling


def told(kept: Telling) -> dict[str, Any] | None:
    """For the first page: the photos, the place and the words so far; none where there are none."""
    place = place_of(kept)
    if not (kept.photos or place or kept.words.strip()):
        return None
    return {
        "photos": kept.photos,
        "place": place,
        "words": kept.words,
        "photo_place": photo_point.offered(kept),
    }


def place_of(kept: Telling) -> str:
    """The place that was told, in words; empty where there is none, or none that can be one."""
    try:
        location = kept.location()
    except Faults:
        return kept.place
    return describe(location) if location is not None else ""
