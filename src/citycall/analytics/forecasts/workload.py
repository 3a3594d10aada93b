"""What comes to each team against what it has shown it can do, and what is left over. Pure.

A team ends a part of what is at hand each week: what was open and what came. That part is learned
from the last quarter; no week is thought to end more than the team's best four weeks of the last
year did. How far such a course was wrong before, tried week after week, gives the intervals.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import erfinv

from citycall.analytics.forecasts.intervals import FORGOTTEN, SHARE
from citycall.analytics.forecasts.weeks import AHEAD, Bools, Floats, Ints

QUARTER: Final = 13
YEAR: Final = 52
# Errors of so many imagined forecasts that follow chance alone are added to those seen.
_BELIEVED = 5
# How many tries a team's own errors are mixed with that are like those of all teams.
_LEANING = 6.0
# The half width of an 80% interval of a normal error, in standard deviations.
_NORMAL = 1.2816


@dataclass(frozen=True, slots=True)
class Work:
    """What teams had to do: requests received and ended by team and week, and open now.

    Teams are those of the history's layer of teams, in its order. Ended is whatever is open no
    more: completed, cancelled, referred.
    """

    received: Floats
    ended: Floats
    open_now: Ints

    def opened(self) -> Floats:
        """How many were open before the first week and after each: teams by weeks and one."""
        change = np.cumsum(self.received - self.ended, axis=1)
        start = self.open_now - change[:, -1]
        return np.concatenate([start[:, None], start[:, None] + change], axis=1)


@dataclass(frozen=True, slots=True)
class Course:
    """What is expected of each team: coming, ended and open by week, and its capacity.

    ``open`` are teams by weeks, after each; ``low`` and ``high`` its 80% interval; ``capacity``
    requests a week. ``grows`` is true where even the low end is above what is open now, and
    ``shrinks`` where even the high end is below it, after four weeks.
    """

    coming: Floats
    ended: Floats
    open: Floats
    low: Floats
    high: Floats
    capacity: Floats
    grows: Bools
    shrinks: Bools


@dataclass(frozen=True, slots=True)
class Trial:
    """How the courses did when tried: by week ahead, the error against that of no change.

    ``held`` is the part of intervals that held what came; none where too little is known.
    """

    origins: int
    error: Floats
    unchanged: Floats
    held: Floats


def ahead(work: Work, coming: Floats, *, weeks: int) -> tuple[Floats, Floats, Floats]:
    """What teams end and what stays open in the next weeks, as known after ``weeks``.

    ``coming`` are the expected requests, teams by weeks. Also the capacity, a week.
    """
    opened = work.opened()[:, : weeks + 1]
    ended, received = work.ended[:, :weeks], work.received[:, :weeks]
    capacity = _best(ended[:, -YEAR:])
    hand = (opened[:, :-1] + received)[:, -QUARTER:].sum(axis=1)
    part = np.divide(ended[:, -QUARTER:].sum(axis=1), hand, out=np.zeros(len(hand)), where=hand > 0)
    left, done, stays = opened[:, -1], [], []
    for week in range(coming.shape[1]):
        at_hand = np.maximum(left + coming[:, week], 0)
        done.append(np.minimum(part * at_hand, capacity))
        left = at_hand - done[-1]
        stays.append(left)
    return np.column_stack(done), np.column_stack(stays), capacity


def _best(ended: Floats) -> Floats:
    """The most that was ended a week over any four weeks together."""
    if ended.shape[1] < AHEAD:
        return np.asarray(ended.max(axis=1, initial=0.0))
    sums = np.lib.stride_tricks.sliding_window_view(ended, AHEAD, axis=1).sum(axis=2)
    return np.asarray(sums.max(axis=1) / AHEAD)


def course(work: Work, coming: Floats, tried: dict[int, Floats]) -> tuple[Course, Trial | None]:
    """The next four weeks of every team, and how such courses did.

    ``tried`` has, by the number of weeks then known, what was expected to come then.
    """
    weeks = work.received.shape[1]
    done, stays, capacity = ahead(work, coming, weeks=weeks)
    errors, trial = _trial(work, tried)
    width = _width(errors) * _scale(coming, done)
    low, high = _within(stays, width)
    grows, shrinks = low[:, -1] > work.open_now, high[:, -1] < work.open_now
    return Course(coming, done, stays, low, high, capacity, grows, shrinks), trial


def _scale(coming: Floats, done: Floats) -> Floats:
    """By which errors of teams of all sizes are alike: the square root of all that moves."""
    return np.sqrt(np.cumsum(coming + done, axis=1) + 1)


def _trial(work: Work, tried: dict[int, Floats]) -> tuple[Floats, Trial | None]:
    opened = work.opened()
    found: list[Floats] = []
    unchanged, held, misses = [], [], []
    for weeks, coming in sorted(tried.items()):
        done, stays, _capacity = ahead(work, coming, weeks=weeks)
        real = opened[:, weeks + 1 : weeks + 1 + AHEAD]
        scale = _scale(coming, done)
        over = max(0, len(found) - AHEAD + 1)
        if over >= AHEAD:
            width = _width(np.stack(found[:over])) * scale
            low, high = _within(stays, width)
            held.append((real >= low) & (real <= high))
        found.append(np.abs(real - stays) / scale)
        misses.append(np.abs(real - stays))
        unchanged.append(np.abs(real - opened[:, weeks : weeks + 1]))
    if not held:
        return np.zeros((0, len(work.open_now), AHEAD)), None
    trial = Trial(
        len(found),
        np.mean(misses, axis=(0, 1)),
        np.mean(unchanged, axis=(0, 1)),
        np.mean(held, axis=(0, 1)),
    )
    return np.stack(found), trial


def _width(errors: Floats) -> Floats:
    """The scaled error, by team and week ahead, within which four of five lay; lately counts more.

    How wrong a team's courses are is its own, drawn to that of all teams where little is known.
    """
    tries, teams, _weeks = errors.shape
    if not tries:
        return np.full((teams, AHEAD), _NORMAL)
    age = FORGOTTEN ** np.arange(tries - 1, -1, -1.0)
    told = np.einsum("o,otw->tw", age, errors**2)
    common = told.sum(axis=0) / (age.sum() * teams)
    own = np.sqrt((told + _LEANING * common) / (age.sum() + _LEANING) + 1e-9)
    weight = np.concatenate([np.repeat(age, teams), np.ones(_BELIEVED)])
    return np.column_stack(
        [
            own[:, week] * _four_of_five(errors[:, :, week] / own[:, week], weight)
            for week in range(AHEAD)
        ]
    )


def _four_of_five(errors: Floats, weight: Floats) -> float:
    believed = np.sqrt(2) * erfinv((np.arange(_BELIEVED) + 0.5) / _BELIEVED)
    every = np.concatenate([errors.ravel(), believed])
    order = np.argsort(every)
    total = np.cumsum(weight[order])
    return float(every[order][np.searchsorted(total, SHARE * total[-1])])


def _within(stays: Floats, width: Floats) -> tuple[Floats, Floats]:
    """The ends of the interval as whole requests, none below 0."""
    return np.maximum(np.round(stays - width), 0), np.round(stays + width)
