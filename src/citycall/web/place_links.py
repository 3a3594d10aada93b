"""Links that begin a report at a place: ``/report?place=`` with its code, or with any words."""

from dataclasses import dataclass
from typing import Any, Final

from citycall.places import named
from citycall.places.candidates import Candidate
from citycall.web.telling import Telling

FIELD: Final = "place"
LONGEST: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPlace:
    """What a link says of the place; ``place`` where the gazetteer knows its code."""

    asked: str
    label: str
    place: Candidate | None


def read(asked: str) -> LinkedPlace | None:
    """The place that a link names; any other text is taken for words that say where it is."""
    plain = "".join(letter if letter.isprintable() else " " for letter in asked[:LONGEST]).strip()
    if not plain:
        return None
    known = named.known(plain)
    if known is None:
        return LinkedPlace(asked=plain, label=plain, place=None)
    return LinkedPlace(asked=plain, label=known.label, place=known.candidate)


def take(kept: Telling, linked: LinkedPlace) -> None:
    """Mean this place instead of any told before."""
    if linked.label == kept.place:
        return
    kept.place, kept.kind, kept.directions, kept.joins = linked.label, "", "", ""
    kept.longitude = kept.latitude = kept.accuracy = ""
    kept.found = kept.decided = kept.pointed = kept.taken_at = None
    kept.done = [step for step in kept.done if step not in {"where", "known"}]
    if linked.place is not None:
        kept.take_place(linked.place)


def shown(asked: str) -> dict[str, Any]:
    """For the first page's template: the place of its address, if it names one."""
    return {"linked": read(asked)}
