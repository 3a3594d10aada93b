"""What looking for lookalikes costs, with a real city's history in the database.

Needs Boston's Open311 records (see ``tests/real_data.py``), which are not part of the repository.
"""

import os
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq

from bench import stage

_BESIDE = Path(__file__).parents[2] / "shared" / "data"
WARM = 50
SOURCE = "boston-untold"
# Without what names the parents: else children would be merged on the way in.
MAPPING = f"""
source: {SOURCE}
name: Boston Open311 records without their pairs
time_zone: America/New_York
dates: [iso]
columns:
  id: service_request_id
  type: service_name
  agency: {{always: City of Boston}}
  status: status
  requested_at: requested_datetime
  status_at: updated_datetime
  words: description
  place: address
  longitude: long
  latitude: lat
statuses:
  open: assigned
  closed: closed
closed_by_status_date: true
"""


def measure(where: stage.Stage, *, most: int) -> dict[str, Any]:
    """Milliseconds of a lookup for the children of known pairs, as each came, and what it found."""
    folder = Path(os.environ.get("CITYCALL_DATA", _BESIDE)) / "boston"
    if not folder.exists():
        return {"skipped": "there is no history of Boston beside the repository"}
    from citycall.duplicates import actions

    imported = _import(folder / "open311_text_to_2017.parquet")
    _relate()
    where.psql("VACUUM ANALYZE")
    actions.learn_words(at=datetime.now(UTC))
    return {
        "requests": imported,
        **_look_up(_pairs(folder / "duplicate_pairs_to_2017.parquet")[:most]),
    }


def _import(file: Path) -> int:
    from citycall.core.actors import SYSTEM
    from citycall.exchange.history.importing import import_history

    with TemporaryDirectory() as name:
        mapping = Path(name) / "untold.yaml"
        mapping.write_text(MAPPING)
        report = import_history(
            file, mapping=mapping, by=SYSTEM, at=datetime.now(UTC), rejects_folder=Path(name)
        )
    return int(report.imported)


def _relate() -> None:
    """Say that Boston's services may mean the same: some have those of the demo city's catalog."""
    from citycall.catalog.actions import save_service
    from citycall.catalog.queries import catalog
    from citycall.core.actors import SYSTEM
    from citycall.service_requests.models import ServiceRequest

    told = ServiceRequest.objects.filter(source=SOURCE).values_list("service_id", flat=True)
    entries = [catalog().service_by_id(service_id) for service_id in told.distinct()]
    codes = [entry.code for entry in entries]
    for entry in entries:
        related = tuple(code for code in codes if code != entry.code)
        spec = entry.spec.model_copy(update={"related": related})
        save_service(spec=spec, by=SYSTEM, at=datetime.now(UTC))


def _pairs(file: Path) -> list[tuple[str, str]]:
    """Children and parents by the city's numbers, where the parent is the older."""
    rows = pq.read_table(file).to_pylist()
    rows.sort(key=lambda row: str(row["service_request_id"]))
    return [
        (row["service_request_id"], row["parent_service_request_id"])
        for row in rows
        if row["days_after_parent"] > 0
    ]


def _look_up(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    from citycall.duplicates import looking_up, queries
    from citycall.service_requests.models import ServiceRequest

    told = {number for pair in pairs for number in pair}
    rows = ServiceRequest.objects.filter(source=SOURCE, source_id__in=told)
    found = {row.source_id: row for row in rows}
    known = [(found[c], found[p]) for c, p in pairs if c in found and p in found]
    times, places = [], []
    for child, parent in known:
        start = time.perf_counter()
        case = queries.case_of(child)
        likely = looking_up.lookalikes(case, limit=3) if case is not None else []
        times.append((time.perf_counter() - start) * 1000)
        ids = [each.request_id for each in likely]
        places.append(ids.index(parent.pk) if parent.pk in ids else 3)
    return {
        "lookups": len(times),
        "first": round(sum(place == 0 for place in places) / len(places), 4),
        "among_three": round(sum(place < 3 for place in places) / len(places), 4),
        "lookup_ms": _spread(times[WARM:]),
    }


def _spread(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p99": round(ordered[int(len(ordered) * 0.99)], 2),
        "most": round(ordered[-1], 2),
        "n": len(ordered),
    }
