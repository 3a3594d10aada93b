"""What a search for a place answers: candidates with their reasons, and whether one is meant."""

from dataclasses import dataclass
from enum import StrEnum

from citycall.places.index import AreaRef
from citycall.places.models import LocationKind


class Verdict(StrEnum):
    """How sure the search is: one place is meant, a person must choose, or nothing fits."""

    CLEAR = "clear"
    ASK = "ask"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that some words may mean.

    ``code`` names it within the gazetteer; ``label`` is how it is shown (``Hooper's Field,
    Herring Run Park``); ``detail`` tells it from its like (``Field in Lauraville``);
    ``accuracy_m`` is the radius in metres within which the point is right; ``confidence`` runs
    from 0 to 1; ``reason`` says in a short phrase why it was found; ``directions`` are what the
    words said besides the place (``behind the playground``).
    """

    kind: LocationKind
    code: str
    label: str
    detail: str
    longitude: float
    latitude: float
    accuracy_m: float
    confidence: float
    reason: str
    directions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The candidates for some words, best first; ``CLEAR`` speaks of the first one."""

    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies at and around a point, for a crew to find it.

    ``words`` puts the most telling of it into one line (``Hooper's Field, Herring Run Park`` or
    ``2205 E Monument St, north side, 20 m east of N Chester St``); ``address``,
    ``cross_street``, ``park`` and ``feature`` are names or empty; ``side`` is the side of the
    street as a point of the compass or empty; ``distance_m`` is how far the named thing is.
    """

    kind: LocationKind
    words: str
    address: str = ""
    cross_street: str = ""
    park: str = ""
    feature: str = ""
    side: str = ""
    distance_m: float = 0.0
    areas: tuple[AreaRef, ...] = ()
