"""A team's year of work, read from the facts."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from citycall.analytics.facts import area_column
from citycall.analytics.fairness.cells import Facts, Floats
from citycall.analytics.fairness.crews import DAYS, WEEKS, Load, weekday_shares
from citycall.core import clock

# Of a week of which more is still open, nobody knows yet how long it took.
MOST_OPEN: Final = 0.1
_MINE: Final = "NOT is_merged AND team = $team"
_SINCE: Final = f"{_MINE} AND received_on >= $first AND received_on < $last"
_DAYS: Final = "(epoch(least(coalesce(ended_at, $until), $until)) - epoch(received_at)) / 86400"


def read(facts: Facts, *, team: int, layer: str, as_of: datetime) -> Load:
    """The 52 weeks before the day of ``as_of`` (naive UTC); requests of the areas of a layer."""
    last = as_of.replace(tzinfo=UTC).astimezone(clock.city_zone()).date()
    first = last - timedelta(days=DAYS)
    values = {"team": team, "first": first, "last": last, "until": as_of}
    standing = facts.sql(
        "SELECT count(*) FILTER (received_on < $first AND coalesce(ended_on, $last) >= $first) "
        "AS before, coalesce(sum(greatest(0, epoch(least(coalesce(ended_at, $until), $until, "
        "$last::TIMESTAMP)) - epoch(greatest(received_at, $first::TIMESTAMP)))), 0) / 86400 "
        f"AS open_days, coalesce(quantile_cont({_DAYS}, 0.1) FILTER (received_on >= $first "
        f"AND received_on < $last), 0) AS floor FROM requests WHERE {_MINE}",
        values,
    ).to_pylist()[0]
    took, of = _weeks(facts, values)
    return Load(
        arrived=_days(facts, values, first),
        open_before=float(standing["before"]),
        mean_open=float(standing["open_days"]) / DAYS,
        floor=max(float(standing["floor"]), 0.0),
        weekday=weekday_shares(_ended(facts, values)),
        begins=first.weekday(),
        took=took,
        of=of,
        areas=_areas(facts, values, layer),
    )


def _days(facts: Facts, values: dict[str, object], first: date) -> Floats:
    found = facts.sql(
        f"SELECT received_on - $first AS day, count(*) AS n FROM requests WHERE {_SINCE} "
        "GROUP BY ALL",
        {name: values[name] for name in ("team", "first", "last")},
    )
    counted = np.zeros(DAYS)
    counted[found["day"].to_numpy().astype(np.int64)] = found["n"].to_numpy()
    return counted


def _weeks(facts: Facts, values: dict[str, object]) -> tuple[Floats, Floats]:
    found = facts.sql(
        f"SELECT (received_on - $first) // 7 AS week, avg({_DAYS}) AS days, count(*) AS n, "
        f"avg(is_open::INTEGER) AS open FROM requests WHERE {_SINCE} GROUP BY ALL",
        values,
    )
    took, of = np.full(WEEKS, np.nan), np.zeros(WEEKS)
    week = found["week"].to_numpy().astype(np.int64)
    done = found["open"].to_numpy() <= MOST_OPEN
    took[week[done]] = found["days"].to_numpy()[done]
    of[week] = found["n"].to_numpy()
    return took, of


def _ended(facts: Facts, values: dict[str, object]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    found = facts.sql(
        f"SELECT isodow(ended_on) AS day, count(*) AS n FROM requests WHERE {_MINE} "
        "AND ended_on >= $first AND ended_on < $last GROUP BY ALL",
        {name: values[name] for name in ("team", "first", "last")},
    )
    counted = np.zeros(7, dtype=np.int64)
    counted[found["day"].to_numpy().astype(np.int64) - 1] = found["n"].to_numpy()
    return counted


def _areas(facts: Facts, values: dict[str, object], layer: str) -> dict[int, int]:
    column = area_column(layer)
    found = facts.sql(
        f"SELECT {column} AS area, count(*) AS n FROM requests WHERE {_SINCE} "
        f"AND {column} IS NOT NULL GROUP BY ALL",
        {name: values[name] for name in ("team", "first", "last")},
    )
    return {int(row["area"]): int(row["n"]) for row in found.to_pylist()}
