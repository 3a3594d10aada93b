"""Finding the numbers of the score from decided cases: which candidate it was, or none of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from citycall.duplicates.features import AGAINST, AMONG_OTHERS, FOR, NAMES
from citycall.duplicates.score import Score, Sum

Floats = NDArray[np.float64]
# How strongly weights are held near zero; measured in standardised features.
HELD: Final = 2.0
_ROUNDS: Final = 600
_BOUNDS: Final = {
    name: (0.0 if name in FOR else None, 0.0 if name in AGAINST else None) for name in NAMES
}


@dataclass(frozen=True, slots=True)
class Decided:
    """A request whose candidates were compared: ``right`` is the row that it was, -1 for none.

    ``stands_for`` is how many such requests it speaks for, where only some were looked at,
    and ``judged`` whether "none" can be relied on: that it was one would have been put on record.
    """

    table: Floats
    right: int
    stands_for: float = 1.0
    judged: bool = True


@dataclass(frozen=True, slots=True)
class _Stack:
    """All cases below each other, "none" as the last row of each."""

    rows: Floats
    offered: Floats
    starts: NDArray[np.intp]
    case: NDArray[np.intp]
    right: NDArray[np.intp]
    weight: Floats


def fit(cases: Sequence[Decided], *, threshold: float, held: float = HELD) -> Score:
    """The score under which what was decided is likeliest.

    Which candidate it was is learned from the cases that were one, whether it was any from all.
    """
    which = _logit([case for case in cases if case.right >= 0], held)
    best = [
        Decided(_best(case, which), min(case.right, 0), case.stands_for)
        for case in cases
        if len(case.table)
    ]
    if all(case.right >= 0 for case in best):
        return Score(which, Sum(np.zeros(len(NAMES)), 0.0), threshold)
    whether = _logit(best, held, without=AMONG_OTHERS)
    careful = whether.weights[-1]
    return Score(which, Sum(whether.weights[:-1], whether.begin + careful), threshold)


def _best(case: Decided, which: Sum) -> Floats:
    """The likeliest row, with a last column for where duplicates are kept carefully.

    Elsewhere the same things speak for a duplicate, but few of them are on record.
    """
    row = case.table[int(which.of(case.table).argmax())]
    return np.append(row, float(case.judged))[None, :]


def _logit(cases: Sequence[Decided], held: float, *, without: Collection[str] = ()) -> Sum:
    """A conditional logit: each candidate against the others and against none of them."""
    table = np.concatenate([case.table for case in cases])
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    stack = _stacked(cases, mean, spread)
    begin = np.zeros(table.shape[1] + 1)
    told = [(0.0, 0.0) if name in without else _BOUNDS[name] for name in NAMES]
    bounds = [*told, *[(None, None)] * (len(begin) - len(told))]
    found = minimize(
        _loss,
        begin,
        args=(stack, held),
        jac=True,
        bounds=bounds,
        method="L-BFGS-B",
        options={"maxiter": _ROUNDS},
    )
    weights = found.x[:-1] / spread
    return Sum(weights, float(found.x[-1] - mean @ weights))


def _stacked(cases: Sequence[Decided], mean: Floats, spread: Floats) -> _Stack:
    sizes = np.array([len(case.table) + 1 for case in cases])
    ends = np.cumsum(sizes)
    starts = ends - sizes
    offered = np.ones(ends[-1])
    offered[ends - 1] = 0.0
    rows = np.zeros((ends[-1], len(mean)))
    rows[offered > 0] = (np.concatenate([case.table for case in cases]) - mean) / spread
    right = np.array([case.right if case.right >= 0 else len(case.table) for case in cases])
    return _Stack(
        rows=rows,
        offered=offered,
        starts=starts,
        case=np.repeat(np.arange(len(cases)), sizes),
        right=starts + right,
        weight=np.array([case.stands_for for case in cases]),
    )


def _loss(numbers: Floats, stack: _Stack, held: float) -> tuple[float, Floats]:
    sums = stack.rows @ numbers[:-1] + stack.offered * numbers[-1]
    most = np.maximum.reduceat(sums, stack.starts)[stack.case]
    powers = np.exp(sums - most)
    shares = powers / np.add.reduceat(powers, stack.starts)[stack.case]
    told = np.log(np.maximum(shares[stack.right], 1e-300))
    slope = shares * stack.weight[stack.case]
    slope[stack.right] -= stack.weight
    down = np.append(stack.rows.T @ slope, float(slope @ stack.offered))
    down[:-1] += 2 * held * numbers[:-1]
    return float(-(told @ stack.weight) + held * numbers[:-1] @ numbers[:-1]), down
