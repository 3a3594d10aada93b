"""The facts of requests as they leave the database: an allow-list of expressions, and no more.

What is hidden is hidden here, in the statement itself: private services are not selected, and of
those that hide their location nothing about the place is.
"""

import io
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pacsv
from django.db import connection, transaction

from citycall.exchange.open_data.picture import Picture

# So many ids make a part: a few megabytes, and a hundredth of a second to begin another.
PART_BITS: Final = 14
ROWS_AT_ONCE: Final = 1 << PART_BITS

_MOMENT: Final = pa.timestamp("us", tz="UTC")
_PLACED: Final = "r.service_id = ANY(%(placed)s)"
_PARENT: Final = (
    "CASE WHEN r.merged_into_id IS NOT NULL THEN (SELECT p.id FROM"
    " service_requests_servicerequest p"
    " WHERE p.id = r.merged_into_id AND p.service_id = ANY(%(told)s)) END"
)


@dataclass(frozen=True, slots=True)
class Field:
    """One expression over a request ``r`` and its first report ``f``, and its Arrow type."""

    sql: str
    type: Any


FIELDS: Final[Mapping[str, Field]] = {
    "id": Field("r.id", pa.int64()),
    # Which version of the stored row it is: told to nobody, for taking up what was cut off.
    "version": Field("r.xmin", pa.int64()),
    "merged_into": Field(_PARENT, pa.int64()),
    "service": Field("r.service_id", pa.int64()),
    "agency": Field("r.agency_id", pa.int64()),
    "status": Field("r.status", pa.string()),
    "requested_at": Field("r.requested_at", _MOMENT),
    "updated_at": Field("r.updated_at", _MOMENT),
    "promised_at": Field("r.promised_at", _MOMENT),
    "due_at": Field("r.due_at", _MOMENT),
    "clock_stopped": Field("r.paused_at IS NOT NULL", pa.bool_()),
    "completed_at": Field("r.completed_at", _MOMENT),
    "closed_at": Field("r.closed_at", _MOMENT),
    "outcome": Field("r.outcome_id", pa.int64()),
    "verification": Field("r.verification", pa.string()),
    "reopened_count": Field("r.reopened_count", pa.int32()),
    "report_count": Field("r.report_count", pa.int32()),
    "channel": Field("f.channel", pa.string()),
    "location_kind": Field(f"CASE WHEN {_PLACED} THEN r.location_kind END", pa.string()),
    "place": Field(
        f"CASE WHEN {_PLACED} AND r.location_kind <> 'words' AND r.longitude IS NOT NULL"
        " THEN r.place END",
        pa.string(),
    ),
    "longitude": Field(f"CASE WHEN {_PLACED} THEN r.longitude END", pa.float64()),
    "latitude": Field(f"CASE WHEN {_PLACED} THEN r.latitude END", pa.float64()),
    "h3_cell": Field(f"CASE WHEN {_PLACED} THEN r.h3_cell END", pa.int64()),
    "areas": Field(f"CASE WHEN {_PLACED} THEN r.areas END", pa.string()),
}

_FEED: Final = (
    "COPY (SELECT " + ", ".join(each.sql for each in FIELDS.values()) + " FROM"
    " service_requests_servicerequest r LEFT JOIN service_requests_report f"
    " ON f.number = r.number AND f.service_request_id = r.id{reports}"
    " WHERE r.service_id = ANY(%(told)s){chosen} ORDER BY r.id) TO STDOUT (FORMAT csv)"
)
# Said of the reports too, so that no more of them are read than of the requests.
_REPORTS_OF_PART: Final = " AND f.service_request_id BETWEEN %(first)s AND %(last)s"
_OF_PART: Final = " AND r.id BETWEEN %(first)s AND %(last)s"
# A row that was written again has another version; what is told of its parent may change without.
_TELLING: Final = ("id", "version", "merged_into")
_VERSIONS: Final = (
    "COPY (SELECT " + ", ".join(FIELDS[name].sql for name in _TELLING) + " FROM"
    " service_requests_servicerequest r WHERE r.service_id = ANY(%(told)s)"
    + _OF_PART
    + " ORDER BY r.id) TO STDOUT (FORMAT csv)"
)
_ENDS: Final = (
    "SELECT min(r.id), max(r.id) FROM service_requests_servicerequest r"
    " WHERE r.service_id = ANY(%(told)s)"
)
_COUNT: Final = (
    "SELECT count(*) FROM (SELECT FROM service_requests_servicerequest r"
    " WHERE r.service_id = ANY(%(told)s){chosen} LIMIT %(most)s) AS chosen"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which requests: received from ``since`` to before ``until``, of some services and areas.

    ``services`` and ``areas`` are ids; none means all. A request must be in each of the areas.
    """

    since: datetime | None = None
    until: datetime | None = None
    services: frozenset[int] = field(default_factory=frozenset)
    areas: frozenset[int] = field(default_factory=frozenset)

    @property
    def chosen(self) -> str:
        """What the statement says besides."""
        told = ""
        if self.since is not None:
            told += " AND r.requested_at >= %(since)s"
        if self.until is not None:
            told += " AND r.requested_at < %(until)s"
        if self.services:
            told += " AND r.service_id = ANY(%(services)s)"
        if self.areas:
            # The areas of a place that is hidden are not for looking it up either.
            told += f" AND {_PLACED} AND r.areas @> %(areas)s::int[]"
        return told

    @property
    def values(self) -> dict[str, Any]:
        """The values that ``chosen`` names."""
        return {
            "since": self.since,
            "until": self.until,
            "services": sorted(self.services),
            "areas": sorted(self.areas),
        }


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction that sees the database as it was at one moment, and writes nothing."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        # Compiling a statement takes longer than reading a part with it.
        cursor.execute("SET LOCAL jit = off")
        yield


def parts(picture: Picture) -> range:
    """The stretches of ids in which there may be anything to tell, by their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, _services(picture))
        first, last = cursor.fetchone()
    return range(0) if first is None else range(first >> PART_BITS, (last >> PART_BITS) + 1)


def read_part(picture: Picture, part: int) -> bytes:
    """The rows of one part, as CSV of ``FIELDS``; empty where there are none."""
    statement = _FEED.format(reports=_REPORTS_OF_PART, chosen=_OF_PART)
    return b"".join(_copied(statement, _of_part(picture, part), rows_at_once=None))


def is_current(picture: Picture, part: int, rows: bytes) -> bool:
    """Whether these rows, read of a part in an earlier snapshot, are what would be read now."""
    now = b"".join(_copied(_VERSIONS, _of_part(picture, part), rows_at_once=None))
    if not rows or not now:
        return rows == now
    kept = columns(rows, FIELDS)
    return all(kept[name].equals(told) for name, told in columns(now, _TELLING).items())


def columns(rows: bytes, names: Iterable[str]) -> dict[str, Any]:
    """The columns of rows that hold these of ``FIELDS``, by their names."""
    types = {name: FIELDS[name].type for name in names}
    table = pacsv.read_csv(
        pa.BufferReader(rows),
        # One block, since a row may hold line ends.
        read_options=pacsv.ReadOptions(
            column_names=list(types), use_threads=False, block_size=len(rows) + 1
        ),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types=types,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return {name: table[name].combine_chunks() for name in types}


def read(picture: Picture, selection: Selection) -> Generator[bytes, None, None]:
    """The selected rows in the order of their ids, as CSV of ``FIELDS``, some at a time."""
    statement = _FEED.format(reports="", chosen=selection.chosen)
    values = {**_services(picture), **selection.values}
    yield from _copied(statement, values, rows_at_once=ROWS_AT_ONCE)


def count(picture: Picture, selection: Selection, *, most: int) -> int:
    """How many are selected; ``most`` where they are as many or more."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(chosen=selection.chosen),
            {**_services(picture), **selection.values, "most": most},
        )
        return int(cursor.fetchone()[0])


def _of_part(picture: Picture, part: int) -> dict[str, Any]:
    first = part << PART_BITS
    return {**_services(picture), "first": first, "last": first + (1 << PART_BITS) - 1}


def _services(picture: Picture) -> dict[str, Any]:
    return {"told": picture.told, "placed": picture.placed}


def _copied(
    statement: str, values: Mapping[str, Any], *, rows_at_once: int | None
) -> Generator[bytes, None, None]:
    """What COPY sends, a row a message, joined to some rows at a time."""
    with (
        connection.cursor() as cursor,
        # Django gives its own names to the errors of the methods it knows, and COPY is not one.
        connection.wrap_database_errors,
        cursor.copy(statement, values) as rows,
    ):
        # Into one buffer at once: some thousand objects kept alive cost more than all the reading.
        some, count = io.BytesIO(), 0
        for row in rows:
            some.write(row)
            count += 1
            if count == rows_at_once:
                yield some.getvalue()
                some, count = io.BytesIO(), 0
        if count:
            yield some.getvalue()
