"""What was fetched as one sheet that the importer of history reads, and how it is to be read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
from pyarrow import parquet

from citycall.exchange.history.survey import type_key

_SIZE: Final = 20_000
_MOMENT: Final = pa.timestamp("us", "UTC")
_TEXTS: Final = (
    "id",
    "status",
    "told_status",
    "status_notes",
    "service_code",
    "service_name",
    "description",
    "agency_responsible",
    "service_notice",
    "address",
    "address_id",
    "zipcode",
)
_MOMENTS: Final = ("requested_at", "updated_at", "expected_at")
_REALS: Final = ("latitude", "longitude")
_SCHEMA: Final = pa.schema(
    [
        *((name, pa.string()) for name in (*_TEXTS, "agency", "notes")),
        *((name, _MOMENT) for name in _MOMENTS),
        *((name, pa.float64()) for name in _REALS),
    ]
)
_COLUMNS: Final = {
    "id": "id",
    "type": ["service_name", "service_code"],
    "agency": "agency",
    "status": "status",
    "requested_at": "requested_at",
    "status_at": "updated_at",
    "due_at": "expected_at",
    "words": "description",
    "explanation": "status_notes",
    "place": "address",
    "longitude": "longitude",
    "latitude": "latitude",
}
_FACTS: Final = (
    "told_status",
    "service_code",
    "agency_responsible",
    "service_notice",
    "address_id",
    "zipcode",
    "notes",
)


def write_mapping(path: Path, *, source: str, name: str, zone: ZoneInfo) -> None:
    """Write down how the sheet is read. An open request has somebody responsible: assigned."""
    mapping = {
        "source": source,
        "name": name,
        "time_zone": zone.key,
        "columns": _COLUMNS,
        "facts": _FACTS,
        "statuses": {"open": "assigned", "closed": "closed"},
        "closed_by_status_date": True,
    }
    # JSON is YAML, too, and needs no care for what stands in the name.
    path.write_text(json.dumps(mapping, ensure_ascii=False, indent=1), encoding="utf-8")


def with_agencies(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """The types of which at least one request names who is responsible for it."""
    return {_type(row) for row in rows if row["agency_responsible"]}


def write(path: Path, rows: Iterator[Mapping[str, Any]], *, told: set[str], agency: str) -> int:
    """Write the sheet; returns how many rows it has.

    Requests of a type that names no agency anywhere (not in ``told``) get ``agency``; others that
    name none are left to the agency that is usual for their type.
    """
    written = 0
    with parquet.ParquetWriter(path, _SCHEMA) as sheet:
        while some := list(islice(rows, _SIZE)):
            sheet.write_table(
                pa.Table.from_pylist([_row(row, told, agency) for row in some], schema=_SCHEMA)
            )
            written += len(some)
    return written


def _type(row: Mapping[str, Any]) -> str:
    return type_key(row["service_name"] or row["service_code"])


def _row(row: Mapping[str, Any], told: set[str], agency: str) -> dict[str, Any]:
    return {
        **{name: row[name] or None for name in _TEXTS},
        **{name: row[name] for name in _REALS},
        **{name: row[name] and datetime.fromisoformat(row[name]) for name in _MOMENTS},
        "agency": row["agency_responsible"] or (None if _type(row) in told else agency),
        "notes": json.dumps(row["notes"], ensure_ascii=False) if row["notes"] else None,
    }
