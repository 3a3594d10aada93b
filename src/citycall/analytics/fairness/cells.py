"""The facts added up by area and service, which is all that the estimates read."""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from citycall.analytics.facts import area_column

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Parts of a problem's life in which interest is taken to be steady, in halves of the time that
# its service usually takes: what is told of after the last edge is left out.
EDGES: Final = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
SHORTEST_DAYS: Final = 1 / 24
# Open requests are counted by how long they have been open, in steps of so much on the log scale.
LOG_STEP: Final = 0.1
FIVE_MINUTES: Final = 5 / 1440


class Facts(Protocol):
    """What is asked of a published version of the facts."""

    def sql(self, statement: str, values: dict[str, Any] | None = None) -> Any:
        """The answer to a statement with named values, as an Arrow table."""


@dataclass(frozen=True)
class Standing:
    """How long problems stood and how often they were told of again, by area, service and part.

    ``exposure`` and ``further`` have the shape (areas, services, parts); exposure is in days.
    ``scale`` is the usual number of days of each service.
    """

    areas: Ints
    services: Ints
    scale: Floats
    requests: Ints
    exposure: Floats
    further: Ints


@dataclass(frozen=True)
class Shares:
    """Of how many requests how many were so, by area and service."""

    areas: Ints
    services: Ints
    of: Floats
    so: Floats


@dataclass(frozen=True)
class Days:
    """The logarithms of days until done, by area and service: number, sum and sum of squares.

    ``waiting`` has the shape (areas, services, steps): requests that were not done when last seen,
    by the logarithm of their days until then, whose middles are ``steps``.
    """

    areas: Ints
    services: Ints
    done: Floats
    total: Floats
    squares: Floats
    waiting: Floats
    steps: Floats


@dataclass(frozen=True, slots=True)
class Scope:
    """Which requests are added up: those of a time (naive UTC) that lie in an area of a layer.

    ``services`` are the only ones that count; none: all do.
    """

    layer: str
    since: datetime
    until: datetime
    services: Collection[int] | None = None

    @property
    def area(self) -> str:
        """The column of the layer's areas."""
        return area_column(self.layer)

    @property
    def where(self) -> str:
        """What is so of these rows of ``requests r``; it needs ``times``."""
        told = (
            f"NOT r.is_merged AND r.{self.area} IS NOT NULL "
            "AND r.received_at >= $since::TIMESTAMP AND r.received_at < $until::TIMESTAMP"
        )
        if self.services is None:
            return told
        listed = ", ".join(str(int(each)) for each in sorted(self.services))
        return f"{told} AND r.service IN ({listed})" if listed else f"{told} AND false"

    @property
    def times(self) -> dict[str, Any]:
        """The values that ``where`` names."""
        return {"since": _naive(self.since), "until": _naive(self.until)}


def _stood(scope: Scope) -> str:
    """Each problem with the days it stood: until first said to be done, ended, or now."""
    return f"""
    done AS (SELECT request, min(happened_at) AS at FROM steps WHERE kind = 'completed'
             GROUP BY request),
    lives AS (
        SELECT r.id, r.{scope.area} AS area, r.service,
               greatest(0, epoch(least(d.at, r.completed_at, r.ended_at, $until::TIMESTAMP))
                           - epoch(r.received_at)) / 86400 AS days
        FROM requests r LEFT JOIN done d ON d.request = r.id
        WHERE {scope.where}),
    scales AS (SELECT service, greatest({SHORTEST_DAYS}, median(days)) AS scale FROM lives
               GROUP BY service),
    stood AS (SELECT id, area, service, scale, days / scale AS life FROM lives
              JOIN scales USING (service))"""


def _within(value: str, low: float, high: float) -> str:
    return f"greatest(0, least({value}, {high}) - {low})"


def standing(facts: Facts, scope: Scope) -> Standing:
    """Exposure and further reports of the problems first told of in a time, by area of a layer."""
    parts = list(itertools.pairwise(EDGES))
    lasted = facts.sql(
        f"WITH {_stood(scope)} SELECT area, service, any_value(scale) AS scale, count(*) AS n, "
        + ", ".join(
            f"sum({_within('life', low, high)} * scale) AS part_{n}"
            for n, (low, high) in enumerate(parts)
        )
        + " FROM stood GROUP BY area, service",
        scope.times,
    )
    told = facts.sql(
        f"WITH {_stood(scope)}, told AS (SELECT s.area, s.service, s.life, "
        "t.hours_after_first / 24 / s.scale AS age "
        "FROM reports t JOIN stood s ON s.id = t.request WHERE t.further) "
        "SELECT area, service, "
        + ", ".join(
            f"count(*) FILTER (age >= {low} AND age < {high}) AS part_{n}"
            for n, (low, high) in enumerate(parts)
        )
        + " FROM told WHERE age < life GROUP BY area, service",
        scope.times,
    )
    areas, services = _ids(lasted, "area"), _ids(lasted, "service")
    names = [f"part_{n}" for n in range(len(parts))]
    place = _Places(areas, services)
    scale = np.ones(len(services))
    scale[np.searchsorted(services, lasted["service"].to_numpy())] = lasted["scale"].to_numpy()
    return Standing(
        areas=areas,
        services=services,
        scale=scale,
        requests=place(lasted, "n").astype(np.int64),
        exposure=np.stack([place(lasted, name) for name in names], axis=2),
        further=np.stack([place(told, name) for name in names], axis=2).astype(np.int64),
    )


def scatter(
    facts: Facts,
    scope: Scope,
    *,
    rates: Mapping[int, Floats],
    areas: Mapping[int, float],
) -> tuple[float, float]:
    """Squared differences from what was expected of each problem, and the sum expected.

    ``rates`` are further reports a day by service and part, ``areas`` factors by area. Were all
    problems of a service alike, both numbers would be about equal.
    """
    parts = list(itertools.pairwise(EDGES))
    by_service = ", ".join(
        f"({service}, {', '.join(repr(float(rate)) for rate in values)})"
        for service, values in rates.items()
    )
    by_area = ", ".join(f"({area}, {float(factor)!r})" for area, factor in areas.items())
    names = ", ".join(f"rate_{n}" for n in range(len(parts)))
    expected = " + ".join(
        f"rate_{n} * {_within('life', low, high)}" for n, (low, high) in enumerate(parts)
    )
    found = facts.sql(
        f"""WITH {_stood(scope)},
        rates(service, {names}) AS (VALUES {by_service}), factors(area, factor) AS
        (VALUES {by_area}),
        told AS (SELECT t.request, count(*) AS n FROM reports t JOIN stood s ON s.id = t.request
                 WHERE t.further
                   AND t.hours_after_first / 24 / s.scale < least(s.life, {EDGES[-1]})
                 GROUP BY t.request),
        each AS (SELECT factor * scale * ({expected}) AS m, coalesce(n, 0) AS n
                 FROM stood JOIN rates USING (service) JOIN factors USING (area)
                 LEFT JOIN told ON told.request = stood.id)
        SELECT sum((n - m) * (n - m)) AS squares, sum(m) AS expected FROM each""",
        scope.times,
    ).to_pylist()[0]
    return float(found["squares"] or 0), float(found["expected"] or 0)


_OF: Final = {
    # Late is what was done after its date, and what is open past it unless its clock stands still.
    "late": (
        "(r.on_time IS NOT NULL OR (r.is_open AND r.paused_at IS NULL AND r.due_at < $until))",
        "(r.on_time IS NULL OR NOT r.on_time)",
    ),
    "verified": ("r.completed_at IS NOT NULL", "r.confirmed"),
    "disputed": ("(r.completed_at IS NOT NULL OR r.disputed)", "r.disputed"),
}


def shares(facts: Facts, scope: Scope, *, what: str) -> Shares:
    """How many were ``late``, ``verified`` or ``disputed``, and of how many."""
    of, so = _OF[what]
    found = facts.sql(
        f"SELECT r.{scope.area} AS area, r.service, count(*) AS n, "
        f"count(*) FILTER ({so}) AS k FROM requests r WHERE {scope.where} AND {of} GROUP BY ALL",
        scope.times,
    )
    areas, services = _ids(found, "area"), _ids(found, "service")
    place = _Places(areas, services)
    return Shares(areas=areas, services=services, of=place(found, "n"), so=place(found, "k"))


def days(facts: Facts, scope: Scope) -> Days:
    """Days until done; what was cancelled, referred or is open took longer than until then."""
    seen = f"""
        SELECT r.{scope.area} AS area, r.service, r.completed_at IS NOT NULL AS done,
               ln(greatest({FIVE_MINUTES}, coalesce(r.days_to_complete,
                  (epoch(least(r.ended_at, $until::TIMESTAMP)) - epoch(r.received_at)) / 86400)))
               AS x
        FROM requests r WHERE {scope.where}"""
    known = facts.sql(
        f"SELECT area, service, count(*) FILTER (done) AS n, "
        "coalesce(sum(x) FILTER (done), 0) AS total, "
        f"coalesce(sum(x * x) FILTER (done), 0) AS squares FROM ({seen}) GROUP BY ALL",
        scope.times,
    )
    open_ones = facts.sql(
        f"SELECT area, service, CAST(floor(x / {LOG_STEP}) AS INTEGER) AS step, count(*) AS n "
        f"FROM ({seen}) WHERE NOT done GROUP BY ALL",
        scope.times,
    )
    areas, services = _ids(known, "area"), _ids(known, "service")
    place = _Places(areas, services)
    steps = np.unique(open_ones["step"].to_numpy()) if open_ones.num_rows else np.zeros(0)
    waiting = np.zeros((len(areas), len(services), len(steps)))
    rows, columns = place.of(open_ones)
    waiting[rows, columns, np.searchsorted(steps, open_ones["step"].to_numpy())] = open_ones[
        "n"
    ].to_numpy()
    return Days(
        areas=areas,
        services=services,
        done=place(known, "n"),
        total=place(known, "total"),
        squares=place(known, "squares"),
        waiting=waiting,
        steps=(steps + 0.5) * LOG_STEP,
    )


def _naive(at: datetime) -> datetime:
    """The facts' times are UTC without saying so."""
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _ids(table: pa.Table, name: str) -> Ints:
    return np.unique(table[name].to_numpy().astype(np.int64))


class _Places:
    """Puts a column of a table into a matrix by area and service."""

    def __init__(self, areas: Ints, services: Ints) -> None:
        self.areas, self.services = areas, services

    def of(self, table: pa.Table) -> tuple[Ints, Ints]:
        """Row and column of each."""
        return (
            np.searchsorted(self.areas, table["area"].to_numpy()),
            np.searchsorted(self.services, table["service"].to_numpy()),
        )

    def __call__(self, table: pa.Table, name: str) -> Floats:
        """The matrix of a column."""
        found = np.zeros((len(self.areas), len(self.services)))
        found[self.of(table)] = table[name].to_numpy()
        return found
