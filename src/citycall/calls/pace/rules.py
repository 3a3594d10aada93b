"""How long somebody waits, from who is ahead, who is at a desk, and how fast both have been.

Desks become free as their present conversations end, each by what such a conversation takes once
it has lasted so long, and again after each further one (a renewal process; times of conversations
are lognormal). Callers ahead are answered then, or hang up at a steady rate while they wait: the
wait is over when nobody is ahead and one more desk is free. The numbers are what happens in
the middle of all cases (the fluid limit), which is nearly exact where many are ahead.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Floats = npt.NDArray[np.float64]

# Looked at in steps of a part of the mean conversation, until the desks are out of step.
_STEP: Final = 0.025
_STEPS: Final = 240
# A tenth of waits is shorter than ``low``, and a tenth longer than ``high``.
_TENTH: Final = 1.2816
# What no count of calls makes surer: breaks, people who come and go, a different kind of call.
_NEVER_SURE: Final = 0.1
_MOST_PORTIONS: Final = 200
# Of things that happen at random, half the time one has happened once 0.7 are expected.
_NEXT: Final = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How it goes: mean seconds of a conversation with its wrap-up, and how they differ.

    ``spread`` is the standard deviation as a part of the mean. ``wrap_up_s`` is the mean of what
    follows after the caller has gone. ``leaving`` is how many of those who wait hang up in a
    second, each. ``unsure`` is the standard error of ``handling_s`` as a part of it.
    """

    handling_s: float
    spread: float
    wrap_up_s: float
    leaving: float
    unsure: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """Who can take the call: so many are ready, the others have been in it for so many seconds.

    ``talking_s`` are the seconds since a conversation began, ``wrapping`` how many write.
    """

    ready: int = 0
    talking_s: tuple[float, ...] = ()
    wrapping: int = 0

    @property
    def people(self) -> int:
        """How many there are."""
        return self.ready + self.wrapping + len(self.talking_s)


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds: half the waits are shorter, a tenth shorter than ``low``, a tenth over ``high``."""

    seconds: float
    low: float
    high: float


def expected_wait(*, ahead: float, patient: float = 0.0, desks: Desks, pace: Pace) -> Wait | None:
    """How long until it is the turn of somebody with ``ahead`` before them; None without desks.

    ``patient`` of those ahead do not hang up: they are to be called back.
    """
    if desks.people == 0:
        return None
    free = _becoming_free(desks, pace)
    staying = _Staying(
        ahead, min(patient / ahead, 1.0) if ahead else 0.0, min(pace.leaving * pace.handling_s, 50)
    )
    turns, served = _turn(free, desks.people, staying=staying)
    seconds = turns * pace.handling_s
    apart = _TENTH * _deviation(served, ahead=ahead, pace=pace)
    return Wait(seconds, seconds * math.exp(-apart), seconds * math.exp(apart))


def _deviation(served: float, *, ahead: float, pace: Pace) -> float:
    """The standard deviation of the wait, as a part of it."""
    count = max(served, 1.0)
    gone = max(ahead + 1 - count, 0.0)
    chance = (pace.spread**2 * count + gone * count / (ahead + 1)) / count**2
    return min(math.sqrt(chance + pace.unsure**2 + _NEVER_SURE**2), 1.5)


def _turn(free: Floats, people: int, *, staying: "_Staying") -> tuple[float, float]:
    """When it is somebody's turn, in mean conversations, and how often a desk was free until then.

    The desks work through those ahead in their order, past those who have gone: whoever of them
    stands at the front at time t is there still with the probability that ``staying`` tells.
    """
    # The desks that are ready now are so at once; all others within their steps.
    edges = np.concatenate(([0.0, 0.0], (np.arange(1, _STEPS) + 0.5) * _STEP))
    gone_through = free / staying.part(np.arange(_STEPS, dtype=np.float64) * _STEP)
    through = np.concatenate(([0.0], np.cumsum(gone_through)))
    counted = np.concatenate(([0.0], np.cumsum(free)))
    end = float(edges[-1])
    if staying.ahead <= through[-1]:
        nobody_ahead = float(np.interp(staying.ahead, through, edges))
        count = float(np.interp(staying.ahead, through, counted))
    else:
        nobody_ahead = staying.later(end, (staying.ahead - float(through[-1])) / people)
        count = float(counted[-1]) + people * (nobody_ahead - end)
    served = count + _NEXT
    if served <= counted[-1]:
        return max(float(np.interp(served, counted, edges)), nobody_ahead), served
    beyond = (served - float(counted[-1])) / people
    return max(end + beyond, nobody_ahead), served


@dataclass(frozen=True, slots=True)
class _Staying:
    """Those ahead: a part of them patient, the others hanging up at the rate ``leaving``."""

    ahead: float
    patient: float
    leaving: float

    def part(self, at: Floats) -> Floats:
        """The part of those ahead that is still there, if nobody was answered."""
        return np.asarray(self.patient + (1 - self.patient) * np.exp(-self.leaving * at))

    def later(self, since: float, turns: float) -> float:
        """When the desks, free once a unit of time, have gone through ``turns`` more of them."""
        rate, patient = self.leaving, self.patient
        if rate < 1e-9 or patient > 1 - 1e-9:
            return since + turns
        if patient < 1e-9:
            # log(exp(rate * since) + rate * turns), for numbers of any size.
            return float(np.logaddexp(rate * since, math.log(rate * turns))) / rate
        # The integral of 1 / part(t) is log(patient * exp(rate t) + 1 - patient) / (rate patient).
        begun = float(np.logaddexp(math.log(patient) + rate * since, math.log1p(-patient)))
        reached = begun + rate * patient * turns
        grown = reached + math.log1p(-(1 - patient) * math.exp(-reached))
        return (grown - math.log(patient)) / rate


def _becoming_free(desks: Desks, pace: Pace) -> Floats:
    """How many desks are expected to become free in each step; one becomes so again and again."""
    first = np.zeros(_STEPS)
    first[0] = desks.ready
    edges = (np.arange(_STEPS + 1) - 0.5).clip(0) * _STEP
    if desks.talking_s:
        elapsed = np.array(desks.talking_s, dtype=float).clip(0)[:, None] / pace.handling_s
        staying = _staying(elapsed + edges[None, :], pace.spread)
        left = staying / staying[:, :1]
        first += -np.diff(left, axis=1).sum(axis=0)
    if desks.wrapping:
        rate = pace.handling_s / max(pace.wrap_up_s, 1.0)
        first += desks.wrapping * -np.diff(np.exp(-rate * edges))
    again = _renewals(round(pace.spread, 1))
    return np.convolve(first, again)[:_STEPS]


def _staying(times: Floats, spread: float) -> Floats:
    """The part of conversations that last longer than this, in means; lognormal, never quite 0."""
    sigma = math.sqrt(math.log1p(max(spread, 0.05) ** 2))
    with np.errstate(divide="ignore"):
        z = (np.log(times) + sigma**2 / 2) / sigma
    # A conversation that lasts longer than any known one may end at any moment: of what is left
    # of it nothing is known but the tail's shape, cut where it is too small to divide by.
    return np.asarray(ndtr(-np.minimum(z, 8.0)) * np.exp(-np.maximum(z - 8.0, 0.0)))


@lru_cache(maxsize=64)
def _renewals(spread: float) -> Floats:
    """At each step, how many times a desk is expected to be free that was so at the beginning."""
    edges = (np.arange(_STEPS + 1) - 0.5).clip(0) * _STEP
    lasts = -np.diff(_staying(edges, spread))
    # Nothing is over at once: what would be is so after the first step.
    lasts[1] += lasts[0]
    lasts[0] = 0.0
    found = np.zeros(_STEPS)
    found[0] = 1.0
    for step in range(1, _STEPS):
        found[step] = float(np.dot(lasts[1 : step + 1], found[step - 1 :: -1][:step]))
    return found


@dataclass(frozen=True, slots=True)
class Skills:
    """What a desk can take: languages and topics, all of them where none is named."""

    languages: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()

    def fit(self, language: str, topic: str) -> bool:
        """Whether a call in this language about this can be taken; empty is anything."""
        return (not language or not self.languages or language in self.languages) and (
            not topic or not self.topics or topic in self.topics
        )


def competing(
    *,
    waiting: Mapping[tuple[str, str], float],
    desks: Mapping[Skills, int],
    language: str,
    topic: str,
) -> float:
    """How many of those ahead (by language and topic) will be taken by the desks I need.

    In their order each goes to the desk that is free first and can take them. Of who can be taken
    elsewhere, only that part stands before me.
    """
    kinds = {skills: number for skills, number in desks.items() if number > 0}
    mine = {skills for skills in kinds if skills.fit(language, topic)}
    if mine == set(kinds):
        return float(
            sum(n for (lang, about), n in waiting.items() if any(k.fit(lang, about) for k in kinds))
        )
    busy_until = dict.fromkeys(kinds, 0.0)
    before_me = 0.0
    for who, size in _portions(waiting):
        able = [kind for kind in kinds if kind.fit(*who)]
        if able:
            first = min(able, key=lambda kind: busy_until[kind])
            busy_until[first] += size / kinds[first]
            before_me += size if first in mine else 0.0
    return before_me


def _portions(
    waiting: Mapping[tuple[str, str], float],
) -> Sequence[tuple[tuple[str, str], float]]:
    """The waiting in a mixed order, some at a time so that it costs the same however many."""
    total = sum(waiting.values())
    size = max(1.0, total / _MOST_PORTIONS)
    spread: list[tuple[float, tuple[str, str], float]] = []
    for who, number in sorted(waiting.items()):
        parts = max(1, math.ceil(number / size)) if number else 0
        spread += [((part + 0.5) / parts, who, number / parts) for part in range(parts)]
    return [(who, part) for _place, who, part in sorted(spread)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What was handled, answered and left in some time: see ``PaceSum``."""

    handled: float = 0.0
    handling_s: float = 0.0
    handling_s2: float = 0.0
    wrap_up_s: float = 0.0
    left: float = 0.0
    waited_s: float = 0.0


# A call centre of which nothing is known: published handling times are between 180 and 240 s.
UNKNOWN: Final = Pace(handling_s=210.0, spread=0.7, wrap_up_s=30.0, leaving=1 / 300, unsure=0.3)
_AS_GOOD_AS: Final = 30.0
_LEAVINGS: Final = 20.0


def pace_of(*, recent: Sums, before: Sums) -> Pace:
    """The pace of this hour, between the last hour's own and that of such half hours before.

    So many calls of the last hour count as much as all that came before, and that as much again
    as what is known of call centres in general.
    """
    return _learnt(_learnt(UNKNOWN, before), recent)


def _learnt(known: Pace, seen: Sums) -> Pace:
    calls = seen.handled + _AS_GOOD_AS
    handling_s = (seen.handling_s + _AS_GOOD_AS * known.handling_s) / calls
    square = known.handling_s**2 * (1 + known.spread**2)
    square = (seen.handling_s2 + _AS_GOOD_AS * square) / calls
    spread = math.sqrt(max(square / handling_s**2 - 1, 0.0))
    leavings = _LEAVINGS + seen.left
    return Pace(
        handling_s=handling_s,
        spread=min(max(spread, 0.2), 2.0),
        wrap_up_s=(seen.wrap_up_s + _AS_GOOD_AS * known.wrap_up_s) / calls,
        # The rate of Erlang A: who left, by all the time that anybody waited.
        leaving=leavings / (seen.waited_s + _LEAVINGS / known.leaving),
        unsure=known.unsure * math.sqrt(_AS_GOOD_AS / calls),
    )
