"""What looking for lookalikes costs, with a real city's history in the database.

Needs Boston's Open311 records (see ``tests/real_data.py``), which are not part of the repository.
"""

import os
import random
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


# Nearly all of the export is closed: as if the city's latest were not.
_MUCH_IS_OPEN = """
UPDATE service_requests_servicerequest SET status = 'assigned'
WHERE id IN (SELECT id FROM service_requests_servicerequest ORDER BY requested_at DESC LIMIT 30000)
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
        **_look_up(where, _pairs(folder / "duplicate_pairs_to_2017.parquet")[:most]),
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


def _look_up(where: stage.Stage, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    from citycall.service_requests.models import ServiceRequest

    told = {number for pair in pairs for number in pair}
    rows = ServiceRequest.objects.filter(source=SOURCE, source_id__in=told)
    found = {row.source_id: row for row in rows}
    known = [(found[c], found[p]) for c, p in pairs if c in found and p in found]
    without = _look_up_all(known)
    _give_photos(known)
    with_photos = _look_up_all(known)["lookup_ms"]
    where.psql(_MUCH_IS_OPEN)
    where.psql("VACUUM ANALYZE service_requests_servicerequest")
    return {
        **without,
        "lookup_with_photos_ms": with_photos,
        "while_reporting_ms": _while_reporting([child for child, _parent in known]),
    }


def _look_up_all(known: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    from citycall.duplicates import looking_up, queries

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


def _give_photos(known: Sequence[tuple[Any, Any]]) -> None:
    """A photo for each request of a pair, by its bits alone: all different."""
    from citycall.service_requests.models import Attachment

    requests = {each.pk: each for pair in known for each in pair}
    bits = random.Random(311)
    Attachment.objects.bulk_create(
        Attachment(
            service_request=each,
            stage=Attachment.Stage.REPORT,
            file="none.jpg",
            thumbnail="none-small.jpg",
            width=1,
            height=1,
            size=1,
            added_at=each.requested_at,
            looks=bits.randint(1, 1 << 62),
        )
        for each in requests.values()
    )


def _while_reporting(children: Sequence[Any]) -> dict[str, Any]:
    """Finding what is known near, as before any ranking, for residents and for call-takers."""
    from citycall.catalog.queries import catalog
    from citycall.core.actors import SYSTEM, resident
    from citycall.duplicates import while_reporting
    from citycall.places.locations import Location
    from citycall.places.models import LocationKind
    from citycall.service_requests import known
    from citycall.service_requests.models import Report

    said = {
        row.number: row.words
        for row in Report.objects.filter(number__in=[child.number for child in children])
    }
    kinds: dict[str, list[float]] = {"unranked": [], "resident": [], "call_taker": []}
    for child in children:
        entry = catalog().service_by_id(child.service_id)
        where = Location(
            kind=LocationKind.POINT,
            longitude=child.longitude,
            latitude=child.latitude,
            place=child.place,
        )
        told = while_reporting.Telling(words=said.get(child.number, ""))
        start = time.perf_counter()
        known.known_near(entry, where)
        kinds["unranked"].append((time.perf_counter() - start) * 1000)
        for name, actor in (("resident", resident()), ("call_taker", SYSTEM)):
            start = time.perf_counter()
            while_reporting.known_near(entry, where, told=told, by=actor, at=child.requested_at)
            kinds[name].append((time.perf_counter() - start) * 1000)
    return {name: _spread(times[WARM:]) for name, times in kinds.items()}


def _spread(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p99": round(ordered[int(len(ordered) * 0.99)], 2),
        "most": round(ordered[-1], 2),
        "n": len(ordered),
    }
