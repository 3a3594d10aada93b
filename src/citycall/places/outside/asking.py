"""From words to candidates of the outside geocoder that the city chose, or to none."""

import logging
import time
from collections import Counter
from collections.abc import Hashable, Mapping
from functools import lru_cache
from importlib.metadata import version

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic_core import from_json

from citycall.core.phrases import spoken
from citycall.places import coordinates
from citycall.places.candidates import Candidate
from citycall.places.geocoder_settings import Geocoder
from citycall.places.index import AreaIndex
from citycall.places.outside.arcgis import ArcGIS
from citycall.places.outside.census import Census
from citycall.places.outside.circuit import Circuit
from citycall.places.outside.fetching import Busy, Refused, Unanswered, fetch
from citycall.places.outside.findings import Box, Find, Misread, Provider, Question
from citycall.places.outside.memory import Memory
from citycall.places.outside.nominatim import Nominatim
from citycall.places.outside.pelias import Pelias
from citycall.places.outside.photon import Photon
from citycall.places.outside.wording import words_to_send
from citycall.places.queries import areas

# Never enough to be taken without a person choosing it, always enough to be shown.
MOST_CONFIDENT, LEAST_CONFIDENT = 0.6, 0.4
# What lying near the person's surroundings is worth, and how near that is.
NEARNESS, NEAR_M = 0.05, 1_500.0
# Each place further down the geocoder's own list is believed this much less.
STEP_DOWN = 0.01
# The box around the city's middle in which is looked; what is outside the city is dropped later.
HALF_BOX_DEGREES = 0.5
MOST_FINDS = 20
# The public server of OpenStreetMap takes one question a second.
SLOW_HOSTS = {"nominatim.openstreetmap.org": 1.0}

PROVIDERS: dict[str, type[Provider]] = {
    "nominatim": Nominatim,
    "photon": Photon,
    "pelias": Pelias,
    "arcgis": ArcGIS,
    "census": Census,
}

log = logging.getLogger(__name__)


def search(
    words: str, *, near: coordinates.Point | None = None, limit: int = 8
) -> tuple[Candidate, ...]:
    """Places in the city that the outside geocoder finds for these words, best first.

    None while no geocoder is chosen, and none when it does not answer in time: the log and
    ``counts`` tell. The candidates are never sure enough to count as clear, and their ``reason``
    names whom the result owes credit. ``near``, a (longitude, latitude), is used for the order
    and not sent. Not for search as one types: providers forbid it.
    """
    geocoder: Geocoder | None = settings.CITYCALL_GEOCODER
    sent = words_to_send(words)
    if geocoder is None or not sent:
        return ()
    index = areas()
    desk = _desk(geocoder)
    finds = desk.ask(sent, box=_box(index))
    inside = [find for find in finds if index.inside_city(find.longitude, find.latitude)]
    candidates = [
        _candidate(find, index, geocoder, place=place, near=near)
        for place, find in enumerate(inside)
    ]
    return tuple(sorted(candidates, key=lambda each: -each.confidence)[:limit])


def attribution() -> str:
    """Whom the results owe credit, to be shown with them; empty while no geocoder is chosen."""
    geocoder: Geocoder | None = settings.CITYCALL_GEOCODER
    return PROVIDERS[geocoder.provider].attribution if geocoder else ""


def counts() -> Mapping[str, int]:
    """How many questions of this process were answered, remembered, refused, or failed."""
    geocoder: Geocoder | None = settings.CITYCALL_GEOCODER
    return dict(_desk(geocoder).counted) if geocoder else {}


class _Desk:
    """Where one geocoder is asked: with its memory, its circuit breaker and its counters."""

    def __init__(self, geocoder: Geocoder) -> None:
        self.geocoder = geocoder
        self.provider = PROVIDERS[geocoder.provider]()
        self.memory: Memory[tuple[Find, ...]] = Memory()
        self.circuit = Circuit()
        self.counted: Counter[str] = Counter()
        self._asked_at = float("-inf")

    def ask(self, words: str, *, box: Box | None) -> tuple[Find, ...]:
        """The finds for these words, none where there is no answer."""
        language = spoken()
        key: Hashable = words.casefold(), box, language
        kept = self.memory.recall(key)
        if kept is not None:
            self.counted["remembered"] += 1
            return kept
        if self._too_soon() or not self.circuit.allows():
            self.counted["refused"] += 1
            return ()
        question = Question(
            words=words, box=box, limit=MOST_FINDS, area=self.geocoder.area, key=self.geocoder.key
        )
        finds = self._answer(question, language)
        if finds is None:
            return ()
        self.memory.keep(key, finds)
        return finds

    def _too_soon(self) -> bool:
        """Whether this server wants fewer questions; if not, one is asked now."""
        now = time.monotonic()
        if now - self._asked_at < SLOW_HOSTS.get(self.geocoder.host, 0.0):
            return True
        self._asked_at = now
        return False

    def _answer(self, question: Question, language: str) -> tuple[Find, ...] | None:
        begun = time.monotonic()
        try:
            finds = self._finds(question, language)
        except Busy as fault:
            self.circuit.undecided()
            why = str(fault)
        except Refused as fault:
            self.circuit.succeeded()
            why = str(fault)
        except Unanswered as fault:
            self.circuit.failed(rest=fault.rest_seconds)
            why = str(fault)
        except Misread as fault:
            self.circuit.failed()
            why = str(fault)
        else:
            self.circuit.succeeded()
            self.counted["answered"] += 1
            return finds
        self.counted["failed"] += 1
        took_ms = (time.monotonic() - begun) * 1000
        # Never the words: they may tell of a person.
        log.warning("No answer of %s after %.0f ms: %s.", self.geocoder.provider, took_ms, why)
        return None

    def _finds(self, question: Question, language: str) -> tuple[Find, ...]:
        body = fetch(
            f"{self.geocoder.url}{self.provider.path}",
            self.provider.parameters(question),
            headers=_headers(language),
            seconds=self.geocoder.seconds,
        )
        return tuple(self.provider.finds(_parsed(body)))[:MOST_FINDS]


@lru_cache(maxsize=8)
def _desk(geocoder: Geocoder) -> _Desk:
    return _Desk(geocoder)


def _parsed(body: bytes) -> object:
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Misread("no JSON") from None


def _headers(language: str) -> dict[str, str]:
    return {
        "User-Agent": f"CityCall/{version('citycall')} (+{settings.PUBLIC_URL})",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Accept-Language": language,
    }


def _box(index: AreaIndex) -> Box | None:
    if index.middle is None:
        return None
    longitude, latitude = index.middle
    return Box(
        west=longitude - HALF_BOX_DEGREES,
        south=latitude - HALF_BOX_DEGREES,
        east=longitude + HALF_BOX_DEGREES,
        north=latitude + HALF_BOX_DEGREES,
    )


def _candidate(
    find: Find,
    index: AreaIndex,
    geocoder: Geocoder,
    *,
    place: int,
    near: coordinates.Point | None,
) -> Candidate:
    point = find.longitude, find.latitude
    sure = LEAST_CONFIDENT + (MOST_CONFIDENT - LEAST_CONFIDENT - NEARNESS) * find.quality
    sure -= STEP_DOWN * place
    if near is not None and coordinates.distance_m(point, near) <= NEAR_M:
        sure += NEARNESS
    neighborhood = index.neighborhood_at(*point)
    return Candidate(
        kind=find.kind,
        code=f"outside:{geocoder.provider}:{find.code}",
        label=find.label,
        detail=neighborhood.name if neighborhood else "",
        longitude=find.longitude,
        latitude=find.latitude,
        accuracy_m=find.accuracy_m,
        confidence=round(min(max(sure, LEAST_CONFIDENT), MOST_CONFIDENT), 3),
        reason=_("found by an outside map (%(attribution)s)")
        % {"attribution": PROVIDERS[geocoder.provider].attribution},
    )
