"""The figures: how often the true parent comes first, and what a threshold finds and costs."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from citycall.duplicates import measuring
from citycall.duplicates.features import NAMES
from citycall.duplicates.fitting import Decided, fit
from citycall.duplicates.measuring import History
from citycall.duplicates.score import Score

Floats = NDArray[np.float64]
Rank = Callable[[Floats], Floats]
# Learned from what came before, judged on what came after: where the parts end.
PARTS: Final = (0.4, 0.55, 0.7, 0.85, 1.0)
# So many requests that repeat nothing are looked at, each standing for many others.
OTHERS: Final = 4_000
_SEED: Final = 311
_LEVELS: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Found:
    """Shares (0 to 1) of children whose true parent was first, among three, among all looked at."""

    children: int
    first: float
    among_three: float
    looked_at: float

    def as_json(self) -> dict[str, float]:
        """By name."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def crude(table: Floats) -> Floats:
    """The rule to compare with: near, lately, of the same service."""
    metres = np.expm1(table[:, NAMES.index("distance")]) * 5.0
    days = np.expm1(table[:, NAMES.index("age")]) / 24.0
    found: Floats = -metres / 20.0 - np.log1p(days) / 2.0
    return found + 2.0 * table[:, NAMES.index("same_service")]


def found_by(rank: Rank, cases: Sequence[Decided]) -> Found:
    """How often the true parent came first; of equals, the one that is worse for us counts."""
    places = np.array([_place(rank, case) for case in cases], float)
    return Found(
        children=len(cases),
        first=float((places < 1).mean()),
        among_three=float((places < 3).mean()),
        looked_at=float(np.isfinite(places).mean()),
    )


def _place(rank: Rank, case: Decided) -> float:
    if case.right < 0:
        return float("inf")
    sums = rank(case.table)
    return float((sums >= sums[case.right]).sum() - 1)


@dataclass(frozen=True, slots=True)
class Level:
    """What is put before people from a probability on, and how much of it was right.

    The probability is that a request repeats any; shown is the likeliest that it may repeat.

    Judged where closing notes mostly name the parent. ``precision`` counts only what they name as
    right: the true share is higher.
    """

    threshold: float
    precision: float
    recall: float
    shown_in_hundred: float


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one request: how likely it repeats any, and if the likeliest was right."""

    said: float
    right: bool
    has_one: bool
    stands_for: float


def told(score: Score, case: Decided) -> Told:
    """Ask for the likeliest candidate."""
    shares = score.probabilities(case.table)
    best = int(shares.argmax()) if len(shares) else -1
    return Told(
        float(shares.sum()), best >= 0 and best == case.right, case.right >= 0, case.stands_for
    )


def curve(rows: Sequence[Told]) -> list[Level]:
    """Precision and recall of the likeliest candidate of each request, by threshold."""
    said = np.array([row.said for row in rows])
    weight = np.array([row.stands_for for row in rows])
    right = weight * np.array([row.right for row in rows])
    all_right = sum(row.stands_for for row in rows if row.has_one)
    return [_level(level, said >= level, weight, right, all_right) for level in _LEVELS]


def _level(
    threshold: float, shown: NDArray[np.bool_], weight: Floats, right: Floats, all_right: float
) -> Level:
    count, hits = float(weight[shown].sum()), float(right[shown].sum())
    return Level(
        threshold,
        precision=round(hits / count, 4) if count else 1.0,
        recall=round(hits / all_right, 4) if all_right else 0.0,
        shown_in_hundred=round(100 * count / float(weight.sum()), 3),
    )


def chosen(levels: Sequence[Level]) -> Level:
    """The operating point: of the levels with the best balance (F1), that which finds most.

    Balances that differ by a hundredth are as good as each other on so few pairs.
    """
    best = max(map(_f1, levels))
    return min((e for e in levels if _f1(e) >= best - 0.01), key=lambda each: each.threshold)


def _f1(each: Level) -> float:
    both = each.precision + each.recall
    return 2 * each.precision * each.recall / both if both else 0.0


# The whole examination.


def examine(
    history: History, *, score: Score | None = None, others: int = OTHERS
) -> dict[str, Any]:
    """Every figure, learned from earlier children and judged on later ones.

    With ``score``, that one is judged on all children instead.
    """
    children = history.children
    ends = [int(len(children) * part) for part in PARTS]
    begin = 0 if score is not None else ends[0]
    rarity = measuring.rarity_until(history, children[ends[0]][0])
    cases = [measuring.decided(history, child, rarity=rarity) for child, _parent in children]
    rows = others_of(history, since=children[0][0], count=others)
    none = [measuring.decided(history, row, rarity=rarity, stands_for=n) for row, n in rows]
    if score is not None:
        judged = [(score, cases, none)]
    else:
        judged = [
            _part(cases, none, children, [row for row, _n in rows], start, end)
            for start, end in pairwise(ends)
        ]
    tested = cases[begin:]
    learned = Found(
        len(tested),
        *(
            float(np.average(column, weights=[len(part[1]) for part in judged]))
            for column in zip(*(_shares(part) for part in judged), strict=True)
        ),
    )
    levels = curve([row for part in judged for row in _told_of(part)])
    return {
        "requests": len(history.cases),
        "pairs": len(history.parent_of),
        "children_with_older_parent": len(children),
        "learned": learned.as_json(),
        "parts": [found_by(s.which.of, part).as_json() for s, part, _none in judged],
        "crude_rule": found_by(crude, tested).as_json(),
        "curve": [asdict(level) for level in levels],
        "operating_point": asdict(chosen(levels)),
    }


def _told_of(part: tuple[Score, list[Decided], list[Decided]]) -> list[Told]:
    score, children, others = part
    return [told(score, case) for case in (*children, *others) if case.judged]


def _shares(part: tuple[Score, list[Decided], list[Decided]]) -> tuple[float, float, float]:
    found = found_by(part[0].which.of, part[1])
    return found.first, found.among_three, found.looked_at


def _part(
    cases: list[Decided],
    none: list[Decided],
    children: Sequence[tuple[int, int]],
    rows: Sequence[int],
    start: int,
    end: int,
) -> tuple[Score, list[Decided], list[Decided]]:
    since, until = children[start][0], children[end - 1][0]
    before = [case for case, row in zip(none, rows, strict=True) if row < since]
    after = [case for case, row in zip(none, rows, strict=True) if since <= row <= until]
    return fit([*cases[:start], *before], threshold=0.5), cases[start:end], after


def others_of(history: History, *, since: int, count: int) -> list[tuple[int, float]]:
    """Requests that repeat nothing as far as is known, and how many each of them stands for.

    Half from where duplicates are kept carefully, half from elsewhere. Those whose note says that
    they are a duplicate, but not of which, are neither.
    """
    rng = np.random.default_rng(_SEED)
    found: list[tuple[int, float]] = []
    for careful in (True, False):
        may = [
            row
            for row in range(since, len(history.cases))
            if bool(history.careful[row]) is careful
            and row not in history.parent_of
            and not history.noted[row]
        ]
        rows = rng.choice(may, min(count // 2, len(may)), replace=False)
        found += [(row, len(may) / max(1, len(rows))) for row in rows.tolist()]
    return sorted(found)


def learn(history: History, *, threshold: float, others: int = OTHERS) -> Score:
    """The score learned from all pairs, as it is shipped."""
    children = history.children
    rarity = measuring.rarity_until(history, children[len(children) // 2][0])
    cases = [measuring.decided(history, child, rarity=rarity) for child, _parent in children]
    rows = others_of(history, since=children[0][0], count=others)
    cases += [measuring.decided(history, row, rarity=rarity, stands_for=n) for row, n in rows]
    return fit(cases, threshold=threshold)
