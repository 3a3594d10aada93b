"""The demo city's history drawn without a database, with all that is planted in it, as facts."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa

from citycall.analytics.store import About, Facts
from citycall.catalog.queries import Catalog
from citycall.catalog.specs import ServiceSpec
from citycall.demo import geography
from citycall.demo.history import closing, incidents, lives, merging, planted, truth, writing
from citycall.demo.history.incidents import Incidents, Moments
from citycall.demo.loading import CATALOG, SEED
from citycall.exchange.catalog_file.reading import read

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
AS_PLANTED = 20_000
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


def truth_of(seed: int, requests: int) -> truth.Truth:
    """What this seed's history follows from.

    Hot spots bring as many problems to a larger history as to one of ``AS_PLANTED`` requests, so
    that their share and their factor are smaller.
    """
    real = truth.decide(seed=seed, at=AT, city=town(), catalog=book())
    fainter = min(1.0, AS_PLANTED / requests)
    spots = tuple(
        replace(
            spot,
            share=spot.share * fainter,
            factor=round(1 + (spot.factor - 1) * fainter, 1),
        )
        for spot in real.planted.hot_spots
    )
    return replace(real, planted=replace(real.planted, hot_spots=spots))


@cache
def draw(seed: int, requests: int) -> Drawn:
    """The history of a seed, as the demo draws it, but for routing and what is merged."""
    real = truth_of(seed, requests)
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


def nobody() -> Drawn:
    """A history in which nothing was told."""
    history = draw(1, 200)
    none = history.found.part(slice(0, 0))
    return Drawn(history.truth, none, history.completed[:0])


def _lived(
    found: Incidents, real: truth.Truth, rng: np.random.Generator
) -> tuple[Incidents, Moments]:
    """The problems with those told twice and told again, and when each was done."""
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
    again = writing._tell_again(found, life)
    family = (again >= 0) | np.isin(np.arange(count), again)
    told, told_at = lives.further_reports(found, real, real.services, life, rng)
    parent = merging.as_requests(found, told, told_at, family, [real.seed, 5, count]).parent
    end = np.datetime64(real.end.replace(tzinfo=None), "s")
    done = np.where(life.completed <= end, life.completed, np.datetime64("NaT"))
    single = parent < 0  # What tells of the same problem at once is merged by the city.
    return found.rows(np.flatnonzero(single)), done[single]


def facts(drawn: Drawn) -> Facts:
    """The history as a store of facts; ids of services, agencies and teams are their ranks."""
    specs = [entry.spec for entry in book().services]
    _agencies, agency = np.unique([spec.agency for spec in specs], return_inverse=True)
    teams, team = np.unique([spec.team for spec in specs], return_inverse=True)
    found, count = drawn.found, len(drawn.found)
    done = ~np.isnat(drawn.completed)
    days = (drawn.completed - found.at).astype(float) / 86_400
    usual = np.array([one.median_days for one in drawn.truth.services])[found.service]
    due = found.at + (1.7 * usual * 86_400).astype("timedelta64[s]")
    requests = pa.table(
        {
            "id": np.arange(count),
            "service": found.service.astype(np.int32),
            "agency": agency[found.service].astype(np.int32),
            "team": team[found.service].astype(np.int32),
            "area_neighborhoods": found.neighborhood.astype(np.int32),
            "status": np.where(done, "closed", "assigned"),
            "is_open": ~done,
            "is_merged": np.zeros(count, dtype=bool),
            "longitude": found.longitude,
            "latitude": found.latitude,
            "received_at": found.at.astype("datetime64[us]"),
            "received_on": drawn.days,
            "due_at": due.astype("datetime64[us]"),
            "days_to_complete": pa.array(days, mask=~done),
            "on_time": pa.array(drawn.completed <= due, mask=~done),
        }
    )
    of_agency = {int(t): int(a) for t, a in zip(team, agency, strict=True)}
    services = pa.table({"id": np.arange(len(specs)), "agency": agency})
    known = pa.table(
        {"id": np.arange(len(teams)), "agency": [of_agency[t] for t in range(len(teams))]}
    )
    connection = duckdb.connect()
    for name, table in (("requests", requests), ("services", services), ("teams", known)):
        connection.register("given", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
    return Facts(connection, "drawn", About(AT, 0, "drawn", 0.0, ("neighborhoods",)))
