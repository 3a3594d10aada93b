"""Forecasts as they would have been made week after week, against what then came. Pure.

Every origin knows only what was known then, its intervals too: they are calibrated on forecasts
whose four weeks were over. The yardsticks are the same week a year before (season 52) and the
week before (season 1); errors are scaled by how much a week differed from the one before in the
known past (MASE), so that series of all sizes count alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from citycall.analytics.forecasts import expecting, intervals
from citycall.analytics.forecasts.expecting import Expected, added
from citycall.analytics.forecasts.intervals import Calibration
from citycall.analytics.forecasts.weeks import AHEAD, AREA, SERVICE_AREA, Floats, History, Ints

# Each of the four weeks, and all four together.
COLUMNS: Final = AHEAD + 1
SEASONS: Final = (52, 1)
MOST_ORIGINS: Final = 64
# Before a whole year is known no season of a year is; two months are enough for the rest.
FIRST_WITH_YEAR: Final = 54
FIRST_WITHOUT: Final = 8
# So many forecasts with a known outcome, before an interval is said.
WARMING: Final = 8
# Requests a week, below which a series is not forecast by itself.
LEAST_A_WEEK: Final = 0.5


@dataclass(frozen=True, slots=True)
class Tried:
    """One level's forecasts: arrays of origins by series by columns; what was naive by season."""

    level: str
    layer: str
    rows: Ints
    means: Floats
    real: Floats
    naive: dict[int, Floats]
    scale: Floats


def origins(weeks: int) -> range:
    """After how many weeks forecasts are tried; empty where too little is known."""
    last = weeks - AHEAD
    with_year = last - FIRST_WITH_YEAR + 1 >= WARMING + AHEAD
    first = FIRST_WITH_YEAR if with_year else FIRST_WITHOUT
    return range(max(first, last - MOST_ORIGINS + 1), last + 1)


@dataclass(frozen=True, slots=True)
class Trials:
    """After how many weeks forecasts were tried, what was expected then, and level by level."""

    when: tuple[int, ...]
    made: tuple[Expected, ...]
    levels: tuple[Tried, ...]


def trials(past: History) -> Trials:
    """Every level's forecasts from every origin; none where too little is known."""
    when = tuple(origins(past.weeks))
    if not when:
        return Trials((), (), ())
    made = tuple(expecting.expect(past, weeks=weeks) for weeks in when)
    _ids, agencies = expecting.agency_matrix(past)
    levels = (_tried(past, *of, when, made, agencies) for of in expecting.levels_of(past))
    return Trials(when, made, tuple(levels))


def _tried(
    past: History,
    level: str,
    layer: str,
    when: Sequence[int],
    made: Sequence[Expected],
    agencies: Floats,
) -> Tried:
    series = real_series(past, level, layer, agencies)
    known = series[:, : when[0]]
    rows = np.flatnonzero(known[:, -52:].mean(axis=1) >= LEAST_A_WEEK)
    series = series[rows]
    seasons = [s for s in SEASONS if when[0] >= s]
    return Tried(
        level,
        layer,
        rows,
        np.stack([with_sum(one.of_level(level, layer, agencies)[rows]) for one in made]),
        np.stack([with_sum(series[:, w : w + AHEAD]) for w in when]),
        {s: np.stack([_naive(series, w, s) for w in when]) for s in seasons},
        _scale(series[:, : when[0]]),
    )


def real_series(past: History, level: str, layer: str, agencies: Floats) -> Floats:
    """What was received, series by weeks."""
    if level == SERVICE_AREA:
        cells = past.layers[layer].counts
        return np.asarray(cells.reshape(-1, past.weeks), dtype=np.float64)
    if level == AREA:
        return np.asarray(past.layers[layer].counts.sum(axis=0), dtype=np.float64)
    return added(past.received.astype(float), level, agencies)


def with_sum(weeks: Floats) -> Floats:
    """The weeks with their sum as a last column."""
    return np.concatenate([weeks, weeks.sum(axis=1, keepdims=True)], axis=1)


def _naive(series: Floats, weeks: int, season: int) -> Floats:
    """The same week a season ago; all four together as the four weeks that long ago."""
    columns = [weeks + ahead - season * -(-(ahead + 1) // season) for ahead in range(AHEAD)]
    back = max(season, AHEAD)
    together = series[:, weeks - back : weeks - back + AHEAD].sum(axis=1, keepdims=True)
    return np.concatenate([series[:, columns], together], axis=1)


def _scale(known: Floats) -> Floats:
    """How much a week differs from the one before, and four weeks from the four before."""
    apart = np.abs(np.diff(known, axis=1)).mean(axis=1)
    sums = np.lib.stride_tricks.sliding_window_view(known, AHEAD, axis=1).sum(axis=2)
    together = np.abs(sums[:, AHEAD:] - sums[:, :-AHEAD]).mean(axis=1)
    return np.column_stack([apart] * AHEAD + [together])


def judged(one: Tried) -> tuple[Floats, list[Calibration]]:
    """Whether each interval held (nan where none could be said), and the calibrations now."""
    count = len(one.means)
    deep = np.full(one.means.shape, np.nan)
    held = np.full(one.means.shape, np.nan)
    last: list[Calibration] = []
    for column in range(COLUMNS):
        for place in range(WARMING + AHEAD - 1, count):
            # The four weeks of later origins are not over.
            known = _calibration(one, deep, place - AHEAD + 1, column)
            means = one.means[place, :, column]
            found = intervals.scores(one.real[place, :, column], means, known.excess)
            deep[place, :, column] = found
            held[place, :, column] = found >= known.tail(means)
        last.append(_calibration(one, deep, count, column))
    return held, last


def _calibration(one: Tried, deep: Floats, over: int, column: int) -> Calibration:
    return intervals.calibrated(
        one.real[:over, :, column].T, one.means[:over, :, column].T, deep[:over, :, column].T
    )


def errors(one: Tried) -> tuple[Floats, dict[int, Floats]]:
    """Our scaled error by column, and that of the yardstick of each season: means of all series.

    Series that never changed have no scale and are left out; nan where no others are.
    """
    good = one.scale.min(axis=1) > 0
    if not good.any():
        nothing = np.full(COLUMNS, np.nan)
        return nothing, dict.fromkeys(one.naive, nothing)

    def scaled(told: Floats) -> Floats:
        missed = np.abs(told - one.real)[:, good].mean(axis=0)
        return np.asarray((missed / one.scale[good]).mean(axis=0))

    return scaled(one.means), {season: scaled(naive) for season, naive in one.naive.items()}
