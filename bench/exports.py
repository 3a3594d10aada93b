"""Open data against bare COPY of the very columns it is made of, and the memory that it takes."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench import stage

# What is exported in one go: each format by itself, and all of them as a nightly edition has them.
OUTPUTS = {
    "csv": ("csv",),
    "csv.gz": ("csv.gz",),
    "parquet": ("parquet",),
    "geojson": ("geojson",),
    "all": ("csv", "csv.gz", "parquet", "geojson"),
}
SMALL_PART = 10


def measure(where: stage.Stage, *, rows: int, rounds: int) -> dict[str, Any]:
    """Requests a second of each output and of COPY in alternating runs, their ratios, and memory.

    Two COPY statements are drained to nowhere: ``copy`` of the stored columns with the channel of
    the first report, and ``copy_named`` with the names that the files have instead of ids. The
    ratios are to the first, which is the quicker. Peak memory is that of a process that does
    nothing else, at a tenth of the rows and at all of them.
    """
    from citycall.demo import loading

    at = datetime.now(UTC)
    loading.generate(requests=rows // SMALL_PART, seed=311, at=at)
    _settle(where)
    peaks = {"small": _peaks(where)}
    loading.generate(requests=rows - rows // SMALL_PART, seed=312, at=at)
    _settle(where)
    rates: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    for _round in range(rounds):
        for name, statement in _statements().items():
            rates.setdefault(name, []).append(_copied(where, statement))
        for name, formats in OUTPUTS.items():
            told = _exported(where, formats)
            rates.setdefault(name, []).append(told["rows"] / told["seconds"])
            found[name] = max(told["peak_mb"], found.get(name, 0))
    peaks["large"] = found
    middle = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "requests": rows,
        "rows_per_second": {name: round(value) for name, value in middle.items()},
        "ratio": {name: round(middle[name] / middle["copy"], 3) for name in OUTPUTS},
        "ratio_named": {name: round(middle[name] / middle["copy_named"], 3) for name in OUTPUTS},
        "peak_mb": peaks,
        "memory_ratio": {n: round(peaks["large"][n] / peaks["small"][n], 3) for n in OUTPUTS},
    }


def _peaks(where: stage.Stage) -> dict[str, int]:
    return {name: _exported(where, formats)["peak_mb"] for name, formats in OUTPUTS.items()}


def _settle(where: stage.Stage) -> None:
    for table in ("service_requests_servicerequest", "service_requests_report"):
        where.psql(f"VACUUM ANALYZE {table}")
    where.psql("CHECKPOINT")


def _statements() -> dict[str, str]:
    """The two statements that the exports are compared to: what an export reads, all at once."""
    stored = (
        "r.id, r.service_id, r.agency_id, r.status, r.requested_at, r.updated_at, r.promised_at, "
        "r.due_at, r.paused_at, r.completed_at, r.closed_at, r.outcome_id, r.verification, "
        "r.reopened_count, r.report_count, f.channel, r.merged_into_id, r.location_kind, r.place, "
        "r.longitude, r.latitude, r.h3_cell, r.areas"
    )
    names = "s.code, s.name, s.group, a.code, a.name, o.code, o.name, o.fixed"
    requests = (
        "service_requests_servicerequest r"
        " JOIN service_requests_report f ON f.number = r.number AND f.service_request_id = r.id"
    )
    named = (
        " JOIN catalog_service s ON s.id = r.service_id"
        " JOIN agencies_agency a ON a.id = r.agency_id"
        " LEFT JOIN catalog_outcome o ON o.id = r.outcome_id"
    )
    # The same rows: none of private services.
    public = (
        "WHERE r.service_id IN (SELECT id FROM catalog_service"
        " WHERE definition->>'privacy' IS DISTINCT FROM 'private')"
    )
    return {
        "copy": f"SELECT {stored} FROM {requests} {public}",
        "copy_named": f"SELECT {stored}, {names} FROM {requests}{named} {public}",
    }


def _copied(where: stage.Stage, statement: str) -> float:
    """Rows a second of a COPY whose rows go nowhere."""
    with psycopg.connect(where.url, options="-c timezone=UTC") as connection:
        start = time.perf_counter()
        with connection.cursor().copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)") as copy:
            rows = sum(1 for _row in copy)
        return rows / (time.perf_counter() - start)


def _exported(where: stage.Stage, formats: Sequence[str]) -> dict[str, Any]:
    """What one export in a process of its own took."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.exports", *formats],
        env=where.environment,
        cwd=Path(__file__).parents[1],
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _export(formats: Sequence[str]) -> dict[str, Any]:
    """Export everything to a folder that is thrown away; seconds, rows and peak megabytes.

    The files are made as those of an edition are, the rows kept for taking up again included.
    """
    import django

    django.setup()
    from django.conf import settings

    from citycall.core import clock
    from citycall.core.actors import SYSTEM
    from citycall.exchange.models import Export
    from citycall.exchange.open_data import actions
    from citycall.exchange.open_data.formats import Format

    with TemporaryDirectory() as folder:
        settings.EXPORTS = Path(folder)
        start = time.perf_counter()
        edition = actions.make_edition(
            by=SYSTEM, at=clock.now(), formats=[Format(each) for each in formats]
        )
        seconds = time.perf_counter() - start
        Export.objects.filter(pk=edition.pk).delete()
    return {"seconds": seconds, "rows": edition.rows, "peak_mb": peak_mb()}


def peak_mb() -> int:
    """The most memory that this program has had; what its parent had before it does not count."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citycall.settings")
    print(json.dumps(_export(sys.argv[1:])))
