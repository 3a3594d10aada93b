"""What areas would gain or lose if crews changed teams: the past year, gone through again. Pure.

The model, all of it: a team has one line of work. Each day so many requests join it as really did;
the team takes off so many as its capacity is, more on the weekdays on which it completes more.
How much is done in a day varies as chance has it. Each request is as much work as another, and a
crew that comes does as much as the crews there, or up to a fifth more or less. What a tenth of the
requests need at least (``floor``, in doubt by half of it) is no waiting, and no crew shortens it.
The capacity is what makes the line as long as the team's open requests really were in the mean.
What is told is what would have been of that year, not of the next.

Not all waiting is for want of crews: parts, permits and dates take their time whoever is there.
``follows`` is the share that is, as far as weeks tell in which the line was longer: 1 where
requests of those weeks took longer by all that the model says, 0 where they took no longer. A
taker's gain is that share of the model's. What a giver loses can be all that the model says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from citycall.analytics.fairness.cells import Floats, Ints
from citycall.analytics.fairness.untold import Between, between

WEEKS: Final = 52
DAYS: Final = WEEKS * 7
BLOCK: Final = 4
DRAWS: Final = 300
# With less work in a year nothing is said.
ENOUGH: Final = 100
_MOST: Final = 50.0


@dataclass(frozen=True)
class Load:
    """A team's year: requests by day, and what became of them.

    ``open_before`` counts what was open when the year began, ``mean_open`` what was in the mean.
    ``floor`` is in days. ``weekday`` says how much of the mean day's capacity each weekday has,
    Monday first; ``begins`` is the weekday of the first day. ``took`` are mean days of the requests
    of each week (nan where too many are still open), ``of`` their number. ``areas`` says how many
    of the year's requests lie in which area.
    """

    arrived: Floats
    open_before: float
    mean_open: float
    floor: float
    weekday: Floats
    begins: int
    took: Floats
    of: Floats
    areas: Mapping[int, int]


@dataclass(frozen=True)
class Line:
    """A team's line of work as the model has it: likely capacities a day, and how far it holds.

    ``floors`` (days), ``luck`` (of each day, in standard deviations), ``capacities`` and
    ``follows`` belong together, draw by draw.
    """

    load: Load
    floors: Floats
    luck: Floats
    capacities: Floats
    follows: Floats


@dataclass(frozen=True)
class Change:
    """What another capacity would have made of the year: days a request, and open at its end.

    ``days`` is below zero where requests would have been done sooner.
    """

    days: Between
    open_at_end: Between
    by_area: Mapping[int, int]


def line(load: Load, *, seed: int = 0) -> Line | None:
    """The line of work that fits a team's year; none where there was too little work."""
    if load.arrived.sum() < ENOUGH:
        return None
    rng = np.random.default_rng(seed)
    floors = load.floor * rng.uniform(0.5, 1.5, DRAWS)
    luck = rng.standard_normal((len(load.arrived), DRAWS))
    aim = np.maximum(load.mean_open - floors * load.arrived.mean(), 0.0)
    low, high = np.full((2, DRAWS), load.arrived.mean()) * np.array([[1 / _MOST], [_MOST]])
    for _round in range(40):
        capacities = (low + high) / 2
        longer = _waiting(load, floors, capacities, luck).mean(axis=0) > aim
        low, high = np.where(longer, capacities, low), np.where(longer, high, capacities)
    modelled = np.median(_waiting(load, floors, capacities, luck) / capacities, axis=1)
    return Line(load, floors, luck, capacities, _follows(load, modelled, rng))


def change(found: Line, *, factor: float, seed: int = 0) -> Change:
    """What ``factor`` times the capacity would have made of the year.

    Raises ValueError where nothing of the capacity would be left.
    """
    if factor <= 0:
        raise ValueError("no capacity left")
    load = found.load
    rng = np.random.default_rng(seed)
    other = np.maximum(1 + (factor - 1) * rng.uniform(0.8, 1.2, DRAWS), 0.0)
    before = _waiting(load, found.floors, found.capacities, found.luck)
    after = _waiting(load, found.floors, found.capacities * other, found.luck)
    share = found.follows if factor > 1 else np.maximum(found.follows, rng.random(DRAWS))
    gained = (after - before).mean(axis=0) / load.arrived.mean() * share
    at_end = (after - before)[-1] * share
    return Change(days=between(gained), open_at_end=between(at_end), by_area=load.areas)


def by_area(changes: list[Change]) -> dict[int, Between]:
    """Days a year that the requests of each area would wait more or less, all of them together."""
    totals: dict[int, list[Between]] = {}
    for each in changes:
        for area, count in each.by_area.items():
            days = Between(each.days.value * count, each.days.low * count, each.days.high * count)
            totals.setdefault(area, []).append(days)
    return {area: _sum(parts) for area, parts in totals.items()}


def _sum(parts: list[Between]) -> Between:
    """Independent doubts add up by their squares, each side by itself."""
    value = sum(each.value for each in parts)
    low = sum((each.value - each.low) ** 2 for each in parts) ** 0.5
    high = sum((each.high - each.value) ** 2 for each in parts) ** 0.5
    return Between(value, value - low, value + high)


def _waiting(load: Load, floors: Floats, capacities: Floats, luck: Floats) -> Floats:
    """Waiting at the end of each day, by draw; the line is never shorter than nothing."""
    today = np.maximum(load.open_before - floors * load.arrived.mean(), 0.0)
    found = np.empty((len(load.arrived), len(capacities)))
    for day, arrived in enumerate(load.arrived):
        usual = capacities * load.weekday[(load.begins + day) % 7]
        taken = np.maximum(usual + luck[day] * np.sqrt(usual), 0.0)
        today = found[day] = np.maximum(today + arrived - taken, 0.0)
    return found


def _follows(load: Load, modelled: Floats, rng: np.random.Generator) -> Floats:
    """Likely shares of the modelled waiting that requests really had: a slope, by blocks of weeks.

    Where the line was much the same all year, anything from 0 to 1 is as likely.
    """
    weeks = modelled.reshape(WEEKS, 7).mean(axis=1)
    blocks = np.arange(WEEKS).reshape(-1, BLOCK)
    chosen = blocks[rng.integers(0, len(blocks), (DRAWS, len(blocks)))].reshape(DRAWS, -1)
    x, y = weeks[chosen], load.took[chosen]
    weight = np.where(np.isnan(y), 0.0, load.of[chosen])
    y = np.nan_to_num(y)
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    x = x - (x * weight).sum(axis=1, keepdims=True) / total
    y = y - (y * weight).sum(axis=1, keepdims=True) / total
    spread = (weight * x**2).sum(axis=1)
    noise = (weight * y**2).sum(axis=1) / np.maximum((weight > 0).sum(axis=1), 1)
    slope = (weight * x * y).sum(axis=1) / np.maximum(spread, 1e-9)
    # How far chance alone can push the slope; where that is more than all, nothing is known.
    unsure = np.sqrt(noise / np.maximum(spread, 1e-9)) > 1
    return np.where(unsure, rng.random(DRAWS), np.clip(slope, 0.0, 1.0))


def weekday_shares(completed: Ints) -> Floats:
    """What each weekday's part of the capacity is, from completions by weekday; the mean is 1."""
    counts = np.asarray(completed, dtype=np.float64)
    return counts / counts.mean() if counts.sum() >= ENOUGH else np.ones(7)
