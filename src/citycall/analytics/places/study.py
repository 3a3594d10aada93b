"""What is looked at: up to two years of whole weeks back from yesterday, read from the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from functools import cached_property
from typing import Any, Final

import h3.api.basic_int as h3
import numpy as np

from citycall.analytics.facts import area_column
from citycall.analytics.places.levels import Floats, Ints, Series
from citycall.analytics.places.scan import Cases
from citycall.analytics.store import Facts
from citycall.core import clock

MOST_WEEKS: Final = 104
# Hexagons about 350 metres across, and those of a single spot, about 50 metres.
HEXAGON: Final = 9
SPOT: Final = 11
_NEIGHBORHOODS: Final = "neighborhood"
# A moment's work is no day, but nothing has the logarithm of nothing.
A_MINUTE: Final = 1 / 1440


@dataclass(frozen=True)
class Shares:
    """Which part of a service's requests of a day something else explains: rows side by side."""

    service: list[int] = field(default_factory=list)
    day: list[date] = field(default_factory=list)
    share: list[float] = field(default_factory=list)

    def values(self) -> dict[str, list[Any]]:
        """As a statement asks for them."""
        return {"services": self.service, "days": self.day, "shares": self.share}


class Study:
    """The facts of the time that is looked at; days and weeks are counted from its first."""

    def __init__(self, facts: Facts, *, most_weeks: int = MOST_WEEKS) -> None:
        self.facts = facts
        now = facts.as_of.replace(tzinfo=UTC).astimezone(clock.city_zone())
        self.last = now.date() - timedelta(days=1)
        first = self._one("SELECT min(received_on) FROM requests")
        seen = (self.last - first).days + 1 if first else 0
        self.weeks = max(0, min(most_weeks, seen // 7))
        self.first = self.last - timedelta(days=7 * self.weeks - 1)

    def _one(self, statement: str) -> Any:
        return self.facts.sql(statement)[0][0].as_py()

    def day(self, number: int) -> date:
        """The day of this number."""
        return self.first + timedelta(days=number)

    def week(self, number: int) -> date:
        """The first day of the week of this number."""
        return self.day(7 * number)

    @property
    def _span(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.last}

    @cached_property
    def layer(self) -> str:
        """The layer of areas that places are told by: neighborhoods, or else the first."""
        layers = self.facts.about.layers
        named = [code for code in layers if code.startswith(_NEIGHBORHOODS)]
        return (*named, *layers, "")[0]

    @cached_property
    def agency_of(self) -> Mapping[int, int]:
        """Whose each service is."""
        rows = self.facts.sql("SELECT id, agency FROM services").to_pylist()
        return {row["id"]: row["agency"] for row in rows}

    @cached_property
    def agency_of_team(self) -> Mapping[int, int]:
        """Whose each team is."""
        rows = self.facts.sql("SELECT id, agency FROM teams").to_pylist()
        return {row["id"]: row["agency"] for row in rows}

    @cached_property
    def services(self) -> list[int]:
        """The services that anything was received for, by id."""
        rows = self.facts.sql(
            f"SELECT DISTINCT service FROM requests WHERE {_IN_TIME} ORDER BY 1",
            self._span,
        )
        return [int(each) for each in rows["service"].to_pylist()]

    def by_day(self) -> Ints:
        """How many requests were received, by service (in the order of ``services``) and day."""
        rows = self.facts.sql(
            f"""SELECT service, received_on - $first AS day, count(*) AS n FROM requests
            WHERE {_IN_TIME} GROUP BY ALL""",
            self._span,
        )
        place = {service: n for n, service in enumerate(self.services)}
        counts = np.zeros((len(place), 7 * self.weeks), dtype=np.int64)
        for service, day, n in zip(*(c.to_pylist() for c in rows.columns), strict=True):
            counts[place[service], day] = n
        return counts

    @cached_property
    def weekdays(self) -> Ints:
        """Which day of the week each day is, Monday 0."""
        return (self.first.weekday() + np.arange(7 * self.weeks)) % 7

    def cases(self, service: int) -> tuple[Cases, Floats]:
        """The problems of a service by hexagon and week, and where each was.

        One spot counts once a week: what many tell of is one problem, and what returns to one spot
        is a repeat place.
        """
        rows = self.facts.sql(
            f"""SELECT DISTINCT round(longitude, 5) AS x, round(latitude, 5) AS y,
                CAST(floor((received_on - $first) / 7) AS INTEGER) AS week
            FROM requests WHERE {_IN_TIME} AND service = $service AND longitude IS NOT NULL
                AND status NOT IN ('cancelled', 'referred') ORDER BY ALL""",
            {**self._span, "service": service},
        )
        x, y, week = (column.to_numpy() for column in rows.columns)
        spots = [h3.latlng_to_cell(b, a, SPOT) for a, b in zip(x, y, strict=True)]
        _known, once = np.unique(np.column_stack([spots, week]), axis=0, return_index=True)
        cells = [h3.cell_to_parent(spots[n], HEXAGON) for n in once.tolist()]
        hexagons, where = np.unique(np.array(cells, dtype=np.int64), return_inverse=True)
        found = Cases(hexagons.tolist(), where, week[once].astype(np.int64), self.weeks)
        return found, np.column_stack([x[once], y[once]])

    def received(self, by: str, apart: Shares) -> dict[int, Series]:
        """Requests received by week, by a column's value, without what ``apart`` explains."""
        rows = self._weekly(by, apart, "count(*)", "sum(1 - coalesce(a.share, 0))", "TRUE")
        found: dict[int, Series] = {}
        for key, week, _n, kept in rows:
            series = found.setdefault(key, Series(np.zeros(self.weeks), np.ones(self.weeks)))
            series.values[week] = kept
        return found

    def days_taken(self, by: str, apart: Shares) -> dict[int, Series]:
        """The mean logarithm of days to complete by week of receipt, by a column's value.

        Weeks are left out whose requests cannot all be done yet: those more recent than nine of
        ten needed.
        """
        log = f"ln(greatest(days_to_complete, {A_MINUTE}))"
        weight = "1 - coalesce(a.share, 0)"
        rows = self._weekly(
            by,
            apart,
            f"sum({weight})",
            f"sum(({weight}) * {log})",
            "days_to_complete IS NOT NULL",
        )
        settled = self._settled(by)
        found: dict[int, Series] = {}
        for key, week, weights, logs in rows:
            series = found.setdefault(
                key, Series(np.zeros(self.weeks), np.zeros(self.weeks), is_count=False)
            )
            if week < settled.get(key, 0) and weights > 1e-6:
                series.values[week] = logs / weights
                series.weight[week] = weights
        return found

    def _settled(self, by: str) -> dict[int, int]:
        """By value, the first week whose requests are too recent."""
        rows = self.facts.sql(
            f"""SELECT {by} AS key, quantile_cont(days_to_complete, 0.9) AS days FROM requests
            WHERE {_IN_TIME} AND {by} IS NOT NULL AND days_to_complete IS NOT NULL
            GROUP BY 1""",
            self._span,
        )
        return {row["key"]: self.weeks - 1 - int(row["days"] // 7) for row in rows.to_pylist()}

    def _weekly(
        self, by: str, apart: Shares, one: str, other: str, where: str
    ) -> Sequence[tuple[int, int, float, float]]:
        statement = f"""
        WITH apart AS (
            SELECT unnest($services::INTEGER[]) AS service, unnest($days::DATE[]) AS day,
                unnest($shares::DOUBLE[]) AS share
        )
        SELECT r.{by} AS key, CAST(floor((r.received_on - $first) / 7) AS INTEGER) AS week,
            {one} AS one, {other} AS other
        FROM requests r LEFT JOIN apart a ON a.service = r.service AND a.day = r.received_on
        WHERE {_IN_TIME} AND r.{by} IS NOT NULL AND {where}
        GROUP BY ALL ORDER BY ALL"""
        rows = self.facts.sql(statement, {**self._span, **apart.values()})
        return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))

    def area_column(self) -> str:
        """The column of the layer that places are told by; empty where there is none."""
        return area_column(self.layer) if self.layer else ""


_IN_TIME: Final = "received_on >= $first AND received_on <= $last AND NOT is_merged"
