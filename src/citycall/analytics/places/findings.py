"""What was found, as it is kept and told: plain values, and one file that is replaced whole."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

FORMAT: Final = 1
_FILE: Final = "places.json"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A place and a time at which one service was needed far more than its usual there.

    ``areas`` are the ids of areas that hold its requests, with how many, the most first; ``until``
    is its last day, and ``going_on`` says that this is the last day that was looked at.
    ``chance`` is that of such a cluster anywhere among this service's requests by chance alone.
    """

    service: int
    agency: int
    areas: tuple[tuple[int, int], ...]
    longitude: float
    latitude: float
    radius_m: int
    hexagons: tuple[str, ...]
    since: date
    until: date
    going_on: bool
    observed: int
    expected: float
    chance: float
    requests: tuple[int, ...]

    @property
    def factor(self) -> float:
        """How many times as much as expected."""
        return self.observed / max(self.expected, 1e-9)


@dataclass(frozen=True, slots=True)
class Turn:
    """A series that lies on another level since a day: ``measure`` is received, or days.

    ``by`` is service, agency, team or area, and ``key`` its id. ``before`` and ``after`` are what a
    week counted, or the days that were typical; ``factor`` with its 95% interval is apart from the
    season. It lies between ``earliest`` and ``latest``, with 95% confidence.
    """

    measure: str
    by: str
    key: int
    agency: int | None
    since: date
    earliest: date
    latest: date
    factor: float
    low: float
    high: float
    before: float
    after: float
    chance: float


@dataclass(frozen=True, slots=True)
class StormDays:
    """Days on which many services surged: what they received, and what would have been usual.

    ``late`` of its services' requests of these days were late, or are late by now; about
    ``late_by_storm`` of them are requests that only the storm brought.
    """

    first: date
    last: date
    services: tuple[int, ...]
    received: int
    usual: float
    late: int
    late_by_storm: float
    chance: float


@dataclass(frozen=True, slots=True)
class Topic:
    """A word, or two, that far more people use lately than before, in the language of reports.

    ``reporters`` people used it lately, of ``of`` who wrote in this language; ``before`` of
    ``before_of`` in the weeks before. ``service`` is that of most of their requests.
    """

    term: str
    language: str
    reporters: int
    of: int
    before: int
    before_of: int
    service: int
    agency: int
    strength: float
    chance: float


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one look found, and what it looked at.

    ``first`` and ``last`` are the days of the study; ``late`` counts what is or was late among its
    requests, ``late_by_storm`` about how many of those only storms brought. ``words_since`` is the
    first day of the words that are lately told.
    """

    made_at: datetime
    facts: str
    first: date
    last: date
    services: int
    series: int
    late: int = 0
    late_by_storm: float = 0.0
    terms: int = 0
    words_since: date | None = None
    clusters: tuple[Cluster, ...] = ()
    turns: tuple[Turn, ...] = ()
    storms: tuple[StormDays, ...] = ()
    topics: tuple[Topic, ...] = ()
    format: int = field(default=FORMAT)


_KINDS: Final[Mapping[str, type]] = {
    "clusters": Cluster,
    "turns": Turn,
    "storms": StormDays,
    "topics": Topic,
}


def keep(found: Findings) -> Path:
    """Let these be the present findings: a reader sees the old ones or these, nothing between."""
    folder = Path(settings.ANALYTICS)
    folder.mkdir(parents=True, exist_ok=True)
    beside, path = folder / f"{_FILE}.{os.getpid()}.next", folder / _FILE
    with beside.open("w") as file:
        json.dump(asdict(found), file, default=_plain)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return path


def present() -> Findings | None:
    """The present findings; none before the first look, or where an older format is kept."""
    path = Path(settings.ANALYTICS) / _FILE
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return _read(path, state.st_mtime_ns, state.st_ino)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, number: int) -> Findings | None:
    told = json.loads(path.read_text())
    if told.get("format") != FORMAT:
        return None
    for name, kind in _KINDS.items():
        told[name] = tuple(_made(kind, each) for each in told[name])
    return _made(Findings, told)  # type: ignore[no-any-return]


def _made(kind: type, told: Mapping[str, Any]) -> Any:
    """One of the plain kinds, with days and tuples as they were."""
    return kind(**{each.name: _value(each.type, told[each.name]) for each in fields(kind)})


def _value(kind: Any, told: Any) -> Any:
    if told is None:
        return None
    if kind is datetime:
        return datetime.fromisoformat(told)
    if kind in (date, date | None):
        return date.fromisoformat(told)
    if isinstance(told, list):
        return tuple(tuple(each) if isinstance(each, list) else each for each in told)
    return told


def _plain(value: Any) -> Any:
    return value.isoformat()
