"""Invented teams with a known line of work, and the same year with another capacity."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citycall.analytics.fairness.crews import DAYS, WEEKS, Load

BEFORE = 120
WEEKDAY = np.array([1.2, 1.2, 1.2, 1.2, 1.2, 1.0, 0.0])


@dataclass(frozen=True)
class Team:
    """``busy`` is how much of the capacity the work takes; ``lasts`` days that no crew shortens."""

    seed: int
    busy: float = 0.9
    lasts: float = 0.0
    queues: bool = True

    def arrived(self) -> NDArray[np.int64]:
        """Requests by day, with seasons and months that differ; a start-up time before the year."""
        rng = np.random.default_rng(self.seed)
        days = np.arange(BEFORE + DAYS)
        months = np.exp(0.3 * rng.standard_normal(len(days) // 28 + 1)).repeat(28)[: len(days)]
        return rng.poisson(12 * (1 + 0.25 * np.sin(2 * np.pi * days / 364 + self.seed)) * months)

    def year(self, *, factor: float = 1.0) -> NDArray[np.float64]:
        """Of each request the day it came and how many days it took, with so much capacity."""
        arrived, rng = self.arrived(), np.random.default_rng(1_000 + self.seed)
        own = rng.exponential(3.0, arrived.sum()) * self.lasts
        waiting: deque[tuple[int, int]] = deque()
        took, number = [], 0
        for day, came in enumerate(arrived.tolist()):
            for _each in range(came):
                waiting.append((number, day))
                number += 1
            usual = arrived.mean() / self.busy * WEEKDAY[day % 7] / WEEKDAY.mean()
            more = factor if day >= BEFORE else 1.0
            able = len(waiting) if not self.queues else rng.poisson(usual * more)
            for _each in range(min(able, len(waiting))):
                which, since = waiting.popleft()
                took.append((since, day - since + 0.5 + own[which]))
        end = len(arrived)
        took += [(since, end - since + 0.5) for _which, since in waiting]
        return np.array(took)

    def mean_days(self, *, factor: float = 1.0) -> float:
        """Days that requests of the year took in the mean, until its end."""
        year = self.year(factor=factor)
        return float(year[year[:, 0] >= BEFORE, 1].mean())

    def load(self) -> Load:
        """What the facts would say of it."""
        year, arrived = self.year(), self.arrived()
        came, took = year[:, 0], year[:, 1]
        ended = came + took
        days = np.arange(BEFORE, BEFORE + DAYS)
        opened = [int(((came <= day) & (ended > day)).sum()) for day in days.tolist()]
        week = (came - BEFORE) // 7
        return Load(
            arrived=arrived[BEFORE:].astype(float),
            open_before=float(opened[0]),
            mean_open=float(np.mean(opened)),
            floor=float(np.quantile(took[came >= BEFORE], 0.1)),
            weekday=WEEKDAY / WEEKDAY.mean(),
            begins=BEFORE % 7,
            took=np.array([took[week == n].mean() for n in range(WEEKS)]),
            of=np.array([float((week == n).sum()) for n in range(WEEKS)]),
            areas={1: 300, 2: 100},
        )
