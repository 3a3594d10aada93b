"""Scores, how sure a mean of few is, and how far two reviewers agree."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scipy.special import stdtrit

MOST_POINTS: Final = 3
# A mean of fewer scores than this says little.
FEW: Final = 10
Pairs = Sequence[tuple[int | None, int | None]]


def choose(calls: Sequence[tuple[int, str]], *, count: int, seed: str) -> list[int]:
    """Draw ``count`` of a call-taker's calls of a week (id, disposition); the same seed, the same.

    The dispositions take turns in an order of chance, each giving one of its calls by chance, so
    that every call and every disposition can be drawn. Rare dispositions are drawn more often
    than they occur: the scores are for learning, not an estimate of all calls.
    """
    dice = random.Random(seed)  # noqa: S311  (to be drawn again, not to be secret)
    strata: dict[str, list[int]] = defaultdict(list)
    for call, disposition in sorted(calls):
        strata[disposition].append(call)
    turns = sorted(strata)
    dice.shuffle(turns)
    for each in strata.values():
        dice.shuffle(each)
    drawn: list[int] = []
    while len(drawn) < count and any(strata.values()):
        for turn in turns:
            if strata[turn] and len(drawn) < count:
                drawn.append(strata[turn].pop())
    return drawn


def share(points: Mapping[int, int | None], weights: Mapping[int, int]) -> float | None:
    """The weighted part of the points that could be had; not applicable ones count for nothing."""
    told = {each: value for each, value in points.items() if value is not None}
    whole = sum(weights[each] for each in told) * MOST_POINTS
    if not whole:
        return None
    return sum(weights[each] * value for each, value in told.items()) / whole


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its 95% interval by Student's t; no interval of fewer than two."""

    count: int
    value: float
    low: float | None
    high: float | None

    @property
    def is_of_few(self) -> bool:
        """Whether it says little."""
        return self.count < FEW


def mean(values: Sequence[float]) -> Mean | None:
    """The mean of parts (0 to 1) with its interval, which stays between 0 and 1; None of none."""
    count = len(values)
    if not count:
        return None
    middle = sum(values) / count
    if count == 1:
        return Mean(1, middle, None, None)
    spread = math.sqrt(sum((v - middle) ** 2 for v in values) / (count - 1))
    half = float(stdtrit(count - 1, 0.975)) * spread / math.sqrt(count)
    return Mean(count, middle, max(middle - half, 0.0), min(middle + half, 1.0))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two reviewers gave the same points, and what is left of that beyond chance.

    ``kappa`` is Cohen's (1960); where nearly all points are the same it is low or undefined
    although people agree, so Gwet's AC1 (2008) stands beside it.
    """

    pairs: int
    observed: float
    kappa: float | None
    ac1: float | None


def agreement(pairs: Pairs) -> Agreement | None:
    """Of the points that two reviewers gave to the same; "not applicable" is one of the answers."""
    count = len(pairs)
    if not count:
        return None
    observed = sum(one == other for one, other in pairs) / count
    first, second = Counter(one for one, _o in pairs), Counter(other for _o, other in pairs)
    answers = sorted({*first, *second}, key=str)
    by_chance = sum(first[each] * second[each] for each in answers) / count**2
    # Points that nobody gave here could have been given all the same.
    possible = max(len(answers), 2)
    shares = [(first[each] + second[each]) / (2 * count) for each in answers]
    gwet = sum(p * (1 - p) for p in shares) / (possible - 1)
    return Agreement(
        pairs=count,
        observed=observed,
        kappa=_beyond(observed, by_chance),
        ac1=_beyond(observed, gwet),
    )


def _beyond(observed: float, by_chance: float) -> float | None:
    return (observed - by_chance) / (1 - by_chance) if by_chance < 1 else None
