"""What really goes on in the demo city: the parameters that analytics should find again."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citycall.catalog.queries import Catalog, ServiceEntry
from citycall.catalog.targets import MINUTES_OF
from citycall.demo.geography import City
from citycall.demo.history.planted import Planted, plant

YEARS = 2.0
STORMS = 14
DAYS_WITHOUT_TARGET = 6.0
# By the month, January first, against the year's mean.
WINTER = (2.2, 2.0, 1.3, 0.7, 0.4, 0.3, 0.3, 0.3, 0.4, 0.7, 1.2, 2.2)
SUMMER = (0.3, 0.3, 0.6, 1.0, 1.6, 1.9, 1.8, 1.6, 1.2, 0.9, 0.5, 0.3)
SPRING = (1.1, 1.4, 1.8, 1.5, 1.1, 0.8, 0.7, 0.7, 0.7, 0.7, 0.7, 0.8)
EVEN = (0.95, 0.92, 1.0, 1.03, 1.06, 1.06, 1.05, 1.04, 1.02, 1.0, 0.95, 0.92)
SEASONS: Mapping[str, Sequence[str]] = {
    "winter": ("snow", "ice", "salt", "heat", "plow"),
    "summer": ("grass", "weeds", "mosquitoes", "tree", "pool", "rats", "hydrant", "noise"),
    "spring": ("pothole", "street-repair", "sinkhole", "sidewalk"),
}
CURVES = {"winter": WINTER, "summer": SUMMER, "spring": SPRING, "even": EVEN}
STORMY = ("tree", "limb", "drain", "flooded", "sewer", "leak", "signal", "street-light", "wire")
# Monday first.
WEEKDAYS = (1.25, 1.15, 1.1, 1.08, 1.05, 0.75, 0.62)


@dataclass(frozen=True, slots=True)
class Storm:
    """One storm: when it came, for how many days its damage is told of, and how much slower."""

    at: datetime
    days: float
    factor: float


@dataclass(frozen=True, slots=True)
class ServiceTruth:
    """How often a service's problems happen and how long its work really takes, in days."""

    code: str
    weight: float
    season: str
    storm_share: float
    median_days: float
    spread: float
    reports_each: float


@dataclass(frozen=True)
class Truth:
    """Everything that the generated history follows from, apart from chance."""

    seed: int
    start: datetime
    end: datetime
    services: tuple[ServiceTruth, ...]
    storms: tuple[Storm, ...]
    false_closure_rate: Mapping[str, float]
    reporting_rate: Mapping[str, float]
    slowness: Mapping[str, float]
    planted: Planted

    def as_json(self) -> dict[str, Any]:
        """All of it, for the file that is kept beside the history."""
        plain = asdict(self)
        plain["start"], plain["end"] = self.start.isoformat(), self.end.isoformat()
        plain["storms"] = [{**storm, "at": storm["at"].isoformat()} for storm in plain["storms"]]
        plain["planted"] = self.planted.as_json()
        return plain


def decide(*, seed: int, at: datetime, city: City, catalog: Catalog) -> Truth:
    """The truth of this seed for the two years that end at ``at``."""
    rng = np.random.default_rng([seed, 1])
    start = at - timedelta(days=365.25 * YEARS)
    neighborhoods = city.layers["neighborhoods"].areas
    entries = [entry for entry in catalog.services if entry.active]
    services = tuple(_service(entry) for entry in entries)
    return Truth(
        seed=seed,
        start=start.astimezone(UTC),
        end=at.astimezone(UTC),
        services=services,
        storms=_storms(start, rng),
        false_closure_rate={
            team.code: round(float(rate), 3)
            for team, rate in zip(
                catalog.teams, 0.02 + 0.16 * rng.beta(1, 4, len(catalog.teams)), strict=True
            )
        },
        reporting_rate={a.name: float(a.properties["reporting_rate"]) for a in neighborhoods},
        slowness={
            a.name: round(float(slow), 3)
            for a, slow in zip(neighborhoods, _slowness(neighborhoods, rng), strict=True)
        },
        planted=plant(
            services, city, start=start.astimezone(UTC), end=at.astimezone(UTC), seed=seed
        ),
    )


def _slowness(neighborhoods: Sequence[Any], rng: np.random.Generator) -> NDArray[np.float64]:
    """Work takes longer where people are poorer, by a third at most: the unfairness to find."""
    income = np.array([float(a.properties["median_income"]) for a in neighborhoods])
    rank = np.argsort(np.argsort(income)) / max(1, len(income) - 1)
    return np.asarray(1.3 - 0.35 * rank + 0.05 * rng.standard_normal(len(income)))


def _service(entry: ServiceEntry) -> ServiceTruth:
    code = entry.spec.code
    # The code decides, so that a service keeps its nature when others come and go.
    rng = np.random.default_rng(zlib.crc32(code.encode()))
    target = entry.spec.target
    promised = target.amount * MINUTES_OF[target.unit] / 1440 if target else DAYS_WITHOUT_TARGET
    season = next((name for name, words in SEASONS.items() if _says(code, words)), "even")
    return ServiceTruth(
        code=code,
        weight=round(float(rng.lognormal(0.0, 1.1)), 4),
        season=season,
        storm_share=0.35 if _says(code, STORMY) else 0.0,
        median_days=round(max(0.05, promised * float(rng.uniform(0.35, 0.85))), 3),
        spread=round(float(rng.uniform(0.5, 0.95)), 3),
        reports_each=round(float(rng.gamma(1.2, 0.22)), 3),
    )


def _says(code: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in the code, whole: no tree grows in a ``street``."""
    return any(f"-{word}-" in f"-{code}-" for word in words)


def _storms(start: datetime, rng: np.random.Generator) -> tuple[Storm, ...]:
    hours = np.sort(rng.uniform(0, YEARS * 365.25 * 24, STORMS))
    return tuple(
        Storm(
            at=(start + timedelta(hours=float(hour))).astimezone(UTC),
            days=round(float(rng.uniform(1.0, 4.0)), 2),
            factor=round(float(rng.uniform(0.5, 2.0)), 2),
        )
        for hour in hours
    )
