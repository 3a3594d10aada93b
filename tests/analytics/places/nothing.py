"""A service where nothing is going on: some places and weeks are busier, and that is all."""

import h3.api.basic_int as h3
import numpy as np

from citycall.analytics.places.scan import Cases

MIDDLE = h3.latlng_to_cell(39.28, -76.61, 9)


def cases(rng: np.random.Generator, *, problems: int, weeks: int, rings: int = 9) -> Cases:
    """Problems whose place says nothing about their week."""
    cells = sorted(h3.grid_disk(MIDDLE, rings))
    busy = rng.gamma(0.7, 1.0, len(cells))
    season = 1 + 0.6 * np.sin(np.arange(weeks) * 2 * np.pi / 52)
    where = rng.choice(len(cells), problems, p=busy / busy.sum())
    week = rng.choice(weeks, problems, p=season / season.sum())
    return Cases(cells, where, week, weeks)
