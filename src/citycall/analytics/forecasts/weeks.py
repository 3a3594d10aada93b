"""What was received so far, in weeks of seven days that end with the last whole day. Pure.

A week here is no calendar week: the last one ends with the last day that is known whole, so that
nothing known is left out and every week has each day of the week once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

AHEAD: Final = 4
WEEK: Final = timedelta(days=7)
# More than five years say little about the next four weeks.
MOST_WEEKS: Final = 260
# At which levels something is forecast; teams are a layer of areas.
CITY, AGENCY, SERVICE, AREA, SERVICE_AREA = "city", "agency", "service", "area", "service_area"
TEAMS: Final = "teams"
# Stands in a layer's ids for what lies in none of its areas.
ELSEWHERE: Final = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """Counts by service, area and week; the last area is ``ELSEWHERE``: in none of them."""

    ids: tuple[int, ...]
    counts: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class History:
    """Requests received, by service and week, and the same split by each layer of areas.

    ``until`` is the first day that is not known whole. ``agencies`` has each service's agency.
    Days in ``holidays`` are those on which the city does not work, past and coming.
    """

    until: date
    services: tuple[int, ...]
    agencies: tuple[int, ...]
    received: Ints
    layers: Mapping[str, Layer]
    holidays: frozenset[date] = frozenset()

    @property
    def weeks(self) -> int:
        """How many whole weeks are known."""
        return int(self.received.shape[1])

    def starts(self, *, ahead: int = 0) -> list[date]:
        """The first day of every known week, and of so many weeks after them."""
        first = self.until - self.weeks * WEEK
        return [first + n * WEEK for n in range(self.weeks + ahead)]


@dataclass(frozen=True, slots=True)
class Days:
    """Requests counted by service, part (an area or a team; may be none: 0) and day."""

    service: Ints
    part: Ints
    day: NDArray[np.datetime64]
    count: Ints

    @classmethod
    def of(
        cls, service: ArrayLike, part: ArrayLike, day: ArrayLike, count: ArrayLike | None = None
    ) -> "Days":
        """From columns of one length; without counts every row is one request."""
        which = np.asarray(service, dtype=np.int64)
        return cls(
            which,
            np.asarray(part, dtype=np.int64),
            np.asarray(day, dtype="datetime64[D]"),
            np.ones(len(which), np.int64) if count is None else np.asarray(count, dtype=np.int64),
        )


def history(
    layers: Mapping[str, Days],
    *,
    until: date,
    agencies: Mapping[int, int],
    holidays: Collection[date] = (),
) -> History:
    """Weeks from counted days: every layer holds the same requests, split its own way.

    ``agencies`` names the services that count, with their agencies; the others are left out.
    Raises ``ValueError`` where layers disagree about how much was received.
    """
    services = tuple(sorted(agencies))
    every = next(iter(layers.values()))
    known = every.day[np.isin(every.service, services) & (every.day < np.datetime64(until, "D"))]
    weeks = 0 if not len(known) else (until - known.min().item()).days // 7
    weeks = min(weeks, MOST_WEEKS)
    made = {code: _layer(days, services, until, weeks) for code, days in layers.items()}
    received = next(iter(made.values())).counts.sum(axis=1, dtype=np.int64)
    for code, layer in made.items():
        if not np.array_equal(layer.counts.sum(axis=1, dtype=np.int64), received):
            raise ValueError(f"the layer {code} holds other requests than the first")
    return History(
        until=until,
        services=services,
        agencies=tuple(agencies[service] for service in services),
        received=received,
        layers=made,
        holidays=frozenset(holidays),
    )


def _layer(days: Days, services: Sequence[int], until: date, weeks: int) -> Layer:
    last = np.datetime64(until, "D")
    week = weeks - 1 - (last - np.timedelta64(1, "D") - days.day).astype(np.int64) // 7
    kept = np.isin(days.service, services) & (days.day < last) & (week >= 0)
    ids = np.unique(days.part[kept & (days.part != ELSEWHERE)])
    parts = np.where(days.part == ELSEWHERE, len(ids), np.searchsorted(ids, days.part))
    counts = np.zeros((len(services), len(ids) + 1, weeks), np.int32)
    rows = np.searchsorted(np.asarray(services), days.service)
    np.add.at(counts, (rows[kept], parts[kept], week[kept]), days.count[kept])
    return Layer((*ids.tolist(), ELSEWHERE), counts)
