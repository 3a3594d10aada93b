"""All forecasts of a city with their backtest, made at once, as one table and what is told of it.

The table has a row for each series and week: ``level`` (city, agency, service, area, service_area),
``layer`` of areas, ``id`` of the agency, service or area, ``service`` (of a service_area, else 0),
``week`` (1 to 4; 0: all four together) with its first and last day, ``expected`` requests, ``low``
and ``high`` of the 80% interval (null where no interval can be said), ``before`` (the four weeks
before, a week's quarter of them) and ``year_before`` (the same week 52 weeks earlier; null where
not known). Teams are a layer of areas here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa

from citycall.analytics.forecasts import backtest, expecting, intervals, workload
from citycall.analytics.forecasts.backtest import COLUMNS, LEAST_A_WEEK, Tried
from citycall.analytics.forecasts.expecting import Expected
from citycall.analytics.forecasts.weeks import (
    AGENCY,
    AHEAD,
    AREA,
    CITY,
    SERVICE,
    TEAMS,
    WEEK,
    Floats,
    History,
    Ints,
)
from citycall.analytics.forecasts.workload import Work

# With less nothing is forecast at all.
LEAST_WEEKS: Final = 8


class TooLittleKnown(ValueError):
    """There are fewer than ``LEAST_WEEKS`` whole weeks to learn from."""


@dataclass(frozen=True, slots=True)
class Made:
    """Forecasts as a table, and what is told of them: days, backtest, workload; as JSON."""

    table: pa.Table
    about: Mapping[str, Any]


def make(past: History, *, work: Work | None = None) -> Made:
    """Forecast the next four weeks at every level, and try it on the past.

    ``work`` is needed where the history has a layer of teams. Raises ``TooLittleKnown``.
    """
    if past.weeks < LEAST_WEEKS:
        raise TooLittleKnown(past.weeks)
    now = expecting.expect(past)
    trials = backtest.trials(past)
    agency_ids, agencies = expecting.agency_matrix(past)
    tables, told = [], []
    for level, layer in expecting.levels_of(past):
        means = backtest.with_sum(now.of_level(level, layer, agencies))
        series = backtest.real_series(past, level, layer, agencies)
        one = next((t for t in trials.levels if (t.level, t.layer) == (level, layer)), None)
        held, known = backtest.judged(one) if one is not None else (None, ())
        if one is not None and held is not None:
            told += _told(one, held)
        ids, services = _ids(past, level, layer, agency_ids)
        bounds = _bounds(one, known, means)
        tables.append(_rows(past, (level, layer), ids, services, means, bounds, series))
    about = {
        "until": past.until.isoformat(),
        "since": past.starts()[0].isoformat(),
        "weeks": past.weeks,
        "kept": now.kept,
        "origins": [(past.until - (past.weeks - w) * WEEK).isoformat() for w in trials.when],
        "backtest": told,
        "workload": _workload(past, work, now, trials) if work is not None else None,
    }
    return Made(pa.concat_tables(tables), about)


def _ids(past: History, level: str, layer: str, agencies: Sequence[int]) -> tuple[Ints, Ints]:
    """The id of every series of a level, and its service (0: not of one)."""
    if level == CITY:
        ids: Sequence[int] = (0,)
    elif level == AGENCY:
        ids = agencies
    else:
        ids = past.services if level == SERVICE else past.layers[layer].ids
    if level in (CITY, AGENCY, SERVICE, AREA):
        return np.array(ids), np.zeros(len(ids), np.int64)
    count = len(past.services)
    return np.tile(np.array(ids), count), np.repeat(np.array(past.services), len(ids))


def _bounds(
    one: Tried | None, known: Sequence[intervals.Calibration], means: Floats
) -> tuple[Floats, Floats]:
    """Low and high ends; nan where nothing was tried, or too little is expected to say."""
    low, high = np.full(means.shape, np.nan), np.full(means.shape, np.nan)
    if one is None or not len(one.rows):
        return low, high
    said = np.flatnonzero(means[:, -1] >= AHEAD * LEAST_A_WEEK)
    for column, calibration in enumerate(known):
        # A series too small to be tried then varies as the others do on average.
        excess = np.full(len(means), float(np.mean(calibration.excess)))
        excess[one.rows] = calibration.excess
        fitting = replace(calibration, excess=excess[said])
        low[said, column], high[said, column] = fitting.bounds(means[said, column])
    return low, high


def _rows(
    past: History,
    of: tuple[str, str],
    ids: Ints,
    services: Ints,
    means: Floats,
    bounds: tuple[Floats, Floats],
    series: Floats,
) -> pa.Table:
    kept = np.flatnonzero((means[:, -1] >= AHEAD * LEAST_A_WEEK) | (services == 0))
    count, weeks = len(kept), np.array([*range(1, AHEAD + 1), 0])
    before = series[:, -AHEAD:].sum(axis=1, keepdims=True)
    before = np.concatenate([np.repeat(before / AHEAD, AHEAD, axis=1), before], axis=1)
    year = np.full(means.shape, np.nan)
    if past.weeks >= 52:
        year = backtest.with_sum(series[:, -52 : AHEAD - 52])
    starts = [past.until + n * WEEK for n in range(AHEAD)]
    ends = [start + timedelta(days=6) for start in starts]

    def flat(values: Floats) -> pa.Array:
        column = values[kept].ravel()
        return pa.array(column, mask=np.isnan(column))

    def days(each: list[date], together: date) -> pa.Array:
        return pa.array([*each, together] * count, pa.date32())

    return pa.table(
        {
            "level": pa.array([of[0]] * (count * COLUMNS)).dictionary_encode(),
            "layer": pa.array([of[1]] * (count * COLUMNS)).dictionary_encode(),
            "id": np.repeat(ids[kept], COLUMNS),
            "service": np.repeat(services[kept], COLUMNS),
            "week": np.tile(weeks, count),
            "starts_on": days(starts, starts[0]),
            "ends_on": days(ends, ends[-1]),
            "expected": flat(means),
            "low": flat(bounds[0]),
            "high": flat(bounds[1]),
            "before": flat(before),
            "year_before": flat(year),
        }
    )


def _told(one: Tried, held: Floats) -> list[dict[str, Any]]:
    """How one level did, by week: for the table that is shown."""
    if not len(one.rows):
        return []
    ours, naive = backtest.errors(one)
    judged = ~np.isnan(held[:, :, 0])
    return [
        {
            "level": one.level,
            "layer": one.layer,
            "week": week,
            "series": len(one.rows),
            "origins": len(one.means),
            "judged": int(judged.any(axis=1).sum()),
            "mase": _number(ours[column]),
            "naive": {str(season): _number(each[column]) for season, each in naive.items()},
            "held": _number(float(np.nanmean(held[:, :, column])) if judged.any() else np.nan),
        }
        for column, week in enumerate([*range(1, AHEAD + 1), 0])
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _workload(past: History, work: Work, now: Expected, trials: backtest.Trials) -> dict[str, Any]:
    """The course of every team as lists, and how such courses did."""
    none = np.zeros((0, 0))
    tried = {
        weeks: made.of_level(AREA, TEAMS, none)
        for weeks, made in zip(trials.when, trials.made, strict=True)
    }
    found, trial = workload.course(work, now.of_level(AREA, TEAMS, none), tried)
    teams = [
        {
            "team": team,
            "open": int(work.open_now[row]),
            "coming": found.coming[row].round(2).tolist(),
            "ended": found.ended[row].round(2).tolist(),
            "after": found.open[row].round(2).tolist(),
            "low": found.low[row].round(2).tolist(),
            "high": found.high[row].round(2).tolist(),
            "capacity": round(float(found.capacity[row]), 2),
            "grows": bool(found.grows[row]),
            "shrinks": bool(found.shrinks[row]),
        }
        for row, team in enumerate(past.layers[TEAMS].ids)
    ]
    did = trial and {
        "origins": trial.origins,
        "error": trial.error.round(3).tolist(),
        "unchanged": trial.unchanged.round(3).tolist(),
        "held": trial.held.round(4).tolist(),
    }
    return {"teams": teams, "trial": did}
