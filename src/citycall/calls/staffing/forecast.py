"""How many calls come in each half hour of coming days, learned from those of days gone by.

A day's number of calls is a Poisson regression on the sort of day (each weekday, holidays), the
seasons where the history is long enough to show them, and a level that follows the last weeks,
since later days count more. The hours of a day have the shape that its sort of day lately had.
Days that were far from usual, as in a storm, are told and not learned from; so a storm makes no
season, and what it was like can be asked for.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _
from sklearn.linear_model import PoissonRegressor

from citycall.core.errors import DomainError

Floats = npt.NDArray[np.float64]

HALF_HOURS: Final = 48
FEWEST_DAYS: Final = 14
_HOLIDAY: Final = 7
_SORTS: Final = 8
# After so many days a day counts half, for the level and for the shape of a day.
_LEVEL_DAYS: Final = 21.0
_SHAPE_DAYS: Final = 45.0
# A year and a half shows whether something comes back with the season.
_SEASONS_FROM_DAYS: Final = 540
_YEAR: Final = 365.2425
_WAVES: Final = 3
# How far a day is from what was expected, in usual deviations, to be called unusual.
_UNUSUAL: Final = 4.5
_ROUNDS: Final = 3
_FAR: Final = 2.0
# The regression's logarithms know no day without a call.
_HALF: Final = 0.5
_TRIED_WEEKS: Final = 12
# A weekday's shape leans on that of all working days as if those were so many days of its own.
_LEANING_DAYS: Final = 3.0


class TooShort(DomainError):
    """The history is too short to learn from."""

    code = "too_short"


@dataclass(frozen=True, slots=True)
class Unusual:
    """A day far from what was expected: ``ratio`` times as many calls came."""

    day: date
    ratio: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """A day's expected calls by half hour from midnight, and how far its sum may be from that.

    In eight of ten days the sum is between ``low`` and ``high``.
    """

    day: date
    half_hours: tuple[float, ...]
    low: float
    high: float

    @property
    def calls(self) -> float:
        """How many calls are expected in the whole day."""
        return sum(self.half_hours)


class Learned:
    """What a history of calls says about coming days."""

    def __init__(
        self,
        history: Mapping[date, Sequence[float]],
        *,
        holidays: Collection[date] = (),
        tried: bool = True,
    ) -> None:
        """Learn from the calls of each half hour of whole days; raises ``TooShort``.

        How far days may be from what is expected is seen from weeks that are forecast from those
        before them; without ``tried`` it is only how far the days learned from are, which is less.
        """
        if len(history) < FEWEST_DAYS:
            raise TooShort(
                _("A forecast needs the calls of %(days)d days at least.") % {"days": FEWEST_DAYS}
            )
        self._holidays = frozenset(holidays)
        self._days = sorted(history)
        self._counts = np.array([history[day] for day in self._days], dtype=np.float64)
        self._seasons = (self._days[-1] - self._days[0]).days >= _SEASONS_FROM_DAYS
        self._usual = np.ones(len(self._days), dtype=bool)
        totals = self._counts.sum(axis=1)
        self._fit(totals, like=self._held_back(totals))
        for _round in range(_ROUNDS):
            self._fit(totals, like=totals)
        expected = self._expected(self._days)
        ratios = (totals + 1) / (expected + 1)
        self.unusual = tuple(
            Unusual(day, float(ratio))
            for day, ratio, usual in zip(self._days, ratios, self._usual, strict=True)
            if not usual
        )
        tries = self._tried(totals) if tried else np.empty(0)
        # A short history has no weeks to try; its own days are what is known then.
        self._past = tries if tries.size else ratios[self._usual]

    def forecast(self, days: Sequence[date], *, times: float = 1.0) -> list[Forecast]:
        """What to expect of these days; ``times`` as many calls asks "what if"."""
        totals = self._expected(days) * times
        low, high = np.quantile(self._past, (0.1, 0.9))
        return [
            Forecast(day, tuple(total * self._shape(day)), float(total * low), float(total * high))
            for day, total in zip(days, totals, strict=True)
        ]

    def _tried(self, totals: Floats) -> Floats:
        """How many times as many calls came in the last weeks as was expected a week before."""
        found: list[Floats] = []
        for week in range(1, _TRIED_WEEKS + 1):
            end = len(self._days) - 7 * week
            if end < FEWEST_DAYS:
                break
            before = dict(zip(self._days[:end], self._counts[:end], strict=True))
            then = Learned(before, holidays=self._holidays, tried=False)
            days = slice(end, end + 7)
            usual = self._usual[days]
            found.append(((totals[days] + 1) / (then._expected(self._days[days]) + 1))[usual])
        return np.concatenate([*found, np.empty(0)])

    def storm(self) -> float:
        """How many times as many calls came on days that were unusually busy; 1 without any."""
        busy = [each.ratio for each in self.unusual if each.ratio > 1]
        return float(np.median(busy)) if busy else 1.0

    def _held_back(self, totals: Floats) -> Floats:
        """The totals with no day far from those of its sort: one storm is most of its weekday."""
        held = totals.copy()
        sorts = np.array([self._sort(day) for day in self._days])
        for sort in np.unique(sorts):
            alike = sorts == sort
            middle = np.median(totals[alike])
            held[alike] = np.clip(totals[alike], middle / _FAR, middle * _FAR)
        return held

    def _fit(self, totals: Floats, *, like: Floats) -> None:
        """Fit to what the usual days are like, and judge by the totals again which those are."""
        rows, weights = self._rows(self._days), self._ages(_LEVEL_DAYS)
        usual = self._usual
        self._model = PoissonRegressor(alpha=1e-4, solver="newton-cholesky").fit(
            rows[usual], like[usual] + _HALF, sample_weight=weights[usual]
        )
        # The level of the last weeks, where it has left that of all days.
        expected = self._model.predict(rows)
        recent = weights * usual
        self._level = float(np.sum(recent * (like + _HALF)) / np.sum(recent * expected))
        apart = _stable(totals) - _stable(self._expected(self._days))
        middle = np.median(apart[usual])
        spread = 1.4826 * float(np.median(np.abs(apart[usual] - middle)))
        # Chance alone makes the root of a count deviate by a half.
        self._usual = np.abs(apart - middle) <= _UNUSUAL * max(spread, 0.5)

    def _expected(self, days: Sequence[date]) -> Floats:
        expected: Floats = self._model.predict(self._rows(days)) * self._level - _HALF
        return np.maximum(expected, 0.0)

    def _rows(self, days: Sequence[date]) -> Floats:
        rows = np.zeros((len(days), _SORTS + 2 * _WAVES * self._seasons))
        for row, day in zip(rows, days, strict=True):
            row[self._sort(day)] = 1.0
            if self._seasons:
                turn = 2 * math.pi * day.timetuple().tm_yday / _YEAR
                for wave in range(_WAVES):
                    at = _SORTS + 2 * wave
                    row[at : at + 2] = math.sin((wave + 1) * turn), math.cos((wave + 1) * turn)
        return rows

    def _sort(self, day: date) -> int:
        return _HOLIDAY if day in self._holidays else day.weekday()

    def _ages(self, half_life: float) -> Floats:
        age = np.array([(self._days[-1] - day).days for day in self._days], dtype=np.float64)
        weights: Floats = 0.5 ** (age / half_life)
        return weights

    def _shape(self, day: date) -> Floats:
        """The part of the day's calls in each half hour; its sum is 1."""
        sorts = np.array([self._sort(each) for each in self._days])
        weights = self._ages(_SHAPE_DAYS) * self._usual
        wanted = self._sort(day)
        alike = {wanted} if wanted in {5, 6, _HOLIDAY} else {0, 1, 2, 3, 4}
        of_alike = _weighted(self._counts, weights * np.isin(sorts, list(alike)))
        own = weights * (sorts == wanted)
        of_own = _weighted(self._counts, own)
        leaning = _LEANING_DAYS / (_LEANING_DAYS + float(np.sum(own)))
        shape = leaning * of_alike + (1 - leaning) * of_own
        if not shape.any():
            shape = self._counts.sum(axis=0) + 1.0
        return smoothed(shape) / float(np.sum(shape))


def _weighted(counts: Floats, weights: Floats) -> Floats:
    """The weighted parts of a day's calls by half hour; zeros where nothing came."""
    summed: Floats = weights @ counts
    whole = float(np.sum(summed))
    return summed / whole if whole else summed


def smoothed(shape: Floats) -> Floats:
    """The shape with each half hour leaning on its neighbours; midnight borders on midnight."""
    before, after = np.roll(shape, 1), np.roll(shape, -1)
    smooth: Floats = 0.25 * before + 0.5 * shape + 0.25 * after
    return smooth


def _stable(counts: Floats) -> Floats:
    """Anscombe's root, whose deviation by chance is the same for few calls and for many."""
    roots: Floats = np.sqrt(counts + 0.375)
    return roots
