"""What is planted in the demo city for analysts to find: hot spots, and services that change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from citycall.demo.geography import City

if TYPE_CHECKING:
    from citycall.demo.history.incidents import Incidents
    from citycall.demo.history.truth import ServiceTruth

Floats = NDArray[np.float64]

SPOTS: Final = 8
# How many of them go on when the history ends, so that there is something to see today.
GOING_ON: Final = 2
SHIFTS: Final = 6
PACES: Final = 4
# The services that something is planted in are no rare ones, or nobody could ever find it.
COMMON: Final = 1.0
BUSY: Final = 2.2
# A hot spot is the most crowded of so many places, so that its usual number is not next to none.
AMONG: Final = 6
METRES_A_DEGREE: Final = 111_195.0
# These have places of their own: fields, poles.
_ELSEWHERE: Final = ("park", "playground", "ball-field", "trail", "street-light", "signal", "pole")


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A place where one service is needed far more often for some weeks.

    ``share`` is the part of all the city's problems of these weeks that arises there in addition;
    ``factor`` how many times the place's usual number of this service's problems that makes.
    """

    service: str
    longitude: float
    latitude: float
    radius_m: float
    since: datetime
    until: datetime
    share: float
    factor: float


@dataclass(frozen=True, slots=True)
class Shift:
    """From a moment on, ``factor`` times as many problems of a service as before it."""

    service: str
    since: datetime
    factor: float


@dataclass(frozen=True, slots=True)
class Pace:
    """From a moment on, a service's work takes ``factor`` times as long."""

    service: str
    since: datetime
    factor: float


@dataclass(frozen=True)
class Planted:
    """All that is planted; no service has two things planted in it."""

    hot_spots: tuple[HotSpot, ...] = ()
    shifts: tuple[Shift, ...] = ()
    paces: tuple[Pace, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For the file of the truth, with moments as text."""
        return {
            kind: [
                {k: v.isoformat() if isinstance(v, datetime) else v for k, v in each.items()}
                for each in listed
            ]
            for kind, listed in asdict(self).items()
        }

    def level(self, service: str, days: NDArray[np.datetime64]) -> Floats:
        """How many times as many problems a service has on each day as before its shift."""
        level = np.ones(len(days))
        for shift in self.shifts:
            if shift.service == service:
                level[days >= np.datetime64(shift.since.date())] *= shift.factor
        return level

    def pace(self, codes: Sequence[str], found: Incidents) -> Floats:
        """How many times as long the work on each problem takes as before."""
        times = np.ones(len(found))
        for pace in self.paces:
            if pace.service in codes:
                mine = found.service == list(codes).index(pace.service)
                times[mine & (found.at >= _moment(pace.since))] *= pace.factor
        return times


def plant(
    services: Sequence[ServiceTruth], city: City, *, start: datetime, end: datetime, seed: int
) -> Planted:
    """What this seed plants between ``start`` and ``end``: from the seed alone, at any size."""
    rng = np.random.default_rng([seed, 8])
    fit = [s for s in services if s.weight >= COMMON and s.storm_share == 0 and not _elsewhere(s)]
    order = [fit[i] for i in rng.permutation(len(fit))]
    paces = [s for s in order if s.weight >= BUSY][:PACES]
    order = [s for s in order if s not in paces]
    shifts = [s for s in order if s.weight >= BUSY][:SHIFTS]
    spots = [s for s in order if s not in shifts][:SPOTS]
    total = sum(service.weight for service in services)
    return Planted(
        hot_spots=tuple(
            _hot_spot(service, service.weight / total, city, start, end, rng, going_on=n < GOING_ON)
            for n, service in enumerate(spots)
        ),
        shifts=tuple(Shift(s.code, *_turn(start, end, rng, (2.0, 2.8))) for s in shifts),
        paces=tuple(Pace(s.code, *_turn(start, end, rng, (1.8, 2.6))) for s in paces),
    )


def _elsewhere(service: ServiceTruth) -> bool:
    words = (*_ELSEWHERE, "something-else")
    return any(word in service.code for word in words)


def _turn(
    start: datetime, end: datetime, rng: np.random.Generator, by: tuple[float, float]
) -> tuple[datetime, float]:
    """When a level changes, well within the time, and by how much: up, or down as much."""
    factor = float(rng.uniform(*by))
    if rng.random() < 0.5:
        factor = 1 / factor
    since = start + (end - start) * float(rng.uniform(0.2, 0.8))
    return since.replace(hour=5, minute=0, second=0, microsecond=0), round(factor, 3)


def _hot_spot(
    service: ServiceTruth,
    part: float,
    city: City,
    start: datetime,
    end: datetime,
    rng: np.random.Generator,
    *,
    going_on: bool,
) -> HotSpot:
    table = city.addresses
    radius = float(rng.uniform(300, 550))
    longitude, latitude, near = _where_people_live(city, radius, rng)
    weeks = timedelta(days=float(rng.uniform(21, 42)))
    room = end - start - 2 * weeks - timedelta(days=56)
    since = end - weeks if going_on else start + timedelta(days=56) + room * float(rng.random())
    share = float(rng.uniform(0.028, 0.038))
    usual = part * float(table.weight[near].sum() / table.weight.sum())
    return HotSpot(
        service=service.code,
        longitude=round(longitude, 6),
        latitude=round(latitude, 6),
        radius_m=round(radius),
        since=since,
        until=since + weeks,
        share=round(share, 4),
        factor=round(1 + share / usual, 1),
    )


def _where_people_live(
    city: City, radius_m: float, rng: np.random.Generator
) -> tuple[float, float, NDArray[np.int64]]:
    """The middle and the addresses of the one with the most residents of some places."""
    table = city.addresses
    total = table.cumulative_weight
    middles = np.searchsorted(total, rng.random(AMONG) * total[-1]).tolist()
    found = [
        (longitude, latitude, _near(city, longitude, latitude, radius_m))
        for longitude, latitude in ((float(table.lon[m]), float(table.lat[m])) for m in middles)
    ]
    return max(found, key=lambda place: float(table.weight[place[2]].sum()))


def _near(city: City, longitude: float, latitude: float, radius_m: float) -> NDArray[np.int64]:
    """The addresses within so many metres of a point."""
    table = city.addresses
    aside = METRES_A_DEGREE * float(np.cos(np.radians(latitude)))
    apart = np.hypot((table.lon - longitude) * aside, (table.lat - latitude) * METRES_A_DEGREE)
    return np.flatnonzero(apart <= radius_m)


def gather(
    found: Incidents,
    planted: Planted,
    codes: Sequence[str],
    city: City,
    rng: np.random.Generator,
) -> Incidents:
    """Let a share of the problems of each hot spot's weeks arise there instead."""
    for spot in planted.hot_spots:
        now = (found.at >= _moment(spot.since)) & (found.at < _moment(spot.until))
        rows = np.flatnonzero(now & (found.repeat_place < 0))
        count = min(len(rows), round(spot.share * int(now.sum())))
        rows = np.sort(rng.choice(rows, count, replace=False))
        near = _near(city, spot.longitude, spot.latitude, spot.radius_m)
        homes = near[rng.integers(0, len(near), len(rows))]
        found.service[rows] = list(codes).index(spot.service)
        found.longitude[rows] = city.addresses.lon[homes]
        found.latitude[rows] = city.addresses.lat[homes]
        found.place[rows] = city.addresses.text[homes]
        found.neighborhood[rows] = city.addresses.neighborhood[homes]
        found.kind[rows] = "address"
    return found


def _moment(at: datetime) -> np.datetime64:
    return np.datetime64(at.replace(tzinfo=None), "s")
