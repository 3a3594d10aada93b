"""How sure a model may be of what it says: judged on requests that came after those it learned."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Sums = NDArray[np.float64]
Labels = NDArray[np.intp]

# "Is it this?" is asked where the answer was yes so often.
RIGHT: Final = 0.85
# However well all else is told, what is this unsure is not asked for.
LEAST_SURE: Final = 0.4
# Of fewer cases, a share says too little.
FEWEST_CASES: Final = 50
NEVER: Final = 2.0
_BINS: Final = 10
_STEPS: Final = 12
_SHARPEST: Final = 100.0
_BLUNTEST: Final = 0.01
_GOLDEN: Final = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares (0 to 1) on held-out requests, as ``TrainedModel.measured`` keeps them."""

    first: float
    among_three: float
    calibration_error: float
    threshold: float
    right_above: float
    offered: float

    def as_json(self) -> Mapping[str, float]:
        """By name, rounded to what means anything."""
        return {name: round(share, 4) for name, share in asdict(self).items()}


def likely(sums: Sums, sharpness: float) -> Sums:
    """Probabilities of each column, a row a text; each row sums to 1."""
    powers = np.exp(sharpness * (sums - sums.max(axis=1, keepdims=True)))
    found: Sums = powers / powers.sum(axis=1, keepdims=True)
    return found


def sharpness_of(sums: Sums, labels: Labels) -> float:
    """The factor by which sums become the probabilities that fit the labels best.

    Found by narrowing down on a logarithmic scale: the loss has one lowest point.
    """

    def loss(power: float) -> float:
        shares = likely(sums, float(np.exp(power)))[np.arange(len(labels)), labels]
        return -float(np.log(np.maximum(shares, 1e-12)).mean())

    low, high = float(np.log(_BLUNTEST)), float(np.log(_SHARPEST))
    while high - low > 1e-4:
        step = (high - low) * _GOLDEN
        if loss(high - step) < loss(low + step):
            high = low + step
        else:
            low = high - step
    return float(np.exp((low + high) / 2))


def steps_of(sure: Sums, right: NDArray[np.bool_]) -> tuple[Sums, Sums]:
    """How often suggestions of a certainty were right: certainties, and shares that never fall.

    Neighbours are taken together until each share is at least that of the one below.
    """
    order = np.argsort(sure, kind="stable")
    parts = [part for part in np.array_split(order, _STEPS) if len(part)]
    pooled: list[tuple[float, float, int]] = []
    for part in parts:
        step = (float(sure[part].mean()), float(right[part].mean()), len(part))
        while pooled and pooled[-1][1] >= step[1]:
            step = _together(pooled.pop(), step)
        pooled.append(step)
    return np.array([step[0] for step in pooled]), np.array([step[1] for step in pooled])


def _together(
    one: tuple[float, float, int], other: tuple[float, float, int]
) -> tuple[float, float, int]:
    count = one[2] + other[2]
    said, right = ((one[i] * one[2] + other[i] * other[2]) / count for i in (0, 1))
    return said, right, count


def come_true(shares: Sums, said: Sums, right: Sums) -> Sums:
    """Probabilities of which the first of each row is as often right as it says.

    ``said`` and ``right`` are those of ``steps_of``. The others of a row share what is left, and
    none is more likely than the first; a row sums to at most 1.
    """
    first = shares.max(axis=1, keepdims=True)
    now = np.interp(first, np.r_[0.0, said, 1.0], np.r_[0.0, right, right[-1]])
    others = np.minimum(shares * (1.0 - now) / np.maximum(1.0 - first, 1e-9), now)
    found: Sums = np.where(shares == first, now, others)
    found /= np.maximum(found.sum(axis=1, keepdims=True), 1.0)
    return found


def measure(shares: Sums, labels: Labels, *, no_service: int | None = None) -> Measured:
    """What held-out requests say of these probabilities; ``no_service`` is never suggested."""
    shown = shares.copy()
    if no_service is not None:
        shown[:, no_service] = 0.0
        labels = np.where(labels == no_service, -1, labels)
    order = np.argsort(-shown, axis=1, kind="stable")
    right = order[:, 0] == labels
    sure = shown[np.arange(len(labels)), order[:, 0]]
    threshold = max(threshold_of(sure, right), LEAST_SURE)
    above = sure >= threshold
    return Measured(
        first=float(right.mean()),
        among_three=float((order[:, :3] == labels[:, None]).any(axis=1).mean()),
        calibration_error=calibration_error(sure, right),
        threshold=threshold,
        right_above=float(right[above].mean()) if above.any() else 0.0,
        offered=float(above.mean()),
    )


def threshold_of(sure: Sums, right: NDArray[np.bool_]) -> float:
    """The least certainty from which on a share of ``RIGHT`` was right; ``NEVER`` if there is none.

    ``sure`` is the certainty of each first suggestion, ``right`` whether it was right.
    """
    order = np.argsort(-sure, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # Of those equally sure, all are offered or none.
    last = np.append(np.diff(sure[order]) != 0, True)
    enough = np.flatnonzero((shares >= RIGHT) & last & (np.arange(len(order)) >= FEWEST_CASES - 1))
    return float(sure[order][enough[-1]]) if len(enough) else NEVER


def calibration_error(sure: Sums, right: NDArray[np.bool_]) -> float:
    """How far certainty and being right lie apart on average, over ten bands of certainty."""
    bands = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    apart = [
        abs(float(sure[bands == band].mean() - right[bands == band].mean()))
        * float((bands == band).mean())
        for band in np.unique(bands)
    ]
    return float(sum(apart))
