"""Facts of an invented city in which everything happens that a measure counts, by chance."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from citycall.analytics import facts
from citycall.analytics.refresh import write_about
from citycall.analytics.store import About, Facts, Store

AS_OF = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
_FIRST = np.datetime64("2025-10-01T04:00:00", "us")
_SECOND = np.timedelta64(1, "s")
_STATUS = ("new", "assigned", "in_progress", "on_hold", "completed", "closed", "cancelled",
           "referred")  # fmt: skip
_KINDS = ("returned", "promise_changed", "disputed", "confirmed", "reopened", "started")


def store(folder: Path, *, requests: int = 4000, seed: int = 1) -> Facts:
    """The facts of so many requests of nine months, over both changes of the clock."""
    kept = Store(folder)
    with kept.next_version(whole=True) as into:
        facts.stage(into)
        _lists(into)
        rng = np.random.default_rng(seed)
        told = _requests(requests, rng)
        for name, table in (
            ("requests", told),
            ("reports", _reports(told, rng)),
            ("steps", _steps(told, rng)),
            ("contacts", _contacts(told, np.random.default_rng(seed + 1))),
        ):
            into.register(f"some_{name}", table)
            into.execute(f"INSERT INTO staged_{name} BY NAME SELECT * FROM some_{name}")
        into.execute("INSERT INTO staged_doubts SELECT id FROM some_requests WHERE id % 17 = 0")
        facts.make(into, layers=["districts"])
        facts.write_whole(into)
        write_about(
            into, About(as_of=AS_OF, horizon=0, database="", lag_seconds=0, layers=("districts",))
        )
    return kept.facts()


def _lists(into: Any) -> None:
    for table, columns in facts.LISTS.items():
        types = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        into.execute(f"CREATE OR REPLACE TABLE {table} ({types})")
    into.execute("INSERT INTO services SELECT n, 's' || n, 's' || n, 'g' || n % 3, n % 2 + 1"
                 " FROM range(1, 8) AS r(n)")  # fmt: skip
    into.execute("INSERT INTO agencies SELECT n, 'a' || n, 'a' || n FROM range(1, 3) AS r(n)")
    into.execute("INSERT INTO teams SELECT n, 't' || n, 't' || n, n % 2 + 1 FROM range(1, 5) r(n)")
    into.execute("INSERT INTO areas SELECT n, 'districts', 'd' || n FROM range(1, 6) AS r(n)")
    into.execute("INSERT INTO outcomes VALUES (1, 'fixed', 'Fixed', true), (2, 'no', 'No', false)")


def _day(moment: Any) -> Any:
    return (moment - 4 * 3600 * _SECOND).astype("datetime64[D]")


def _local(moment: Any) -> Any:
    return pa.array(_day(moment))


def _some(values: Any, missing: Any) -> pa.Array:
    return pa.array(values, mask=np.asarray(missing))


def _requests(count: int, rng: np.random.Generator) -> pa.Table:
    received = _FIRST + np.sort(rng.integers(0, 270 * 86400, count)) * _SECOND
    status = rng.choice(_STATUS, count, p=(0.08, 0.05, 0.05, 0.02, 0.25, 0.47, 0.04, 0.04))
    over = received + (rng.lognormal(12.5, 1.4, count)).astype(np.int64) * _SECOND
    due = received + rng.integers(1, 20, count) * 86400 * _SECOND
    promised = due - rng.integers(0, 2, count) * 86400 * _SECOND
    parent = np.where(np.arange(count) > 100, np.arange(count) - rng.integers(1, 90, count), 0)
    merged = (rng.random(count) < 0.06) & (parent > 0)
    done = np.isin(status, ("completed", "closed")) & ~merged
    service = rng.integers(1, 8, count)
    undated = rng.random(count) < 0.15
    longitude, latitude = _points(count, np.random.default_rng(count))
    return pa.table(
        {
            "id": np.arange(1, count + 1),
            "merged_into": _some(np.where(parent > 0, parent, 1), ~merged),
            "service": service.astype(np.int32),
            "agency": (service % 2 + 1).astype(np.int32),
            "team": _some(rng.integers(1, 5, count).astype(np.int32), rng.random(count) < 0.1),
            "outcome": _some(rng.integers(1, 3, count).astype(np.int32), ~done),
            "status": np.where(merged, "merged", status).astype(str),
            "verification": rng.choice(("", "confirmed", "disputed"), count).astype(str),
            "reopened": rng.poisson(0.2, count).astype(np.int32),
            "longitude": longitude,
            "latitude": latitude,
            "areas": np.where(
                rng.random(count) < 0.1, "{}", np.char.add("{", service.astype(str))
            ).astype(str),
            "received_at": received,
            "received_on": _local(received),
            "due_at": _some(due, undated),
            "promised_at": _some(promised, undated),
            "paused_at": _some(received + 86400 * _SECOND, status != "on_hold"),
            "completed_at": _some(over, ~done),
            "completed_on": _local(over),
            "over_at": _some(over, np.isin(status, _STATUS[:4])),
            "over_on": _local(over),
        }
    )


def _points(count: int, rng: np.random.Generator) -> tuple[pa.Array, pa.Array]:
    """At forty corners, give or take what a telephone is wrong by; some nowhere."""
    corner = rng.integers(0, 40, count)
    nowhere = rng.random(count) < 0.05
    wrong = rng.normal(0, 1e-4, (2, count))
    return (
        _some(-76.5 + corner % 8 * 5e-4 + wrong[0], nowhere),
        _some(39.2 + corner // 8 * 4e-4 + wrong[1], nowhere),
    )


def _reports(told: pa.Table, rng: np.random.Generator) -> pa.Table:
    each = 1 + rng.poisson(0.4, told.num_rows)
    of = np.repeat(np.arange(told.num_rows), each)
    first = np.r_[True, of[1:] != of[:-1]]
    received = told["received_at"].to_numpy()[of]
    later = rng.integers(60, 30 * 86400, len(of)) * _SECOND
    at = np.where(first, received, received + later)
    rated = np.arange(len(of)) % 7 > 1
    return pa.table(
        {
            "id": np.arange(1, len(of) + 1),
            "told_of": of + 1,
            "channel": rng.choice(("web", "phone", "app"), len(of)).astype(str),
            "language": rng.choice(("en", "es"), len(of)).astype(str),
            "reported_at": at,
            "reported_on": _local(at),
            "satisfied": _some(1 + np.arange(len(of), dtype=np.int32) % 5, rated),
            "rated_at": _some(at + 9 * 86400 * _SECOND, rated),
            "rated_on": _some(_day(at + 9 * 86400 * _SECOND), rated),
        }
    )


def _contacts(told: pa.Table, rng: np.random.Generator) -> pa.Table:
    count = told.num_rows
    at = _FIRST + np.sort(rng.integers(0, 270 * 86400, count)) * _SECOND
    settled = _some(rng.random(count) < 0.7, rng.random(count) < 0.03)
    return pa.table(
        {
            "id": np.arange(1, count + 1),
            "told_of": _some(rng.integers(1, count + 1, count), rng.random(count) < 0.3),
            "channel": rng.choice(("phone", "chat"), count).astype(str),
            "language": rng.choice(("en", "es"), count).astype(str),
            "arrived_at": at,
            "arrived_on": _local(at),
            "first": settled,
        }
    )


def _steps(told: pa.Table, rng: np.random.Generator) -> pa.Table:
    merged = np.flatnonzero(told["status"].to_numpy() == "merged")
    of = np.concatenate([rng.integers(0, told.num_rows, told.num_rows * 2), merged])
    kind = np.concatenate(
        [rng.choice(_KINDS, told.num_rows * 2), np.full(len(merged), "merged")]
    ).astype(str)
    later = rng.integers(60, 20 * 86400, len(of)) * _SECOND
    at = told["received_at"].to_numpy()[of] + later
    return pa.table(
        {
            "id": np.arange(1, len(of) + 1),
            "request": of + 1,
            "kind": kind,
            "happened_at": at,
            "happened_on": _local(at),
            "left_team": _some(rng.integers(1, 5, len(of)).astype(np.int32), kind != "returned"),
        }
    )
