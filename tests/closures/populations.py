"""Invented completions of a month, with agencies that differ, and calls that are not answered."""

import random
from dataclasses import dataclass

import numpy as np

from citycall.closures.actions.draw import Row, probabilities_of
from citycall.closures.estimate import Drawn, Estimate, false_rate, systematic
from citycall.closures.models import Plan


@dataclass(frozen=True)
class Town:
    """What completions there are: a day, the share of false ones by agency, and who answers.

    ``found`` is the part of the false ones that looks false, ``alarms`` that of the others.
    """

    a_day: int = 110
    days: int = 28
    false: tuple[float, ...] = (0.02, 0.04, 0.05, 0.09, 0.16)
    sizes: tuple[float, ...] = (0.35, 0.3, 0.2, 0.1, 0.05)
    found: float = 0.9
    alarms: float = 0.04
    answers: tuple[float, ...] = (0.9, 0.75, 0.7, 0.6, 0.5)
    a_week: int = 50


def month(town: Town, *, seed: int) -> tuple[Estimate | None, float]:
    """The estimate of a month's draws, and the true rate of what could be drawn."""
    rng, chance = np.random.default_rng(seed), random.Random(seed)
    plan = Plan(a_week=town.a_week, flagged_share=0.4)
    drawn: list[Drawn] = []
    sizes = {True: 0, False: 0}
    false_ones = 0
    for _day in range(town.days):
        count = rng.poisson(town.a_day)
        agency = rng.choice(len(town.sizes), count, p=town.sizes)
        false = rng.random(count) < np.array(town.false)[agency]
        flagged = rng.random(count) < np.where(false, town.found, town.alarms)
        groups = rng.integers(0, 4, count)
        rows = sorted(
            Row(int(a), f"group {g}", bool(f), n)
            for n, (a, g, f) in enumerate(zip(agency, groups, flagged, strict=True))
        )
        probabilities = probabilities_of(rows, plan)
        false_ones += int(false.sum())
        for row in rows:
            sizes[row.flagged] += 1
        for place in systematic(probabilities, start=chance.random()):
            row = rows[place]
            reached = chance.random() < town.answers[row.agency_id]
            drawn.append(
                Drawn(
                    row.flagged,
                    row.agency_id,
                    probabilities[place],
                    bool(false[row.closure_id]) if reached else None,
                )
            )
    return false_rate(drawn, sizes), false_ones / sum(sizes.values())


def covered(town: Town, *, seeds: int) -> tuple[int, float]:
    """In how many seeds the interval holds the true rate, and the mean of its half width."""
    found, widths = 0, []
    for seed in range(seeds):
        estimate, truth = month(town, seed=seed)
        if estimate is None:
            continue
        found += estimate.low <= truth <= estimate.high
        widths.append(estimate.points)
    return found, float(np.mean(widths))


TOWNS = {
    "flags find nine of ten": Town(),
    "flags find half": Town(found=0.5, alarms=0.1),
    "flags say nothing": Town(found=0.05, alarms=0.05),
    "hardly any false": Town(false=(0.002, 0.004, 0.005, 0.01, 0.03)),
    "Baltimore in 2003": Town(false=(0.16,) * 5, a_day=20),
    "few checks": Town(a_week=15),
}
