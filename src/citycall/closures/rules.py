"""From what is on record to a score with its reasons. Pure; the weights stand in ``weights``.

The score is a logistic one: the sum of weighted signs and a constant, as a chance between 0 and 1.
Every sign is between 0 and 1 or a small number, and each one that weighs is told in a sentence.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from citycall.closures.evidence import Seen
from citycall.closures.models import Usual
from citycall.closures.weights import CONSTANT, THRESHOLD, WEIGHTS

# Fewer completions than this say nothing of what is usual.
FEW: Final = 30
# From so many in one sitting, and so many equal texts a day, it is told of.
MANY: Final = 4
# A closer's record is drawn towards this share, as if so many more had been closed.
PRIOR_SHARE, PRIOR_WEIGHT = 0.03, 40
# In how many days somebody tells again of what is still there.
AGAIN_DAYS: Final = 7.0
# How far from a completion a new request may tell of the same.
REPEAT_WITHIN_M: Final = 40.0
# How far beside a spot people point to it, as a rule, in each direction.
POINTED_M: Final = 8.0
WEIGHED: Final = 0.25
_NIGHT: Final = frozenset({21, 22, 23, 0, 1, 2, 3, 4})


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign that weighs: its code, what its sentence needs, and by how much it moved the score."""

    code: str
    facts: Mapping[str, Any]
    weight: float

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return {"code": self.code, "facts": dict(self.facts), "weight": round(self.weight, 2)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a completion looks: the chance from 0 to 1 by the weights, and the reasons."""

    score: float
    flagged: bool
    reasons: Sequence[Reason] = field(default_factory=tuple)


def signs(seen: Seen, usual: Usual | None) -> dict[str, float]:
    """The signs of one completion, each 0 where nothing speaks for it."""
    told = usual if usual is not None and usual.closures >= FEW else None
    visits = told.visits if told else 0.5
    visited = seen.visited_at is not None or seen.photos > 0
    days = (seen.completed_at - seen.requested_at) / timedelta(days=1)
    return {
        "no_visit": 0.0 if visited else visits,
        "no_start": visits if seen.visited_at is None and seen.photos else 0.0,
        "short_visit": _short(seen, told),
        "no_photo": told.photos if told and not seen.photos and told.photos > 0.5 else 0.0,
        "too_quick": _quick(days, told),
        "sitting": 0.0 if seen.visited_at else _steps(seen.unvisited),
        "same_text": _steps(seen.alike),
        "night": max(0.0, 1 - 10 * told.nights) if told and seen.hour in _NIGHT else 0.0,
        "repeated": _repeated(seen),
        "told_again": 1.0 if seen.told_again else 0.0,
        "record": max(0.0, _record(seen)),
        "confirmed": 1.0 if seen.confirmed_at and not seen.disputed_at else 0.0,
    }


def _steps(count: int) -> float:
    """How often a number doubles from four: 0 below, 1 from 4, 2 from 8, at most 5."""
    return min(5.0, max(0.0, math.log2(max(count, 1)) - 1))


def _short(seen: Seen, usual: Usual | None) -> float:
    """How much shorter the visit was than the shortest usual ones; 0 to 2."""
    if seen.visited_at is None or usual is None or not usual.short_visit:
        return 0.0
    minutes = max((seen.completed_at - seen.visited_at) / timedelta(minutes=1), 0.25)
    return min(2.0, max(0.0, math.log(1.5 * usual.short_visit / minutes)))


def _quick(days: float, usual: Usual | None) -> float:
    """1 where less than one of a hundred were done as soon, falling to 0 at ten of them."""
    if usual is None or not usual.quick_days:
        return 0.0
    sooner = sum(1 for each in usual.quick_days if each <= days)
    return max(0.0, 1 - sooner / 10)


def _repeated(seen: Seen) -> float:
    """How much likelier the new report is if this was not done than by chance; 0 to 1, by logs.

    What is still there is told of within days and at the same spot, as people point; by chance, a
    spot is told of as often as in the year before, and anywhere around. A related service says less
    than the same.
    """
    if seen.repeated_at is None:
        return 0.0
    days = (seen.repeated_at - seen.completed_at) / timedelta(days=1)
    still_there = math.exp(-days / AGAIN_DAYS) / AGAIN_DAYS
    by_chance = (seen.before + 0.5) / 365
    kind = 1.0 if seen.repeated_same else 0.2
    likelier = kind * still_there / by_chance * _same_spot(seen.repeated_m)
    return min(1.0, math.log1p(likelier) / math.log(100))


def _same_spot(metres: float | None) -> float:
    """How much likelier the new report is so near if it tells of the same than of any other.

    Half of the places that people point to lie within ``POINTED_M`` in each direction; one in ten
    is given otherwise, and lies anywhere within ``REPEAT_WITHIN_M``.
    """
    if metres is None:
        return 1.0
    spread = POINTED_M / 0.674
    pointed = (REPEAT_WITHIN_M / spread) ** 2 / 2 * math.exp(-((metres / spread) ** 2) / 2)
    return 0.9 * pointed + 0.1


def _record(seen: Seen) -> float:
    share = (seen.bad + PRIOR_SHARE * PRIOR_WEIGHT) / (seen.known + PRIOR_WEIGHT)
    return math.log(share / (1 - share)) - math.log(PRIOR_SHARE / (1 - PRIOR_SHARE))


def judge(seen: Seen, usual: Usual | None, *, weights: Mapping[str, float] = WEIGHTS) -> Judgement:
    """The score of a completion and the reasons that moved it, the weightiest first."""
    found = signs(seen, usual)
    parts = {code: weights.get(code, 0.0) * value for code, value in found.items()}
    score = 1 / (1 + math.exp(-(CONSTANT + sum(parts.values()))))
    reasons = [
        Reason(code, _facts(code, seen, usual), part)
        for code, part in parts.items()
        if part >= WEIGHED
    ]
    # What a reporter has confirmed was done, whatever it looked like.
    flagged = score >= THRESHOLD and not found["confirmed"]
    return Judgement(score, flagged, sorted(reasons, key=lambda r: -r.weight))


def _facts(code: str, seen: Seen, usual: Usual | None) -> dict[str, Any]:
    minutes = (
        round((seen.completed_at - seen.visited_at) / timedelta(minutes=1))
        if seen.visited_at
        else None
    )
    hours = (seen.completed_at - seen.requested_at) / timedelta(hours=1)
    share = round(100 * usual.visits) if usual else None
    told: Mapping[str, dict[str, Any]] = {
        "no_visit": {"share": share},
        "no_start": {"share": share},
        "short_visit": {
            "minutes": minutes,
            "usual": round(usual.half_visit) if usual and usual.half_visit else None,
        },
        "no_photo": {"share": round(100 * usual.photos) if usual else None},
        "too_quick": {"hours": max(1, round(hours))},
        "sitting": {"count": seen.unvisited},
        "same_text": {"count": seen.alike},
        "night": {"hour": seen.hour},
        "repeated": {
            "days": _days(seen),
            "metres": round(seen.repeated_m or 0),
            "request": seen.repeated_by,
            "same": seen.repeated_same,
        },
        "told_again": {"count": seen.told_again},
        "record": {"bad": seen.bad, "known": seen.known},
    }
    return dict(told.get(code, {}))


def _days(seen: Seen) -> int:
    if seen.repeated_at is None:
        return 0
    return max(1, round((seen.repeated_at - seen.completed_at) / timedelta(days=1)))


def chance_without_signs() -> float:
    """The score of a completion that nothing speaks against."""
    return 1 / (1 + math.exp(-CONSTANT))
