"""The figures of a pack: each measure of the agency and of its services, against itself."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils import translation

from citycall.analytics.measures.book import MEASURES
from citycall.analytics.measures.measure import Better
from citycall.analytics.packs import noise
from citycall.analytics.packs.content import UNKNOWN, Figure, ServiceLine, Spot
from citycall.analytics.packs.fortnights import BACK, NOTHING, Fortnights, Series, Value, at_once
from citycall.analytics.store import Facts
from citycall.meetings.rules import PERIOD_DAYS

# Of the agency as a whole, in this order; and of each service.
WHOLE: Final = (
    "received", "completed", "open", "on-time", "days", "days-with-open", "verified", "disputed",
    "looks-false", "reopened", "repeats", "satisfaction", "first-contact", "returned", "redated",
)  # fmt: skip
EACH: Final = (
    "received", "completed", "open", "on-time", "days", "disputed", "looks-false", "reopened",
    "repeats", "returned", "redated",
)  # fmt: skip
# What is known of today only: the paper before says what it was then.
TODAY: Final = ("overdue", "backlog-age")
GOOD: Final = {Better.MORE: "up", Better.LESS: "down", Better.NEITHER: ""}

Where = Mapping[str, Sequence[Any]]
ByService = Mapping[str, Mapping[Any, Series]]


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was asked of the facts for one agency: series of it and of its services."""

    fortnights: Fortnights
    whole: Mapping[str, Series]
    services: ByService
    names: Mapping[int, str]
    today: Mapping[str, Value]
    overdue: Mapping[Any, Value]


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure, and how many standard deviations it is off; not a number where nobody knows."""

    figure: Figure
    z: float


def measure(facts: Facts, fortnights: Fortnights, agency_id: int) -> Measured:
    """Ask for every measure of the agency by fortnight, and by service."""
    where: Where = {"agency": [agency_id]}
    names = facts.sql("SELECT id, name FROM services").to_pylist()
    return Measured(
        fortnights=fortnights,
        whole={name: told[None] for name, told in fortnights.series(WHOLE, where).items()},
        services=fortnights.series(EACH, where, by=("service",)),
        names={row["id"]: row["name"] for row in names},
        today={name: at_once(facts, name, where).get(None, NOTHING) for name in TODAY},
        overdue=at_once(facts, "overdue", where, by=("service",)),
    )


def of_agency(found: Measured, *, last: Mapping[str, float | None]) -> list[Judged]:
    """The agency's own figures; ``last`` is what today's measures were in the paper before."""
    told = [figure(name, found.whole[name], found.fortnights) for name in WHOLE]
    today = [_today(name, found.today[name], last.get(name)) for name in TODAY]
    return told + [Judged(each, math.nan) for each in today]


def of_services(found: Measured) -> list[Judged]:
    """Every service's figures that can be judged or not, unordered."""
    return [
        figure(name, series, found.fortnights, service=found.names.get(service, ""))
        for name in EACH
        for service, series in found.services[name].items()
    ]


def figure(name: str, series: Series, fortnights: Fortnights, *, service: str = "") -> Judged:
    """One measure with its limits and verdict."""
    starts = fortnights.starts()
    told = [series.get(start, NOTHING) for start in starts]
    spec, now = MEASURES[name], told[-1]
    unit, good = spec.unit.value, GOOD[spec.better]
    values = [_known(each, unit) for each in told]
    value = values[-1]
    found = noise.limits(values, [each.size for each in told], unit=unit)
    shown = list(zip(starts, values, strict=True))[-noise.PERIODS - 1 :]
    # Reporters and checks have not spoken yet of the latest: no verdict on that.
    unripe = spec.ripens_weeks != 0
    moved = Figure(
        measure=name,
        name=title(name),
        unit=unit,
        good=good,
        service=service,
        value=value,
        size=now.size,
        before=values[-2],
        year=values[-1 - BACK],
        low=found.low if found else None,
        high=found.high if found else None,
        verdict=UNKNOWN if unripe else noise.verdict(value, found, good=good),
        series=tuple(
            Spot(until=start + timedelta(days=PERIOD_DAYS - 1), value=each) for start, each in shown
        ),
    )
    return Judged(moved, found.z if found and not unripe else math.nan)


def _known(each: Value, unit: str) -> float | None:
    """The value as a number; none where it rests on too few durations to say anything."""
    if each.value is None or not math.isfinite(each.value):
        return None
    if unit == "days" and each.size < noise.FEWEST_DURATIONS:
        return None
    return float(each.value)


def title(name: str) -> str:
    """The measure's title in the language that papers are kept in; said anew where it is read."""
    with translation.override(None):
        return str(MEASURES[name].title)


def _today(name: str, now: Value, before: float | None) -> Figure:
    spec = MEASURES[name]
    return Figure(
        measure=name,
        name=title(name),
        unit=spec.unit.value,
        good=GOOD[spec.better],
        service="",
        value=_known(now, spec.unit.value),
        size=now.size,
        before=before,
        year=None,
        low=None,
        high=None,
        verdict=UNKNOWN,
        series=(),
    )


def ranked(judged: Sequence[Judged], verdict: str) -> tuple[Figure, ...]:
    """Those of one verdict that are changes and not chance, the furthest off first."""
    really = noise.changed([each.z for each in judged])
    found = [
        each
        for each, changed in zip(judged, really, strict=True)
        if changed and each.figure.verdict == verdict
    ]
    found.sort(key=lambda each: (-abs(each.z), each.figure.service, each.figure.measure))
    return tuple(each.figure for each in found)


def _count(told: Value) -> int | None:
    return None if told.value is None else round(told.value)


def service_lines(found: Measured) -> tuple[ServiceLine, ...]:
    """What came in and went out by service, the most received first."""
    now, before = found.fortnights.starts()[-1], found.fortnights.starts()[-2]
    services = {key for series in found.services.values() for key in series} | set(found.overdue)

    def at(name: str, service: int, start: Any = now) -> Value:
        return found.services[name].get(service, {}).get(start, NOTHING)

    def count(name: str, service: int, start: Any = now) -> int:
        return round(at(name, service, start).value or 0)

    lines = [
        ServiceLine(
            service=found.names.get(service, ""),
            received=count("received", service),
            received_before=_count(at("received", service, before)),
            completed=count("completed", service),
            on_time=_known(at("on-time", service), "share"),
            median_days=_known(at("days", service), "days"),
            open=count("open", service),
            late=round(found.overdue.get(service, NOTHING).value or 0),
            reopened=round((at("reopened", service).value or 0) * at("reopened", service).size),
        )
        for service in services
    ]
    shown = [line for line in lines if line.received or line.completed or line.open or line.late]
    return tuple(sorted(shown, key=lambda line: (-line.received, -line.open, line.service)))
