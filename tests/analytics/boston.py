"""Boston's requests of 2011 as facts: the city's own columns, put where ours would be."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from citycall.analytics import facts
from citycall.analytics.refresh import write_about
from citycall.analytics.store import About, Facts, Store

DATA = Path(os.environ.get("CITYCALL_DATA", Path(__file__).parents[3] / "shared" / "data"))
PATH = DATA / "boston" / "311_2011.parquet"
# After the last of its dates of closing.
AS_OF = datetime(2019, 11, 1, tzinfo=UTC)
ZONE = "America/New_York"


def rows() -> pd.DataFrame:
    """The city's file with moments in UTC, local days, and numbers for names."""
    if not PATH.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{PATH} is missing.")
        pytest.skip(f"{PATH} is missing.")
    told = pd.read_parquet(PATH)
    for column in ("open_dt", "target_dt", "closed_dt"):
        naive = pd.to_datetime(told[column]).astype("datetime64[us]")
        local = naive.dt.tz_localize(ZONE, ambiguous=True, nonexistent="shift_forward")
        told[column] = local.dt.tz_convert("UTC").dt.tz_localize(None)
        told[f"{column}_on"] = naive.dt.normalize()
    told["id"] = range(1, len(told) + 1)
    for column in ("type", "department", "queue", "neighborhood"):
        names = told[column].fillna("").astype(str)
        told[f"{column}_id"] = names.astype("category").cat.codes.astype("int32") + 1
    return told


def store(folder: Path, told: pd.DataFrame) -> Facts:
    """The facts of these rows."""
    kept = Store(folder)
    with kept.next_version(whole=True) as into:
        facts.stage(into)
        _lists(into, told)
        _staged(into, told)
        facts.make(into, layers=["neighborhoods"])
        facts.write_whole(into)
        write_about(
            into,
            About(as_of=AS_OF, horizon=0, database="", lag_seconds=0, layers=("neighborhoods",)),
        )
    return kept.facts()


def _lists(into: Any, told: pd.DataFrame) -> None:
    for table, columns in facts.LISTS.items():
        types = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        into.execute(f"CREATE OR REPLACE TABLE {table} ({types})")
    services = told[["type_id", "type", "reason", "department_id"]].drop_duplicates("type_id")
    areas = told[["neighborhood_id", "neighborhood"]].drop_duplicates("neighborhood_id")
    into.register("some_services", services)
    into.register("some_areas", areas)
    into.execute(
        "INSERT INTO services SELECT type_id, type, type, reason, department_id FROM some_services"
    )
    into.execute(
        "INSERT INTO areas SELECT neighborhood_id, 'neighborhoods', neighborhood FROM some_areas"
    )


def _staged(into: Any, told: pd.DataFrame) -> None:
    done = told.closed_dt.notna()
    staged = pd.DataFrame(
        {
            "id": told.id,
            "merged_into": pd.Series([None] * len(told), dtype="Int64"),
            "service": told.type_id,
            "agency": told.department_id,
            "team": told.queue_id,
            "outcome": pd.Series([None] * len(told), dtype="Int32"),
            "status": done.map({True: "closed", False: "new"}),
            "verification": "",
            "reopened": 0,
            "longitude": told.longitude,
            "latitude": told.latitude,
            "place": told.location,
            "areas": "{" + told.neighborhood_id.astype(str) + "}",
            "received_at": told.open_dt,
            "received_on": told.open_dt_on,
            "due_at": told.target_dt,
            "promised_at": told.target_dt,
            "paused_at": pd.Series([None] * len(told), dtype="datetime64[us]"),
            "completed_at": told.closed_dt,
            "completed_on": told.closed_dt_on,
            "over_at": told.closed_dt,
            "over_on": told.closed_dt_on,
        }
    )
    reports = pd.DataFrame(
        {
            "id": told.id,
            "told_of": told.id,
            "channel": told.source.fillna("").astype(str),
            "language": "en",
            "reported_at": told.open_dt,
            "reported_on": told.open_dt_on,
        }
    )
    into.register("some_requests", staged)
    into.register("some_reports", reports)
    into.execute("INSERT INTO staged_requests BY NAME SELECT * FROM some_requests")
    into.execute("INSERT INTO staged_reports BY NAME SELECT * FROM some_reports")
