"""From what was compared to a probability: a few dozen published numbers, added up.

The candidates of one request compete with each other: it is the same problem as one of them at
most. Whether it is any of them at all is judged by the likeliest one, so that the probabilities
together never exceed 1.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from citycall.duplicates.features import NAMES

Floats = NDArray[np.float64]
_FILE: Final = Path(__file__).with_name("coefficients.json")


@dataclass(frozen=True, slots=True)
class Sum:
    """Numbers to add up: ``weights`` in the order of ``features.NAMES``, and where to begin."""

    weights: Floats
    begin: float

    def of(self, table: Floats) -> Floats:
        """The sum of each row."""
        found: Floats = table @ self.weights + self.begin
        return found

    def as_json(self) -> dict[str, Any]:
        """By name, rounded to what means anything."""
        named = {n: round(float(w), 5) for n, w in zip(NAMES, self.weights, strict=True)}
        return {"begin": round(self.begin, 5), "weights": named}

    @classmethod
    def from_json(cls, held: dict[str, Any]) -> "Sum":
        """As ``as_json`` wrote it."""
        return cls(np.array([held["weights"][name] for name in NAMES]), float(held["begin"]))


@dataclass(frozen=True, slots=True)
class Score:
    """``which`` tells candidates apart, ``whether`` says if the likeliest is one at all.

    ``threshold`` is the probability from which on a pair is put before people unasked.
    """

    which: Sum
    whether: Sum
    threshold: float

    def probabilities(self, table: Floats) -> Floats:
        """How likely each candidate is the same problem; together at most 1."""
        if not len(table):
            return np.empty(0)
        sums = self.which.of(table)
        powers = np.exp(sums - sums.max())
        best = table[[int(sums.argmax())]]
        some = 1.0 / (1.0 + np.exp(-np.clip(self.whether.of(best)[0], -50.0, 50.0)))
        found: Floats = some * powers / powers.sum()
        return found


@cache
def shipped() -> Score:
    """The numbers that come with the program; ``coefficients.json`` says where they are from."""
    held = json.loads(_FILE.read_text(encoding="utf-8"))
    return Score(
        Sum.from_json(held["which"]), Sum.from_json(held["whether"]), float(held["threshold"])
    )
