"""The facts of requests as they leave the database: an allow-list of expressions, and no more.

What is hidden is hidden here, in the statement itself: private services are not selected, and of
those that hide their location nothing about the place is.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
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
    "merged_into": Field(_PARENT, pa.int64()),
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
# Every version of a row has its own xmin; what is told of its parent may change without it.
_PARTS: Final = (
    "SELECT r.id >> %(bits)s AS part, count(*),"  # noqa: S608  (made of constants)
    " sum(hashint8extended(r.id, r.xmin::text::bigint))"
    f" + coalesce(sum(hashint8extended(r.id, {_PARENT})), 0)"
    " FROM service_requests_servicerequest r WHERE r.service_id = ANY(%(told)s)"
    " GROUP BY part ORDER BY part"
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


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of ids; ``mark`` changes when anything that is read of it has changed."""

    number: int
    rows: int
    mark: str


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction that sees the database as it was at one moment, and writes nothing."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        # Compiling a statement takes longer than reading a part with it.
        cursor.execute("SET LOCAL jit = off")
        yield


def parts(picture: Picture) -> list[Part]:
    """The stretches of ids in which there is anything to tell, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, {**_services(picture), "bits": PART_BITS})
        return [Part(number, rows, f"{rows}-{mark}") for number, rows, mark in cursor.fetchall()]


def read_part(picture: Picture, part: Part) -> bytes:
    """The rows of one part, as CSV of ``FIELDS``."""
    first = part.number << PART_BITS
    values = {**_services(picture), "first": first, "last": first + ROWS_AT_ONCE - 1}
    statement = _FEED.format(reports=_REPORTS_OF_PART, chosen=_OF_PART)
    return b"".join(_copied(statement, values, rows_at_once=None))


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
        some: list[bytes] = []
        for row in rows:
            some.append(row)
            if len(some) == rows_at_once:
                yield b"".join(some)
                some = []
        if some:
            yield b"".join(some)
