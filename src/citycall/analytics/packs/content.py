"""What a pack says: plain numbers and names, as they were when it was made.

Kept as JSON, so that a paper laid before a meeting never changes, whatever becomes of the facts.
Shares are 0 to 1; coordinates are degrees; names are in the city's own language. None means that
it is not known, and is told as that.
"""

from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from citycall.core.errors import Conflict
from citycall.meetings.rules import Period

FORMAT: Final = 1
_STRICT = ConfigDict(extra="forbid", ser_json_inf_nan="null")
# What a figure is against its own noise.
BETTER: Final = "better"
WORSE: Final = "worse"
USUAL: Final = "usual"
MOVED: Final = "moved"
UNKNOWN: Final = "unknown"


class UnreadablePaper(Conflict):
    """The paper was written by another version than this one reads."""

    code = "unreadable_paper"


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Days:
    """Days from the first to the last, both included."""

    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Spot:
    """One period of a series: its last day and what was measured; none where nothing was."""

    until: date
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Figure:
    """One measure of the agency, or of one of its services, against itself.

    ``good`` is "up", "down" or empty where neither is better. ``low`` and ``high`` are the control
    limits that the periods of ``series`` before the last one set; none where there are too few.
    ``size`` is how many requests or reports it was measured on.
    """

    measure: str
    name: str
    unit: str
    good: str
    service: str
    value: float | None
    size: int | None
    before: float | None
    year: float | None
    low: float | None
    high: float | None
    verdict: str
    series: tuple[Spot, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class ServiceLine:
    """Two weeks of a service: what came, what was done, and what is left."""

    service: str
    received: int
    received_before: int | None
    completed: int
    on_time: float | None
    median_days: float | None
    open: int
    late: int
    reopened: int


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class LateLine:
    """One request whose date has gone by; ``place`` is empty where it is not for everyone."""

    number: str
    service: str
    team: str
    area: str
    place: str
    due_on: date
    days_late: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class LateList:
    """The longest late, so many of ``total``."""

    total: int
    lines: tuple[LateLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class RepeatLine:
    """A place where the same trouble returned so often within a year."""

    id: int
    place: str
    service: str
    times: int
    last_on: date
    state: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class RepeatList:
    """The most frequent, so many of ``total``."""

    total: int
    lines: tuple[RepeatLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class FalseClosures:
    """How often what was called done was not, from the random checks of ``days``.

    ``rate``, ``low`` and ``high`` are none where too few were checked. ``to_look_at`` look false
    and are not decided yet.
    """

    days: Days
    rate: float | None
    low: float | None
    high: float | None
    checked: int
    tried: int
    completed: int
    disputed: int
    confirmed: int
    to_look_at: int


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class AreaLine:
    """How one area was served; ``low`` and ``high`` are the bounds of ``value`` by chance."""

    area: str
    size: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Fairness:
    """One measure by the areas of a layer, over ``days``; ``adjusted`` for the mix of services.

    ``lines`` are those of ``areas`` that have enough requests, the worst served first.
    """

    measure: str
    name: str
    unit: str
    good: str
    layer: str
    days: Days
    adjusted: bool
    whole: float | None
    areas: int
    lines: tuple[AreaLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class CrewLine:
    """A crew's two weeks in minutes: what fits, what was planned, and what of it was done.

    ``spent`` is from beginning to end as crews told it, of the ``timed`` orders of which they did.
    """

    crew: str
    people: int
    capacity: int
    planned: int
    done: int
    orders: int
    orders_done: int
    spent: int
    timed: int


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Staffing:
    """What is known of the agency's people at work, and ``unknown``: what is not on record."""

    working_days: int
    crews: tuple[CrewLine, ...]
    waiting_orders: int
    waiting_minutes: int
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Mark:
    """One point of a map; ``weight`` is how often."""

    longitude: float
    latitude: float
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class AreaCount:
    """So many of a map's things in one area; the name is empty for those in none."""

    area: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Map:
    """Where things are: the ``marks`` that have a public place, of ``total``, and all by area."""

    marks: tuple[Mark, ...]
    total: int
    by_area: tuple[AreaCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class PromiseLine:
    """A commitment as it stood when the paper was made; ``measured`` is its measure's value."""

    id: int
    what: str
    owner: str
    due_on: date
    first_due_on: date
    carried: int
    state: str
    late: bool
    evidence_kind: str
    evidence: str
    goal: float | None
    at_most: bool
    unit: str
    measured: float | None
    outcome: str
    promised_on: date


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Pack:
    """Everything that is laid before one meeting."""

    format: int
    agency: str
    agency_name: str
    meeting_on: date
    days: Days
    days_before: Days
    days_year: Days
    as_of: datetime
    figures: tuple[Figure, ...]
    progress: tuple[Figure, ...]
    improvement: tuple[Figure, ...]
    moved: tuple[Figure, ...]
    judged: int
    too_few: int
    services: tuple[ServiceLine, ...]
    late: LateList
    repeats: RepeatList
    closures: FalseClosures
    fairness: tuple[Fairness, ...]
    staffing: Staffing
    late_map: Map
    repeat_map: Map
    outlines: tuple[tuple[tuple[float, float], ...], ...]
    commitments: tuple[PromiseLine, ...]


_READER: Final = TypeAdapter(Pack)


def plain(pack: Pack) -> dict[str, Any]:
    """The pack as JSON keeps it."""
    told: dict[str, Any] = _READER.dump_python(pack, mode="json")
    return told


def read(content: dict[str, Any]) -> Pack:
    """A pack as it was kept; raises ``UnreadablePaper`` for one of another format."""
    if content.get("format") != FORMAT:
        raise UnreadablePaper(_("This paper was made by another version of CityCall."))
    return _READER.validate_python(content)


def days_of(period: Period) -> Days:
    """A period as a pack names it."""
    return Days(since=period.since, until=period.until)
