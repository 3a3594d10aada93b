"""What is read of the operational tables, within one snapshot, and how it reaches the facts.

Rows go through COPY into files that DuckDB reads: the fastest way that needs no driver of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
from django.conf import settings
from django.db import connection, transaction

from citycall.analytics.facts import LISTS, STAGED, STEPS

_ZONE: Final = "AT TIME ZONE %(zone)s"
_UTC: Final = "AT TIME ZONE 'UTC'"


def _moment(column: str) -> str:
    return f"{column} {_UTC}"


def _day(column: str) -> str:
    return f"({column} {_ZONE})::date"


_STATEMENTS: Final[Mapping[str, str]] = {
    "staged_requests": f"""
        SELECT r.id, r.merged_into_id, r.service_id, r.agency_id, r.team_id, r.outcome_id,
            r.status, r.verification, r.reopened_count, r.longitude, r.latitude,
            nullif(r.place, ''), r.areas::text, {_moment("r.requested_at")},
            {_day("r.requested_at")}, {_moment("r.due_at")}, {_moment("r.promised_at")},
            {_moment("r.paused_at")}, {_moment("r.completed_at")}, {_day("r.completed_at")},
            {_moment("r.closed_at")}, {_day("r.closed_at")}
        FROM service_requests_servicerequest r WHERE {{chosen}}""",
    "staged_reports": f"""
        SELECT r.id, r.service_request_id, r.channel, r.language, {_moment("r.reported_at")},
            {_day("r.reported_at")}, g.satisfied, {_moment("g.given_at")}, {_day("g.given_at")}
        FROM service_requests_report r LEFT JOIN feedback_rating g ON g.report_id = r.id
        WHERE {{chosen}}""",
    "staged_contacts": f"""
        SELECT c.id, t.request_id,
            CASE c.medium WHEN 'letter' THEN 'mail' ELSE c.medium END, nullif(c.language, ''),
            {_moment("c.arrived_at")}, {_day("c.arrived_at")}, k.first
        FROM calls_resolution k JOIN calls_call c ON c.id = k.call_id
        LEFT JOIN LATERAL (
            SELECT m.request_id FROM calls_touch m
            WHERE m.call_id = c.id AND m.request_id IS NOT NULL ORDER BY m.id LIMIT 1
        ) t ON TRUE
        WHERE {{chosen}}""",
    "staged_steps": f"""
        SELECT r.id, r.subject_id, r.kind, {_moment("r.at")}, {_day("r.at")},
            CASE WHEN r.kind = 'returned' THEN (r.data->>'from')::bigint END
        FROM core_event r
        WHERE r.subject_kind = 'service_request' AND r.kind = ANY(%(steps)s) AND {{chosen}}""",
}
# Contacts are those of the requests, and what was found of others by the same transactions.
_CHOSEN: Final = {
    "staged_requests": "r.id IN (SELECT id FROM touched)",
    "staged_reports": "r.service_request_id IN (SELECT id FROM touched)",
    "staged_contacts": """k.call_id IN (
            SELECT call_id FROM calls_resolution WHERE xid >= %(since)s AND xid < %(until)s
            UNION SELECT call_id FROM calls_touch WHERE request_id IN (SELECT id FROM touched)
        )""",
    "staged_steps": "r.subject_id IN (SELECT id FROM touched)",
}
# What stands as completed and looks false, or was found not to be done.
_DOUBTS: Final = """
    SELECT DISTINCT c.service_request_id FROM closures_closure c
    JOIN service_requests_servicerequest r
        ON r.id = c.service_request_id AND r.completed_at = c.completed_at
    LEFT JOIN closures_closureflag f ON f.closure_id = c.id
    WHERE r.status IN ('completed', 'closed') AND (c.checked = 'not_done'
        OR (c.flagged AND c.checked <> 'done' AND f.state IN ('open', 'to_check')))
"""
_LISTS: Final[Mapping[str, str]] = {
    "services": 'SELECT id, code, name, "group", agency_id FROM catalog_service',
    "agencies": "SELECT id, code, name FROM agencies_agency",
    "teams": "SELECT id, code, name, agency_id FROM agencies_team",
    "outcomes": "SELECT id, code, name, fixed FROM catalog_outcome",
    "areas": "SELECT a.id, l.code, a.name FROM places_area a"
    " JOIN places_arealayer l ON l.id = a.layer_id WHERE l.kind = 'partition'",
    "layers": "SELECT code, name FROM places_arealayer WHERE kind = 'partition' ORDER BY id",
}
_SETTLED: Final = """
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
        concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
            (SELECT timeline_id FROM pg_control_checkpoint()), current_database(),
            pg_relation_filenode('core_event')),
        coalesce((SELECT extract(epoch FROM now() - min(xact_start)) FROM pg_stat_activity
            WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()), 0)::float8
"""
# A rating changes nothing of its request and writes no event, but its report's fact tells it.
_TOUCHED: Final = """
    SELECT e.subject_id FROM core_event e
    WHERE e.xid >= %(since)s AND e.xid < %(until)s AND e.subject_kind = 'service_request'
    UNION
    SELECT g.service_request_id FROM feedback_rating g
    WHERE g.xid >= %(since)s AND g.xid < %(until)s
"""
# All that is or hangs together with them by merging.
_FAMILIES: Final = """
    CREATE TEMP TABLE touched ON COMMIT DROP AS
    WITH RECURSIVE up (id, parent) AS (
        SELECT r.id, r.merged_into_id FROM service_requests_servicerequest r
        WHERE r.id = ANY(%(ids)s)
        UNION
        SELECT r.id, r.merged_into_id FROM up
        JOIN service_requests_servicerequest r ON r.id = up.parent
    ), down (id) AS (
        SELECT id FROM up
        UNION
        -- One by one (OFFSET): guessing at the size of families the planner would read all of them.
        SELECT r.id FROM down CROSS JOIN LATERAL (
            SELECT m.id FROM service_requests_servicerequest m
            WHERE m.merged_into_id = down.id AND m.status = 'merged' OFFSET 0
        ) r
    )
    SELECT id FROM down
"""


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction that sees the operational tables as they were at one moment."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL jit = off")
        yield


def settled() -> tuple[int, int, str, float]:
    """Below which transaction all is settled, the next one, whose database it is, and the lag.

    Another cluster, a recovery to an earlier moment, and events that were restored are another
    database: what its transactions were called says nothing about what the facts have of them.
    The lag is the age in seconds of the oldest writing transaction: what it wrote is not seen yet,
    nor is what committed after it began.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED)
        horizon, following, database, lag = cursor.fetchone()
    return int(horizon), int(following), str(database), float(lag)


def touched(*, since: int, until: int, most: int) -> list[int] | None:
    """The requests that these transactions wrote of; none when more than ``most``."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_TOUCHED} LIMIT {most + 1}", {"since": since, "until": until})
        found = [row[0] for row in cursor.fetchall()]
    return None if len(found) > most else found


def gather(
    into: duckdb.DuckDBPyConnection,
    *,
    ids: Sequence[int] | None,
    folder: Path,
    since: int = 0,
    until: int = 0,
) -> None:
    """Fill the staging tables with all there is, or with these requests and their families.

    ``since`` and ``until`` are the transactions whose contacts are read besides those of the
    requests. Raises django.db.Error where the database does.
    """
    values: dict[str, Any] = {
        "zone": settings.TIME_ZONE, "steps": list(STEPS), "since": since, "until": until,
    }  # fmt: skip
    if ids is not None:
        with connection.cursor() as cursor:
            cursor.execute(_FAMILIES, {"ids": list(ids)})
            cursor.execute("ANALYZE touched")
    for table, statement in _STATEMENTS.items():
        chosen = "TRUE" if ids is None else _CHOSEN[table]
        _copy(into, table, STAGED[table], statement.format(chosen=chosen), values, folder)
    _copy(into, "staged_doubts", STAGED["staged_doubts"], _DOUBTS, {}, folder)


def gather_lists(into: duckdb.DuckDBPyConnection, *, folder: Path) -> None:
    """Write the lists that ids lead to anew, whole."""
    for table, statement in _LISTS.items():
        columns = ", ".join(f"{name} {type_}" for name, type_ in LISTS[table].items())
        into.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
        _copy(into, table, LISTS[table], statement, {}, folder)


def _copy(
    into: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    statement: str,
    values: Mapping[str, Any],
    folder: Path,
) -> None:
    path = folder / f"{table}.csv"
    with (
        path.open("wb") as file,
        connection.cursor() as cursor,
        # Django gives its own names to the errors of the methods it knows, and COPY is not one.
        connection.wrap_database_errors,
        cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)", values) as rows,
    ):
        for row in rows:
            file.write(row)
    if path.stat().st_size:
        names = ", ".join(f"'{name}': '{type_}'" for name, type_ in columns.items())
        into.execute(
            f"INSERT INTO {table} SELECT * FROM read_csv(?, header = false, auto_detect = false,"
            f" delim = ',', quote = '\"', escape = '\"', nullstr = '', columns = {{{names}}})",
            [str(path)],
        )
    path.unlink()
