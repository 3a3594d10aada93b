"""The demo city's history drawn without a database, with all that is planted in it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np

from citycall.catalog.queries import Catalog
from citycall.catalog.specs import ServiceSpec
from citycall.demo import geography
from citycall.demo.history import closing, incidents, lives, planted, truth, writing
from citycall.demo.history.incidents import Incidents, Moments
from citycall.demo.loading import CATALOG, SEED
from citycall.exchange.catalog_file.reading import read

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Drawn:
    """A history: its truth, its problems, and when each was done (NaT where it was not)."""

    truth: truth.Truth
    found: Incidents
    completed: Moments

    @property
    def codes(self) -> list[str]:
        """The services' codes, by index."""
        return [service.code for service in self.truth.services]

    @property
    def days(self) -> Moments:
        """The local day on which each was told."""
        local = self.found.at + incidents.offset_seconds(self.found.at, ZONE) * incidents.SECOND
        return local.astype("datetime64[D]")


@cache
def town() -> geography.City:
    """The demo city's ground, which is the same for all histories."""
    return geography.build(SEED)


@cache
def book() -> Catalog:
    """The demo's catalog as far as a history is drawn from it."""
    entries = read(CATALOG.read_text(), file_name=CATALOG.name).entries
    specs = [entry.spec for entry in entries if isinstance(entry.spec, ServiceSpec)]
    teams = [SimpleNamespace(code=entry.code) for entry in entries if entry.section == "teams"]
    services = [SimpleNamespace(active=True, spec=spec) for spec in specs]
    return cast("Catalog", SimpleNamespace(services=services, teams=teams))


def truth_of(seed: int) -> truth.Truth:
    """What this seed's history follows from."""
    return truth.decide(seed=seed, at=AT, city=town(), catalog=book())


@cache
def draw(seed: int, requests: int) -> Drawn:
    """The history of a seed, as the demo draws it, but for routing and what is merged."""
    real = truth_of(seed)
    rng = np.random.default_rng([seed, 2])
    service, at = incidents.times(real, requests, rng, ZONE)
    spots = writing._spots(town(), real, rng)
    codes = [one.code for one in real.services]
    parts: list[tuple[Incidents, Moments]] = []
    for start in range(0, requests, writing.BATCH):
        part = slice(start, start + writing.BATCH)
        own = np.random.default_rng([seed, 3, start])
        found = incidents.scatter(real, service[part], at[part], town(), own)
        found = incidents.repeat(found, spots, own)
        found = planted.gather(
            found, real.planted, codes, town(), np.random.default_rng([seed, 9, start])
        )
        parts.append(_lived(found, real, own))
    whole: dict[str, Any] = {
        name: np.concatenate([getattr(found, name) for found, _done in parts])
        for name in vars(parts[0][0])
    }
    return Drawn(real, Incidents(**whole), np.concatenate([done for _found, done in parts]))


def _lived(
    found: Incidents, real: truth.Truth, rng: np.random.Generator
) -> tuple[Incidents, Moments]:
    """The problems with those told twice and told again, and when each was done."""
    parent = writing._repeated(found, rng)
    count = len(found)
    photos = [False] * len(real.services)
    life = lives.live(
        found,
        real,
        team_false_rate=np.full(count, 0.06),
        verification_days=np.full(count, 7),
        agency=found.service % 13,
        habit=closing.habits(real.services, photos, found.service),
        rng=rng,
    )
    writing._tell_again(found, life, parent)
    end = np.datetime64(real.end.replace(tzinfo=None), "s")
    done = np.where(life.completed <= end, life.completed, np.datetime64("NaT"))
    single = parent < 0  # What tells of the same problem at once is merged by the city.
    return found.rows(np.flatnonzero(single)), done[single]
