"""Where and when problems arise, and which of them are told of."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from citycall.core import clock
from citycall.demo.geography import City, sample_addresses, sample_places
from citycall.demo.history.truth import CURVES, WEEKDAYS, ServiceTruth, Truth

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Moments = NDArray[np.datetime64]

REPEAT_SHARE = 0.12
REPEAT_PLACES = 150
HALF_TOLD = 0.8
SECOND = np.timedelta64(1, "s")
# Hour by hour of the local day, midnight first.
HOURS = (1, 1, 1, 1, 1, 2, 5, 10, 16, 18, 18, 17, 15, 15, 15, 14, 12, 10, 8, 6, 5, 4, 3, 2)
PARK_WORDS = ("park", "playground", "ball-field", "trail")
POLE_WORDS = ("street-light", "signal", "pole")


@dataclass(frozen=True)
class Incidents:
    """Problems in the order in which they were first told of; one row each."""

    at: Moments
    service: Ints
    longitude: Floats
    latitude: Floats
    place: NDArray[np.str_]
    kind: NDArray[np.str_]
    neighborhood: Ints
    repeat_place: Ints

    def __len__(self) -> int:
        return len(self.at)

    def part(self, rows: slice) -> "Incidents":
        """Some of the rows."""
        return Incidents(**{name: column[rows] for name, column in vars(self).items()})

    def rows(self, chosen: Ints) -> "Incidents":
        """Copies of chosen rows."""
        return Incidents(**{name: column[chosen] for name, column in vars(self).items()})


def times(
    truth: Truth, count: int, rng: np.random.Generator, zone: ZoneInfo
) -> tuple[Ints, Moments]:
    """Service index and moment of ``count`` told problems, in order of time."""
    weight = np.array([service.weight for service in truth.services])
    service = rng.choice(len(weight), count, p=weight / weight.sum())
    at = np.empty(count, dtype="datetime64[s]")
    for index, one in enumerate(truth.services):
        mine = np.flatnonzero(service == index)
        at[mine] = _moments(one, truth, len(mine), rng, zone)
    order = np.argsort(at, kind="stable")
    return service[order], at[order]


def _moments(
    service: ServiceTruth, truth: Truth, count: int, rng: np.random.Generator, zone: ZoneInfo
) -> Moments:
    first, last = np.datetime64(truth.start.date()) + 1, np.datetime64(truth.end.date())
    days = np.arange(first, last, dtype="datetime64[D]")
    month = days.astype("datetime64[M]").astype(int) % 12
    weekday = (days.astype(int) + 3) % 7
    chance = np.array(CURVES[service.season])[month] * np.array(WEEKDAYS)[weekday]
    chance *= truth.planted.level(service.code, days)
    day = rng.choice(len(days), count, p=chance / chance.sum())
    hour = rng.choice(24, count, p=np.array(HOURS) / sum(HOURS))
    second = hour * 3600 + rng.integers(0, 3600, count)
    local: Moments = days[day].astype("datetime64[s]") + second.astype("timedelta64[s]")
    at = local - offset_seconds(local, zone) * SECOND
    stormy = np.flatnonzero(rng.random(count) < service.storm_share)
    if len(stormy):
        factor = np.array([storm.factor for storm in truth.storms])
        storm = rng.choice(len(factor), len(stormy), p=factor / factor.sum())
        begun = np.array([np.datetime64(s.at.replace(tzinfo=None), "s") for s in truth.storms])
        lasted = np.array([s.days for s in truth.storms]) * 86400
        after = rng.beta(1, 2.5, len(stormy)) * lasted[storm]
        at[stormy] = begun[storm] + after.astype("timedelta64[s]")
    end = np.datetime64(truth.end.replace(tzinfo=None), "s")
    return np.minimum(at, end - rng.integers(60, 86400, count) * SECOND)


def offset_seconds(local: Moments, zone: ZoneInfo | None = None) -> Ints:
    """The zone's offset (the city's) at each day's noon: wrong for a few hours of two nights."""
    days, inverse = np.unique(local.astype("datetime64[D]"), return_inverse=True)
    zone = zone or clock.city_zone()
    offsets = []
    for day in days.tolist():
        offset = datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset()
        offsets.append(int(offset.total_seconds()) if offset else 0)
    return np.array(offsets)[inverse]


def scatter(
    truth: Truth, service: Ints, at: Moments, city: City, rng: np.random.Generator
) -> Incidents:
    """Give every told problem a place, by where people live and how readily they tell."""
    count = len(service)
    codes = [one.code for one in truth.services]
    drawn = sample_addresses(city, rng, count * 2)
    rates = np.array([truth.reporting_rate[a.name] for a in city.layers["neighborhoods"].areas])
    # Of twice as many problems, those are told of where people tell: thinning by the rate.
    told = rng.random(count * 2) < np.minimum(1.0, rates[drawn.neighborhood] * HALF_TOLD)
    chosen = np.flatnonzero(told)
    chosen = chosen[np.arange(count) % len(chosen)]
    longitude, latitude = drawn.lon[chosen].copy(), drawn.lat[chosen].copy()
    place, hood = drawn.text[chosen].astype(object), drawn.neighborhood[chosen].copy()
    kind = np.full(count, "address", dtype=object)
    for words, source, as_kind in (
        (PARK_WORDS, "park_feature", "landmark"),
        (POLE_WORDS, "pole", "point"),
    ):
        rows = np.flatnonzero(
            np.isin(service, [i for i, c in enumerate(codes) if any(w in c for w in words)])
        )
        named = sample_places(city, rng, len(rows), source)
        longitude[rows], latitude[rows] = named.lon, named.lat
        place[rows], hood[rows], kind[rows] = named.text, named.neighborhood, as_kind
    corner = np.flatnonzero((rng.random(count) < 0.15) & (kind == "address"))
    named = sample_places(city, rng, len(corner), "intersection")
    longitude[corner], latitude[corner] = named.lon, named.lat
    place[corner], hood[corner], kind[corner] = named.text, named.neighborhood, "intersection"
    return Incidents(
        at=at,
        service=service.copy(),
        longitude=longitude,
        latitude=latitude,
        place=place,
        kind=kind,
        neighborhood=hood,
        repeat_place=np.full(count, -1),
    )


def repeat(found: Incidents, spots: Incidents, rng: np.random.Generator) -> Incidents:
    """Move a share of the problems to the few spots where the same service is needed again."""
    rows = np.flatnonzero(rng.random(len(found)) < REPEAT_SHARE)
    weight = 1.0 / np.arange(1, len(spots) + 1)
    spot = rng.choice(len(spots), len(rows), p=weight / weight.sum())
    for name in ("service", "longitude", "latitude", "place", "kind", "neighborhood"):
        getattr(found, name)[rows] = getattr(spots, name)[spot]
    found.repeat_place[rows] = spot
    return found
