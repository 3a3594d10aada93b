"""How urgent a request is, and why: pure, explained, and never only by how many people tell it.

Each reason adds its weight to a score of 0 to 100, and the score gives the priority. The classes
of risk lie further apart than all that many reports, a long wait and a place can add together to
one class, so that one report of something dangerous stands before any number of reports of
something that is not.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from citycall.catalog.specs import Risk


class Why(StrEnum):
    """What a priority can come from."""

    RISK = "risk"
    DANGER = "danger"
    PLACE = "place"
    AGE = "age"
    REPORTS = "reports"
    RAISED = "raised"


# A class is 25 above the one below it; reports, age and place add at most 24 together.
RISK: Final[Mapping[Risk, float]] = {
    Risk.LOW: 0.0,
    Risk.USUAL: 25.0,
    Risk.HIGH: 50.0,
    Risk.DANGEROUS: 75.0,
}
DANGER: Final = 25.0
MOST_FOR_PLACE: Final = 8.0
MOST_FOR_AGE: Final = 8.0
MOST_FOR_REPORTS: Final = 8.0
# From so many different people on, more of them change nothing.
REPORTS_ENOUGH: Final = 16
# Places where many are, or who cannot help themselves, count while they are so near.
NEAR_M: Final = 150.0
# From which score on a request has priority 1, 2, 3 and 4.
_FROM: Final = ((75.0, 1), (50.0, 2), (20.0, 3), (10.0, 4))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a request.

    ``people`` are the different people who told of it; ``gone`` is the share of the promised time
    that has gone (none without a promise); ``place`` and ``metres`` the nearest school or
    hospital; ``raised`` how often the call centre has raised it.
    """

    risk: Risk = Risk.USUAL
    danger: str = ""
    people: int = 1
    gone: float | None = None
    place: str = ""
    metres: float = math.inf
    raised: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its weight; ``about`` is what it is put into words with."""

    why: Why
    weight: float
    about: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """The priority (1 most urgent, to 5), its score, and the reasons, weightiest first."""

    priority: int
    score: float
    reasons: tuple[Reason, ...]


def judge(facts: Facts) -> Judged:
    """The priority of these facts."""
    found = [
        Reason(Why.RISK, RISK[facts.risk], facts.risk.value),
        Reason(Why.DANGER, DANGER if facts.danger else 0.0, facts.danger),
        Reason(Why.PLACE, _for_place(facts.metres), facts.place),
        Reason(Why.AGE, _for_age(facts.gone), f"{(facts.gone or 0.0):.0%}"),
        Reason(Why.REPORTS, _for_reports(facts.people), str(facts.people)),
    ]
    reasons = [reason for reason in found if reason.weight > 0 or reason.why is Why.RISK]
    score = min(100.0, round(sum(reason.weight for reason in reasons), 1))
    priority = next((priority for least, priority in _FROM if score >= least), 5)
    if facts.raised:
        reasons.append(Reason(Why.RAISED, 0.0, str(facts.raised)))
        priority = max(1, priority - facts.raised)
    return Judged(priority, score, tuple(sorted(reasons, key=lambda each: -each.weight)))


def _for_place(metres: float) -> float:
    return MOST_FOR_PLACE if metres <= NEAR_M else 0.0


def _for_age(gone: float | None) -> float:
    """Nothing in the first half of the promised time; all when as much again has gone."""
    if gone is None:
        return 0.0
    return round(MOST_FOR_AGE * min(1.0, max(0.0, (gone - 0.5) / 1.5)), 1)


def _for_reports(people: int) -> float:
    """Each doubling of the people adds as much as the one before, up to ``REPORTS_ENOUGH``."""
    if people <= 1:
        return 0.0
    share = math.log2(min(people, REPORTS_ENOUGH)) / math.log2(REPORTS_ENOUGH)
    return round(MOST_FOR_REPORTS * share, 1)
