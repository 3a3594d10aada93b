"""What is expected of the next four weeks at every level, so that parts add up. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from citycall.analytics.forecasts import levels, seasons
from citycall.analytics.forecasts.weeks import (
    AGENCY,
    AHEAD,
    AREA,
    CITY,
    SERVICE,
    SERVICE_AREA,
    TEAMS,
    Floats,
    History,
)

# A service that nobody has asked for within a year is not expected to be.
SILENT_WEEKS: Final = 52


@dataclass(frozen=True, slots=True)
class Expected:
    """Means of the coming weeks: by service (services by weeks), and each layer's shares."""

    services: Floats
    shares: dict[str, Floats]
    kept: float

    def of_level(self, level: str, layer: str, agencies: Floats) -> Floats:
        """Series by weeks of one level; ``agencies`` is a matrix of agencies by services."""
        found: Floats
        if level == SERVICE_AREA:
            cells = self.shares[layer][:, :, None] * self.services[:, None, :]
            found = cells.reshape(-1, self.services.shape[1])
        elif level == AREA:
            found = self.shares[layer].T @ self.services
        else:
            found = added(self.services, level, agencies)
        return found


def added(by_service: Floats, level: str, agencies: Floats) -> Floats:
    """Services added up to the city or to agencies, or as they are."""
    found = by_service
    if level == CITY:
        found = by_service.sum(axis=0, keepdims=True)
    elif level == AGENCY:
        found = agencies @ by_service
    return found


def expect(past: History, *, weeks: int | None = None) -> Expected:
    """The next four weeks as known after ``weeks`` of the history (all of it)."""
    known = past.weeks if weeks is None else weeks
    counts = past.received[:, :known].astype(float)
    given = seasons.features(
        past.starts(ahead=AHEAD)[: known + AHEAD], known=known, holidays=past.holidays
    )
    total = np.cumsum(counts, axis=1)
    began = (total == 0).sum(axis=1).astype(float)
    course, excess = seasons.expected_course(counts, given, began=began)
    level, kept = levels.levels(counts, course, excess, began=began)
    alive = counts[:, -SILENT_WEEKS:].sum(axis=1) > 0
    means = course[:, known:] * level[:, None] * alive[:, None]
    split = {code: levels.shares(layer.counts[:, :, :known]) for code, layer in past.layers.items()}
    return Expected(means, split, kept)


def agency_matrix(past: History) -> tuple[tuple[int, ...], Floats]:
    """The agencies' ids, and a matrix that adds services up to them."""
    ids = tuple(sorted(set(past.agencies)))
    matrix = np.zeros((len(ids), len(past.services)))
    for column, agency in enumerate(past.agencies):
        matrix[ids.index(agency), column] = 1.0
    return ids, matrix


def levels_of(past: History) -> Iterator[tuple[str, str]]:
    """Every level with its layer: the city, agencies, services, and areas with and without."""
    yield from ((CITY, ""), (AGENCY, ""), (SERVICE, ""))
    for code in past.layers:
        yield AREA, code
        if code != TEAMS:
            yield SERVICE_AREA, code
