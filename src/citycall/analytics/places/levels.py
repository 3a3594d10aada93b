"""A weekly series with its season and its steps: a regression, and how well a further step fits."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]

A_YEAR: Final = 52.1775
HARMONICS: Final = 3
# The season of a year can be told from a change once more than this much has been seen.
WEEKS_FOR_SEASON: Final = 65
# A level is nothing that fewer weeks show.
SHORTEST: Final = 8


@dataclass(frozen=True)
class Series:
    """One number a week: a count with what it was open to, or a mean of logarithms with its cases.

    Of a count, ``weight`` is the exposure (a whole week is 1); of a mean, how many cases it is of.
    A week without weight says nothing.
    """

    values: Floats
    weight: Floats
    is_count: bool = True

    @property
    def cases(self) -> float:
        """How many cases the series is made of."""
        return float(self.values.sum() if self.is_count else self.weight.sum())

    @cached_property
    def kept(self) -> Ints:
        """The weeks that say something."""
        return np.flatnonzero(self.weight > 0)


class Fit:
    """A series with steps at some weeks and so many waves of season, fitted.

    ``residual`` is in the scale of the score, ``weight`` the information of each week: of a count
    the mean, of a mean the number of its cases.
    """

    def __init__(self, series: Series, weeks: list[int], harmonics: int) -> None:
        self.series, self.weeks, kept = series, weeks, series.kept
        self.design = _design(kept, weeks, harmonics)
        values, weight = series.values[kept].astype(float), series.weight[kept].astype(float)
        if series.is_count:
            self.coefficients, self.weight = _poisson(self.design, values, weight)
            self.residual = values - self.weight
        else:
            self.weight = weight
            self.coefficients = _solve(self.design, weight, weight * values)
            self.residual = weight * (values - self.design @ self.coefficients)
        self.inverse = np.linalg.pinv(self.design.T @ (self.design * self.weight[:, None]))
        self.freedom = max(1, len(kept) - self.design.shape[1] - 1)

    @cached_property
    def candidates(self) -> Ints:
        """The weeks at which there may be a further step."""
        kept = self.series.kept
        good = [week for week in kept.tolist() if _has_room(week, kept, self.weeks)]
        return np.array(good, dtype=np.int64)

    @cached_property
    def _steps(self) -> tuple[Floats, Floats]:
        """The candidates as far as nothing known explains them, and their information."""
        steps = (self.series.kept[:, None] >= self.candidates[None, :]).astype(float)
        along = self.inverse @ (self.design.T @ (steps * self.weight[:, None]))
        free = np.asarray(steps - self.design @ along)
        return free, np.einsum("ij,ij->j", free * self.weight[:, None], free)

    def gains(self, residual: Floats) -> Floats:
        """How much each candidate would explain, by candidate and column of residuals."""
        free, information = self._steps
        return np.asarray((free.T @ residual) ** 2 / np.maximum(information, 1e-9)[:, None])

    def rest(self, residual: Floats) -> Floats:
        """The squares that are left of each column once the known part is fitted to it."""
        whole = np.sum(residual**2 / np.maximum(self.weight, 1e-9)[:, None], axis=0)
        score = self.design.T @ residual
        return np.asarray(whole - np.einsum("ij,ik,kj->j", score, self.inverse, score))

    @property
    def own_gains(self) -> Floats:
        """How much each candidate would explain of what is left of the series itself."""
        return np.asarray(self.gains(self.residual[:, None])[:, 0])

    @property
    def own_rest(self) -> float:
        """What is left of the series itself."""
        return float(self.rest(self.residual[:, None])[0])

    def spread(self, *, with_step: bool) -> float:
        """The noise against what the model says by itself: of counts at least one."""
        rest = self.own_rest - (float(self.own_gains.max()) if with_step else 0.0)
        least = 1.0 if self.series.is_count else 1e-9
        return float(max(rest / (self.freedom if with_step else self.freedom + 1), least))

    @property
    def misfit(self) -> float:
        """The deviance: what is left, comparable between models of one series."""
        if not self.series.is_count:
            return self.own_rest
        values = self.series.values[self.series.kept]
        logs = values * np.log(np.maximum(values, 1e-9) / np.maximum(self.weight, 1e-9))
        return 2 * float(np.sum(np.where(values > 0, logs, 0.0) - (values - self.weight)))


def waves(series: Series) -> int:
    """How many waves a year its season has, by Schwarz's criterion; none known in a short series.

    No step is allowed for: a season that is taken for a step would be a false alarm.
    """
    kept = series.kept
    if kept[-1] - kept[0] < WEEKS_FOR_SEASON:
        return 0
    fits = [Fit(series, [], harmonics) for harmonics in range(HARMONICS + 1)]
    spread = fits[-1].spread(with_step=True)
    costs = [fit.misfit / spread + 2 * n * np.log(len(kept)) for n, fit in enumerate(fits)]
    return int(np.argmin(costs))


def _has_room(week: int, kept: Ints, weeks: list[int]) -> bool:
    """Whether each side of a step has weeks enough before the next one."""
    edges = sorted({-1, *weeks, int(kept[-1]) + 1})
    after = next(edge for edge in edges if edge > week or edge == edges[-1])
    before = max(edge for edge in edges if edge <= week)
    sides = ((kept >= before) & (kept < week), (kept >= week) & (kept < after))
    return week not in weeks and min(int(side.sum()) for side in sides) >= SHORTEST


def _design(kept: Ints, weeks: list[int], harmonics: int) -> Floats:
    """The level, the season, and the steps that are known."""
    columns = [np.ones(len(kept))]
    angle = 2 * np.pi * kept / A_YEAR
    for k in range(1, harmonics + 1):
        columns += [np.cos(k * angle), np.sin(k * angle)]
    columns += [(kept >= week).astype(float) for week in weeks]
    return np.column_stack(columns)


def _poisson(design: Floats, values: Floats, exposure: Floats) -> tuple[Floats, Floats]:
    """Coefficients and means of a log-linear regression, by iterated weighted least squares.

    A faint ridge keeps a season without a single case finite.
    """
    coefficients = np.zeros(design.shape[1])
    coefficients[0] = np.log(max(values.sum(), 0.5) / exposure.sum())
    mean = exposure * np.exp(design @ coefficients)
    for _round in range(30):
        working = design @ coefficients + (values - mean) / mean
        fresh = _solve(design, mean, mean * working, ridge=1e-3)
        moved = float(np.abs(fresh - coefficients).max())
        coefficients = coefficients + np.clip(fresh - coefficients, -2, 2)
        mean = exposure * np.exp(np.clip(design @ coefficients, -12, 25))
        if moved < 1e-7:
            break
    return coefficients, mean


def _solve(design: Floats, weight: Floats, target: Floats, *, ridge: float = 0.0) -> Floats:
    gram = design.T @ (design * weight[:, None])
    if ridge:
        penalty = np.full(len(gram), ridge)
        penalty[0] = 0.0
        gram = gram + np.diag(penalty)
    return np.asarray(np.linalg.pinv(gram) @ (design.T @ target))
