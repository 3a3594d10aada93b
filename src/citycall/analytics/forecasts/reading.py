"""The weeks that forecasts learn from, read of the facts."""

from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from citycall.agencies.queries import directory
from citycall.analytics.facts import area_column
from citycall.analytics.forecasts.weeks import (
    MOST_WEEKS,
    TEAMS,
    WEEK,
    Days,
    Floats,
    History,
    Ints,
    history,
)
from citycall.analytics.forecasts.workload import Work
from citycall.analytics.store import Facts
from citycall.core import clock

# Counted by day, so that whoever reads it may make weeks that end when they like.
_RECEIVED: Final = """
    SELECT service, coalesce({part}, 0) AS part, received_on AS day, count(*) AS count
    FROM requests WHERE NOT is_merged AND received_on >= ? AND received_on < ?
    GROUP BY ALL
"""
_ENDED: Final = """
    SELECT coalesce(team, 0) AS part, ended_on AS day, count(*) AS count
    FROM requests WHERE NOT is_merged AND ended_on >= ? AND ended_on < ?
    GROUP BY ALL
"""
_OPEN: Final = """
    SELECT coalesce(team, 0) AS part, count(*) AS count
    FROM requests WHERE NOT is_merged AND received_on < ? AND (ended_on IS NULL OR ended_on >= ?)
    GROUP BY ALL
"""


def read(facts: Facts) -> tuple[History, Work]:
    """The past by service, area and team until the last whole day, and the work of each team.

    Merged requests are left out: what they told of counts where they went.
    """
    until = last_day(facts)
    since = until - MOST_WEEKS * WEEK
    parts = {layer: area_column(layer) for layer in facts.about.layers} | {TEAMS: "team"}
    days = {
        layer: Days.of(**_columns(facts.sql(_RECEIVED.format(part=column), [since, until])))
        for layer, column in parts.items()
    }
    past = history(
        days, until=until, agencies=_agencies(facts), holidays=holidays(since, until + 5 * WEEK)
    )
    return past, _work(facts, past)


def last_day(facts: Facts) -> date:
    """The first day that is not known whole: the city's day on which the facts were read."""
    return facts.about.as_of.astimezone(clock.city_zone()).date()


def _columns(table: Any) -> dict[str, Any]:
    return {name: table[name].to_numpy() for name in table.column_names}


def _agencies(facts: Facts) -> dict[int, int]:
    told = facts.sql("SELECT id, agency FROM services").to_pydict()
    return dict(zip(told["id"], told["agency"], strict=True))


def _work(facts: Facts, past: History) -> Work:
    layer = past.layers[TEAMS]
    first = past.starts()[0] if past.weeks else past.until
    row = {team: number for number, team in enumerate(layer.ids)}
    ended = np.zeros((len(row), past.weeks))
    for part, day, count in _rows(facts.sql(_ENDED, [first, past.until])):
        if part in row:
            ended[row[part], (day - first).days // 7] += count
    waiting: Ints = np.zeros(len(row), np.int64)
    for part, count in _rows(facts.sql(_OPEN, [past.until, past.until])):
        if part in row:
            waiting[row[part]] = count
    received: Floats = layer.counts.sum(axis=0).astype(np.float64)
    return Work(received, ended, waiting)


def _rows(table: Any) -> Any:
    return zip(*table.to_pydict().values(), strict=True)


def holidays(first: date, until: date) -> frozenset[date]:
    """Days on which more than half of the agencies do not work that work on such weekdays."""
    known = directory()
    calendars = [
        known.calendar(agency.spec.calendar).spec
        for agency in known.agencies
        if agency.active and agency.spec.calendar
    ]
    days = (first + timedelta(days=n) for n in range((until - first).days))
    return frozenset(
        day for day in days if 2 * sum(c.holidays.holds(day) for c in calendars) > len(calendars)
    )
