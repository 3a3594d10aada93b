"""Import with every check and area done, against bare COPY of the very rows it made."""

import csv
import io
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from bench import stage

ZONE = ZoneInfo("America/New_York")
FORMAT = "%m/%d/%Y %I:%M:%S %p"
COLUMNS = (
    "SRRecordID", "ServiceRequestNum", "SRType", "MethodReceived", "CreatedDate", "SRStatus",
    "StatusDate", "DueDate", "CloseDate", "Agency", "LastActivity", "LastActivityDate", "Outcome",
    "Address", "ZipCode", "Neighborhood", "CouncilDistrict", "PoliceDistrict", "PolicePost",
    "Latitude", "Longitude", "GeoLocation",
)  # fmt: skip
TYPES = ("SW-Dirty Alley", "TR-Potholes", "WW-Water Leak", "HCD-Sanitation", "RP-Tree Pruning")
# The tables that an import writes, and how to find one import's rows in them.
TABLES = {
    "service_requests_servicerequest": "id > {request}",
    "service_requests_report": "service_request_id > {request}",
    "core_event": "id > {event}",
}


def measure(where: stage.Stage, *, rows: int, rounds: int) -> dict[str, Any]:
    """Rows a second of import and of bare COPY in alternating runs, and their ratio."""
    from citycall.core.actors import SYSTEM
    from citycall.exchange.history.importing import import_history

    rates: dict[str, list[float]] = {"import": [], "copy": []}
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(rounds):
            file = folder / f"round-{number}.csv"
            _export(file, rows=rows, number=number)
            before = _last_ids(where)
            start = time.perf_counter()
            report = import_history(
                file, mapping="baltimore", by=SYSTEM, at=datetime.now(UTC), rejects_folder=folder
            )
            rates["import"].append(rows / (time.perf_counter() - start))
            if report.imported != rows:
                raise RuntimeError("\n".join(report.lines()))
            rates["copy"].append(rows / _copy_again(where, before))
    middle = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "rows": rows,
        "rows_per_second": {name: round(value) for name, value in middle.items()},
        "runs": {name: [round(v) for v in values] for name, values in rates.items()},
        "ratio": round(middle["import"] / middle["copy"], 3),
    }


def _export(file: Path, *, rows: int, number: int) -> None:
    """An invented export in the layout that Baltimore publishes, its places in the demo city."""
    from citycall.demo.geography import build, sample_addresses

    rng = np.random.default_rng([number, rows])
    places = sample_addresses(build(), rng, rows)
    start = datetime(2023, 1, 1, tzinfo=ZONE).timestamp()
    created = np.sort(rng.uniform(start, start + 365 * 86_400, rows))
    closed = created + rng.uniform(3_600, 20 * 86_400, rows)
    kinds, open_ = rng.integers(0, len(TYPES), rows), rng.random(rows) < 0.3

    def local(moment: float) -> str:
        return datetime.fromtimestamp(moment, ZONE).strftime(FORMAT)

    with file.open("w", newline="") as out:
        sheet = csv.writer(out)
        sheet.writerow(COLUMNS)
        for n in range(rows):
            told, done = local(created[n]), local(closed[n])
            ended = "" if open_[n] else done
            sheet.writerow(
                [
                    *(f"R{number}-{n}", f"{number:02d}-{n:08d}", TYPES[kinds[n]], "Phone", told),
                    *("Open" if open_[n] else "Closed", told if open_[n] else done),
                    *(local(created[n] + 5 * 86_400), ended, "Bench", "", "", ""),
                    *(places.text[n], "21300", "", "", "", "", places.lat[n], places.lon[n], ""),
                ]
            )


def _last_ids(where: stage.Stage) -> dict[str, int]:
    found = where.psql(
        "SELECT (SELECT coalesce(max(id), 0) FROM service_requests_servicerequest), "
        "(SELECT coalesce(max(id), 0) FROM core_event)"
    )[0]
    return {"request": int(str(found[0])), "event": int(str(found[1]))}


def _copy_again(where: stage.Stage, before: dict[str, int]) -> float:
    """Take the import's rows out, COPY them back in, and say how many seconds that took."""
    columns = {table: _columns(where, table) for table in TABLES}
    with psycopg.connect(where.url) as connection:
        # Events refuse to be deleted; here the very same rows come back.
        connection.execute("SET session_replication_role = replica")
        saved = {}
        for table, condition in TABLES.items():
            rows = f"SELECT {columns[table]} FROM {table} WHERE {condition.format(**before)}"
            text = io.BytesIO()
            with connection.cursor().copy(f"COPY ({rows}) TO STDOUT") as copy:
                for block in copy:
                    text.write(block)
            saved[table] = text.getvalue()
        for table, condition in reversed(TABLES.items()):
            connection.execute(f"DELETE FROM {table} WHERE {condition.format(**before)}")
        # What triggers keep of reports, which they will keep again.
        connection.execute(
            "DELETE FROM service_requests_openwords w WHERE NOT EXISTS"
            " (SELECT FROM service_requests_report r WHERE r.id = w.report_id)"
        )
    for table in TABLES:
        where.psql(f"VACUUM {table}")
    where.psql("CHECKPOINT")
    start = time.perf_counter()
    with psycopg.connect(where.url) as connection:
        for table, raw in saved.items():
            with connection.cursor().copy(f"COPY {table} ({columns[table]}) FROM STDIN") as copy:
                for at in range(0, len(raw), 1 << 20):
                    copy.write(raw[at : at + (1 << 20)])
    return time.perf_counter() - start


def _columns(where: stage.Stage, table: str) -> str:
    found = where.psql(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
        f"WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = ''"
    )
    return str(found[0][0])
