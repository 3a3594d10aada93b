"""Invented towns whose requests follow a known course, drawn week by week."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from citycall.analytics.forecasts.weeks import WEEK, Floats, History, Layer

UNTIL = date(2026, 11, 20)


@dataclass(frozen=True)
class Town:
    """Requests a week by service, how much services swing with the year, storms, and areas."""

    sizes: tuple[float, ...] = (60.0, 30.0, 12.0, 6.0, 3.0, 1.0, 0.4) * 3
    swings: tuple[float, ...] = (0.8, -0.6, 0.1) * 7
    weeks: int = 104
    storms: float = 0.25
    grows_a_year: float = 0.0
    agencies: int = 3
    layers: tuple[tuple[str, int], ...] = (("districts", 6),)

    def means(self, *, ahead: int = 0) -> Floats:
        """What was to be expected of every service in each week."""
        weeks = np.arange(self.weeks + ahead)
        days = np.array([(UNTIL - (self.weeks - int(n)) * WEEK).toordinal() + 3 for n in weeks])
        wave = np.cos(2 * np.pi * days / 365.25)
        trend = np.exp(np.log1p(self.grows_a_year) * (weeks - self.weeks) / 52)
        each = np.exp(np.outer(self.swings, wave)) * np.array(self.sizes)[:, None]
        return np.asarray(each * trend)


def drawn(town: Town, *, seed: int) -> History:
    """The town's history by chance."""
    rng = np.random.default_rng(seed)
    means = town.means()
    shock = rng.gamma(1 / town.storms**2, town.storms**2, means.shape) if town.storms else 1.0
    count = len(town.sizes)
    layers = {}
    received = rng.poisson(means * shock)
    for code, areas in town.layers:
        shares = rng.dirichlet(np.full(areas + 1, 3.0), count)
        split = np.empty((count, areas + 1, town.weeks), np.int32)
        for service in range(count):
            split[service] = rng.multinomial(received[service], shares[service]).T
        layers[code] = Layer((*range(1, areas + 1), 0), split)
    return History(
        until=UNTIL,
        services=tuple(range(1, count + 1)),
        agencies=tuple(1 + n % town.agencies for n in range(count)),
        received=received,
        layers=layers,
    )
