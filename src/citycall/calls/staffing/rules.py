"""Waiting and staff, by the queueing theory that call centres plan with.

Calls come at random (a Poisson process), are handled in the order they came, and take a random
time with the given mean. Callers wait for as long as it takes (Erlang C), or hang up after a
random patience with the given mean (Erlang A: Palm 1957; Mandelbaum and Zeltyn, "The Palm/Erlang-A
queue", 2004). Both describe the steady state that the queue reaches when nothing changes.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _
from scipy.special import betainc

from citycall.core.errors import DomainError

Floats = npt.NDArray[np.float64]

# What is less probable shows in no number of six digits.
_NEGLIGIBLE: Final = 1e-15
MOST_PEOPLE: Final = 5_000


class BadDemand(DomainError):
    """Numbers that no call centre has."""

    code = "bad_demand"


class TooFewPeople(DomainError):
    """More work comes in than these people can do, and nobody hangs up: the queue never ends."""

    code = "too_few_people"

    def __init__(self, load: float) -> None:
        super().__init__(
            _("More than %(load)d people are needed only to do the work that comes in.")
            % {"load": math.floor(load)}
        )


class OutOfReach(DomainError):
    """No number of people gives what is asked for."""

    code = "out_of_reach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What comes in: ``calls`` in ``minutes``, each ``handling_s`` seconds with its wrap-up.

    ``patience_s`` is the mean number of seconds after which a waiting caller hangs up; None where
    nobody does. Raises ``BadDemand``.
    """

    calls: float
    minutes: float = 30.0
    handling_s: float
    patience_s: float | None = None

    def __post_init__(self) -> None:
        times = (self.minutes, self.handling_s, 1.0 if self.patience_s is None else self.patience_s)
        if not all(math.isfinite(each) and each > 0 for each in times):
            raise BadDemand(_("Times must be more than zero."))
        if not (math.isfinite(self.calls) and self.calls >= 0):
            raise BadDemand(_("The number of calls cannot be less than zero."))
        if self.load > MOST_PEOPLE:
            raise BadDemand(
                _("This is work for more than %(most)d people.") % {"most": MOST_PEOPLE}
            )

    @property
    def per_second(self) -> float:
        """How many calls come in each second, on average."""
        return self.calls / (self.minutes * 60)

    @property
    def load(self) -> float:
        """The work that comes in, in erlangs: how many people it keeps busy all the time."""
        return self.per_second * self.handling_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What callers and call-takers live through.

    ``waits`` is the part of callers that is not answered at once, ``answered`` the part of all
    callers that is answered within the asked seconds, ``abandoned`` the part that hangs up;
    ``mean_s`` the mean seconds from the call to its answer or its end, of all callers; ``busy``
    the part of their time in which call-takers speak or wrap up.
    """

    people: int
    waits: float
    answered: float
    abandoned: float
    mean_s: float
    busy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is aimed at: ``answered`` of the callers within ``within_s`` seconds.

    ``abandoned`` is the largest part that may hang up and ``busy`` the largest part of their time
    that call-takers may be busy, since people who never breathe do not stay. Raises ``BadDemand``.
    """

    answered: float = 0.8
    within_s: float = 30.0
    abandoned: float = 1.0
    busy: float = 1.0

    def __post_init__(self) -> None:
        if not all(0 < part <= 1 for part in (self.answered, self.abandoned, self.busy)):
            raise BadDemand(_("Parts must be more than 0% and at most 100%."))
        if not self.within_s >= 0:
            raise BadDemand(_("Times must be more than zero."))

    def met_by(self, waiting: Waiting) -> bool:
        """Whether this is good enough."""
        return (
            waiting.answered >= self.answered
            and waiting.abandoned <= self.abandoned
            and waiting.busy <= self.busy
        )


def erlang_b(load: float, people: int) -> float:
    """The part of calls that finds all of ``people`` busy, where nobody can wait."""
    blocked = 1.0
    for n in range(1, people + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, people: int) -> float:
    """The part of calls that must wait, where nobody hangs up; 1 where the work is too much."""
    if load >= people:
        return 1.0
    blocked = erlang_b(load, people)
    return people * blocked / (people - load * (1 - blocked))


def waiting(demand: Demand, people: int, *, within_s: float) -> Waiting:
    """What ``people`` make of the demand; raises ``TooFewPeople`` where nobody ever hangs up."""
    if demand.load < _NEGLIGIBLE:
        return Waiting(people=people, waits=0, answered=1, abandoned=0, mean_s=0, busy=0)
    if demand.patience_s is None:
        return _patient(demand, people, within_s=within_s)
    return _impatient(demand, people, demand.patience_s, within_s=within_s)


def required(demand: Demand, goal: Goal) -> Waiting:
    """The fewest people who reach the goal, and what it is like with them.

    Raises ``OutOfReach`` where more than ``MOST_PEOPLE`` would not do.
    """
    fewest = 0
    if demand.patience_s is None and demand.load >= _NEGLIGIBLE:
        fewest = math.floor(demand.load) + 1
    enough = max(fewest, 1)
    while not _reaches(demand, enough, goal):
        if enough >= MOST_PEOPLE:
            raise OutOfReach(_("No number of people reaches this goal."))
        fewest, enough = enough + 1, min(2 * enough, MOST_PEOPLE)
    # More people are never worse, so the fewest are found by halving.
    while fewest < enough:
        middle = (fewest + enough) // 2
        if _reaches(demand, middle, goal):
            enough = middle
        else:
            fewest = middle + 1
    return waiting(demand, enough, within_s=goal.within_s)


def _reaches(demand: Demand, people: int, goal: Goal) -> bool:
    return goal.met_by(waiting(demand, people, within_s=goal.within_s))


def _patient(demand: Demand, people: int, *, within_s: float) -> Waiting:
    load = demand.load
    if load >= people:
        raise TooFewPeople(load)
    waits = erlang_c(load, people)
    spare = people - load
    return Waiting(
        people=people,
        waits=waits,
        answered=1 - waits * math.exp(-spare * within_s / demand.handling_s),
        abandoned=0.0,
        mean_s=waits * demand.handling_s / spare,
        busy=load / people,
    )


def _impatient(demand: Demand, people: int, patience_s: float, *, within_s: float) -> Waiting:
    """Erlang A: each of those who wait hangs up at the rate 1/patience."""
    free, queue = _states(demand, people, patience_s)
    # Who finds k callers waiting is answered after k + 1 have been served or have hung up, which
    # takes a time whose distribution is a beta function's (of the part of patience used up).
    turns = people * patience_s / demand.handling_s
    used = -math.expm1(-within_s / patience_s)
    k = np.arange(len(queue))
    in_time = free + float(
        np.sum(queue * turns / (turns + k + 1) * betainc(k + 1, turns + 1, used))
    )
    length = float(np.sum(k * queue))
    mean_s = length / demand.per_second
    abandoned = min(mean_s / patience_s, 1.0)
    return Waiting(
        people=people,
        waits=min(float(np.sum(queue)), 1.0),
        answered=min(in_time, 1.0),
        abandoned=abandoned,
        mean_s=mean_s,
        busy=demand.load * (1 - abandoned) / people if people else 0.0,
    )


def _states(demand: Demand, people: int, patience_s: float) -> tuple[float, Floats]:
    """How probable it is that somebody is free, and that 0, 1, 2 ... callers wait."""
    blocked = erlang_b(demand.load, people)
    if blocked < _NEGLIGIBLE**2:
        return 1.0, np.zeros(1)
    # As logarithms, since a queue that grows for long has weights beyond any number.
    queue, most, k = [0.0], 0.0, 0
    while queue[-1] > most + math.log(_NEGLIGIBLE):
        k += 1
        leaving = people / demand.handling_s + k / patience_s
        queue.append(queue[-1] + math.log(demand.per_second / leaving))
        most = max(most, queue[-1])
    free = math.log1p(-blocked) - math.log(blocked) if blocked < 1 else -math.inf
    most = max(most, free)
    weights = np.exp(np.array(queue) - most)
    whole = math.exp(free - most) + float(np.sum(weights))
    return math.exp(free - most) / whole, weights / whole
