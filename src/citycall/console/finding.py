"""An old matter, found by whatever its caller remembers: number, phone, name, place or words."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from citycall.calls.policies import PERMISSIONS as CALLS
from citycall.contacts import queries as contacts
from citycall.contacts.models import Contact
from citycall.core import numbers
from citycall.core.actors import Actor
from citycall.core.misheard import meant
from citycall.pages import place_words
from citycall.places.candidates import Candidate, Verdict
from citycall.service_requests import checks, published, queries
from citycall.service_requests.cells import Box
from citycall.service_requests.models import Report

MOST: Final = 20
LONGEST: Final = 300
# A place's own surroundings: what was reported there may have been pinned across the street.
_AROUND_M: Final = 120.0
_METRES_A_DEGREE: Final = 111_320.0
_CONTACTS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One report that may be meant, with its number as it is written."""

    number: str
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """What one way of looking found; ``by`` names the way."""

    by: str
    lines: Sequence[Line]
    place: str = ""


def find(text: str, *, by: Actor) -> list[Pile]:
    """The piles of reports that a text leads to, the surest first; at most twenty in each.

    A right number leads to one report and nothing else is looked for. A number with a slip leads
    to those one slip away that exist. Who reported what is found by phone and name for those who
    take calls, and for nobody else. Raises ``NotAllowed`` for those who may read no requests.
    """
    asked = " ".join(text[:LONGEST].replace("\x00", "").split())
    if not asked:
        return []
    if number := _number(asked):
        return _piles(("number", queries.told_as([number], by=by)))
    slips = meant(asked)
    phone = checks.clean_phone(asked, faults={}) if _is_phone(asked) else ""
    if phone or slips:
        return _piles(
            ("slip", queries.told_as(slips, by=by)),
            ("phone", _of(contacts.with_phone(phone).order_by("-id")[:_CONTACTS], by=by)),
        )
    place, near = _near(asked)
    return [
        *_piles(("name", _of(contacts.named(asked), by=by))),
        *_piles(("place", _reports(near, by=by)), place=place),
        *_piles(("words", _reports(_with_words(asked), by=by))),
    ]


def _of(people: Iterable[Contact], *, by: Actor) -> list[Report]:
    if not CALLS["take"].allows(by, agency_id=None):
        return []
    return queries.told_by(people, by=by, limit=MOST)


def _number(text: str) -> int | None:
    try:
        return numbers.read(text)
    except numbers.BadNumber:
        return None


def _is_phone(text: str) -> bool:
    return bool(re.fullmatch(r"\+?[\d\s().\-/]{7,25}", text))


def _near(text: str) -> tuple[str, list[int]]:
    """The place that the text names, and the requests around it, latest first."""
    answer = place_words.search(text, pin=("", "", ""))
    if answer.verdict is Verdict.NOTHING or not answer.candidates[0].confidence:
        return "", []
    place = answer.candidates[0]
    rows = published.listed(published.Asked(box=_box(place), limit=MOST))
    return place.label, [row.id for row in rows]


def _box(place: Candidate) -> Box:
    reach = max(place.accuracy_m, _AROUND_M) / _METRES_A_DEGREE
    wide = reach / math.cos(math.radians(place.latitude))
    return Box(
        west=place.longitude - wide,
        south=place.latitude - reach,
        east=place.longitude + wide,
        north=place.latitude + reach,
    )


def _with_words(text: str) -> list[int]:
    return [row.id for row in published.listed(published.Asked(text=text, limit=MOST))]


def _reports(request_ids: list[int], *, by: Actor) -> list[Report]:
    return queries.first_reports(request_ids, by=by) if request_ids else []


def _piles(*found: tuple[str, Iterable[Report]], place: str = "") -> list[Pile]:
    piles = []
    for way, reports in found:
        lines = [Line(number=numbers.show(each.number), report=each) for each in reports]
        if lines:
            piles.append(Pile(by=way, lines=lines, place=place))
    return piles
