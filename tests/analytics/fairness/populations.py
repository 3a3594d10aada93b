"""The demo's history drawn without a database, as facts; what is true of it is known."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa

from citycall.analytics.refresh import write_about
from citycall.analytics.store import About, store
from citycall.catalog.queries import Catalog
from citycall.demo import geography, loading
from citycall.demo.history import closing, incidents, lives, merging, truth, untold
from citycall.demo.history.closing import NEVER
from citycall.demo.history.incidents import Incidents
from citycall.demo.history.lives import Lives
from citycall.exchange.catalog_file.reading import read

UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
LAYER = "neighborhoods"
BATCH = 20_000
TEAMS = 6


class Facts:
    """A version of the facts in memory."""

    def __init__(self, **tables: pa.Table) -> None:
        self.db = duckdb.connect()
        for name, table in tables.items():
            self.db.register("given", table)
            self.db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")

    def sql(self, statement: str, values: dict[str, Any] | None = None) -> Any:
        """As the store answers."""
        return self.db.sql(statement, params=values or None).to_arrow_table()


@dataclass(frozen=True)
class World:
    """Facts and their truth; areas and services have the numbers of their places, from 1."""

    facts: Facts
    truth: truth.Truth
    told: incidents.Ints
    untold: incidents.Ints


@cache
def _catalog() -> Catalog:
    found = read(loading.CATALOG.read_text(), file_name=loading.CATALOG.name)
    specs = [each.spec for each in found.entries if each.section == "services"]
    services = [SimpleNamespace(active=True, spec=spec) for spec in specs]
    teams = [SimpleNamespace(code=f"team-{n}") for n in range(60)]
    return cast(Catalog, SimpleNamespace(services=services, teams=teams))


@cache
def _city() -> geography.City:
    return geography.build(loading.SEED)


def world(*, requests: int, seed: int) -> World:
    """Two years of so many requests, as the demo draws them."""
    real = truth.decide(seed=seed, at=UNTIL, city=_city(), catalog=_catalog())
    rng = np.random.default_rng([seed, 2])
    service, at = incidents.times(real, requests, rng, ZONE)
    parts = [
        _part(real, service[n : n + BATCH], at[n : n + BATCH], first=n)
        for n in range(0, requests, BATCH)
    ]
    tables = {name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]}
    told = np.zeros((len(real.reporting_rate), len(real.services)), dtype=np.int64)
    seen = tables["requests"].filter(pa.compute.invert(tables["requests"]["is_merged"]))
    places = (seen["area_neighborhoods"].to_numpy() - 1, seen["service"].to_numpy() - 1)
    np.add.at(told, places, 1)
    return World(Facts(**tables), real, told, untold.draw(real, told))


def publish(made: World) -> None:
    """Let the city's store have these facts."""
    areas = [(n + 1, LAYER, name) for n, name in enumerate(made.truth.reporting_rate)]
    about = About(as_of=UNTIL, horizon=1, database="", lag_seconds=0.0, layers=(LAYER,))
    with store().next_version(whole=True) as into:
        for name in ("requests", "reports", "steps"):
            into.register("given", made.facts.sql(f"SELECT * FROM {name}"))
            into.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        into.execute("CREATE TABLE areas (id INTEGER, layer VARCHAR, name VARCHAR)")
        into.executemany("INSERT INTO areas VALUES (?, ?, ?)", areas)
        into.execute("CREATE TABLE teams (id INTEGER, code VARCHAR, name VARCHAR, agency INTEGER)")
        teams = [(n + 1, f"team-{n}", f"Team {n}", 1) for n in range(TEAMS + 1)]
        into.executemany("INSERT INTO teams VALUES (?, ?, ?, ?)", teams)
        into.execute("CREATE TABLE layers (code VARCHAR, name VARCHAR)")
        into.execute("INSERT INTO layers VALUES (?, 'Neighborhood')", [LAYER])
        write_about(into, about)


def _part(
    real: truth.Truth, service: incidents.Ints, at: incidents.Moments, *, first: int
) -> dict[str, pa.Table]:
    rng = np.random.default_rng([real.seed, 3, first])
    found = incidents.scatter(real, service, at, _city(), rng)
    count = len(found)
    life = lives.live(
        found,
        real,
        team_false_rate=np.full(count, 0.05),
        verification_days=np.full(count, 7),
        agency=found.service % 9,
        habit=closing.habits(real.services, [False] * len(real.services), found.service),
        rng=rng,
    )
    told, told_at = lives.further_reports(found, real, real.services, life, rng)
    alone = np.zeros(count, dtype=bool)
    further = merging.as_requests(found, told, told_at, alone, [real.seed, 5, first])
    return {
        "requests": _requests(found, life, further, real, first),
        "reports": _reports(found, further, first),
        "steps": _steps(life, real, first),
    }


def _requests(
    found: Incidents, life: Lives, further: merging.Told, real: truth.Truth, first: int
) -> pa.Table:
    end = np.datetime64(real.end.replace(tzinfo=None), "s")
    merged = further.parent >= 0
    done = np.where(life.last_completed <= end, life.last_completed, NEVER)
    done = np.where(merged | (life.disputed <= end) & (life.completed_again > end), NEVER, done)
    over = np.minimum(np.minimum(done, life.cancelled), life.referred)
    over = np.where(over <= end, over, NEVER)
    over = np.where(merged, found.at + np.timedelta64(3600, "s"), over)
    median = np.array([each.median_days for each in real.services])[found.service]
    promised = found.at + (median * 1.6 * 86_400).astype("timedelta64[s]")
    took = (done - found.at).astype(float) / 86_400
    return pa.table(
        {
            "id": np.arange(first, first + len(found)) + 1,
            "service": found.service + 1,
            "area_neighborhoods": found.neighborhood + 1,
            "is_merged": merged,
            "is_open": over == NEVER,
            "team": found.service % TEAMS + 1,
            "received_on": found.at.astype("datetime64[D]"),
            "ended_on": pa.array(over.astype("datetime64[D]"), mask=over == NEVER),
            "received_at": found.at.astype("datetime64[us]"),
            "due_at": promised.astype("datetime64[us]"),
            "paused_at": pa.nulls(len(found), pa.timestamp("us")),
            "promised_at": promised.astype("datetime64[us]"),
            "completed_at": _moments(done),
            "ended_at": _moments(over),
            "days_to_complete": pa.array(took, mask=done == NEVER),
            "on_time": pa.array(done <= promised, mask=done == NEVER),
            "confirmed": life.confirmed & (life.closed <= end),
            "disputed": (life.disputed <= end) & ~merged,
        }
    )


def _reports(found: Incidents, further: merging.Told, first: int) -> pa.Table:
    repeats = np.flatnonzero(further.parent >= 0)
    rows = np.concatenate([further.rows, further.parent[repeats]])
    at = np.concatenate([further.at, found.at[repeats]])
    alone = np.flatnonzero(further.parent < 0)
    request = np.concatenate([alone, rows])
    after = (at - found.at[rows]).astype(float) / 3600
    return pa.table(
        {
            "request": request + first + 1,
            "further": np.arange(len(request)) >= len(alone),
            "hours_after_first": np.concatenate([np.zeros(len(alone)), after]),
        }
    )


def _steps(life: Lives, real: truth.Truth, first: int) -> pa.Table:
    end = np.datetime64(real.end.replace(tzinfo=None), "s")
    rows = np.flatnonzero(life.completed <= end)
    return pa.table(
        {
            "request": rows + first + 1,
            "kind": np.full(len(rows), "completed"),
            "happened_at": life.completed[rows].astype("datetime64[us]"),
        }
    )


def _moments(at: incidents.Moments) -> pa.Array:
    return pa.array(at.astype("datetime64[us]"), mask=at == NEVER)
