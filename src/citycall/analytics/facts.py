"""The facts: one row a request, report, step or conversation, with all that a measure may ask.

Rooms of the operational database say what is; facts say what a number needs, worked out once: the
city's own days beside the moments, durations as numbers of days, areas as columns. What arrives is
put into staging tables (``STAGED``); ``make`` turns them into facts, the same way whether they come
from PostgreSQL or, in tests, from another city's file. What needs the facts of other requests is
worked out in ``came_back`` and ``conversations``.

Times are naive UTC; ``_on``, ``_week`` (its Monday) and ``_month`` (its first) are days in the
city's zone.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import duckdb

from citycall.analytics import came_back, conversations

# The steps that are counted: nothing else of a history is in the facts.
STEPS: Final = (
    "assigned", "started", "held", "resumed", "returned", "transferred", "completed", "confirmed",
    "disputed", "reopened", "promise_changed", "closed", "inspected", "merged",
)  # fmt: skip

# What is read of the operational tables, in this order.
STAGED: Final[Mapping[str, Mapping[str, str]]] = {
    "staged_requests": {
        "id": "BIGINT",
        "merged_into": "BIGINT",
        "service": "INTEGER",
        "agency": "INTEGER",
        "team": "INTEGER",
        "outcome": "INTEGER",
        "status": "VARCHAR",
        "verification": "VARCHAR",
        "reopened": "INTEGER",
        "longitude": "DOUBLE",
        "latitude": "DOUBLE",
        "place": "VARCHAR",
        "areas": "VARCHAR",
        "received_at": "TIMESTAMP",
        "received_on": "DATE",
        "due_at": "TIMESTAMP",
        "promised_at": "TIMESTAMP",
        "paused_at": "TIMESTAMP",
        "completed_at": "TIMESTAMP",
        "completed_on": "DATE",
        "over_at": "TIMESTAMP",
        "over_on": "DATE",
    },
    "staged_reports": {
        "id": "BIGINT",
        "told_of": "BIGINT",
        "channel": "VARCHAR",
        "language": "VARCHAR",
        "reported_at": "TIMESTAMP",
        "reported_on": "DATE",
        # What the reporter answered in the end, 1 (not at all satisfied) to 5; most never do.
        "satisfied": "INTEGER",
        "rated_at": "TIMESTAMP",
        "rated_on": "DATE",
    },
    "staged_steps": {
        "id": "BIGINT",
        "request": "BIGINT",
        "kind": "VARCHAR",
        "happened_at": "TIMESTAMP",
        "happened_on": "DATE",
        "left_team": "INTEGER",
    },
    "staged_doubts": {"request": "BIGINT"},
    # Contacts by the call centre's own definition (``calls/measures/rules.py``), nothing of who
    # they were with. ``told_of`` is the first request that it was about; ``first`` is none for
    # what was found not to be a contact after all.
    "staged_contacts": {
        "id": "BIGINT",
        "told_of": "BIGINT",
        "channel": "VARCHAR",
        "language": "VARCHAR",
        "arrived_at": "TIMESTAMP",
        "arrived_on": "DATE",
        "first": "BOOLEAN",
    },
}

# The lists that ids lead to; they are written whole with each version.
LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "services": {
        "id": "INTEGER",
        "code": "VARCHAR",
        "name": "VARCHAR",
        "group_name": "VARCHAR",
        "agency": "INTEGER",
    },
    "agencies": {"id": "INTEGER", "code": "VARCHAR", "name": "VARCHAR"},
    "teams": {"id": "INTEGER", "code": "VARCHAR", "name": "VARCHAR", "agency": "INTEGER"},
    "outcomes": {"id": "INTEGER", "code": "VARCHAR", "name": "VARCHAR", "fixed": "BOOLEAN"},
    "areas": {"id": "INTEGER", "layer": "VARCHAR", "name": "VARCHAR"},
    "layers": {"code": "VARCHAR", "name": "VARCHAR"},
    "about": {"name": "VARCHAR", "value": "VARCHAR"},
}

FACTS: Final = ("requests", "reports", "steps", "contacts")
_CALENDAR: Final = (
    "{0}_on, CAST(date_trunc('week', {0}_on) AS DATE) AS {0}_week,"
    " CAST(date_trunc('month', {0}_on) AS DATE) AS {0}_month"
)


def area_column(layer: str) -> str:
    """The column that says in which area of a layer something is."""
    return f"area_{layer.replace('-', '_')}"


def stage(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty staging tables, which are gone when the connection is."""
    for table, columns in STAGED.items():
        told = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({told})")


def make(connection: duckdb.DuckDBPyConnection, *, layers: Sequence[str]) -> None:
    """Turn what is staged into ``made_requests``, ``made_reports`` and ``made_steps``.

    ``layers`` are the codes of the layers of areas; ``areas`` and ``outcomes`` must be filled.
    Whole families of merged requests must be staged together.
    """
    connection.execute(_ROOTS)
    connection.execute(_placed(layers))
    connection.execute(_COUNTED)
    columns = ", ".join(f"p.{area_column(layer)}" for layer in layers)
    areas = f"{columns}, " if columns else ""
    connection.execute(_REQUESTS.format(areas=areas))
    own = ", ".join(f"m.{area_column(layer)}" for layer in layers)
    areas = f"{own}, " if own else ""
    connection.execute(_REPORTS.format(areas=areas))
    connection.execute(_STEPS.format(areas=areas))


def _placed(layers: Sequence[str]) -> str:
    """In which area of each layer each request is; the first where areas overlap."""
    columns = "".join(
        f", min(a.id) FILTER (a.layer = '{layer}') AS {area_column(layer)}" for layer in layers
    )
    return f"""
    CREATE OR REPLACE TEMP TABLE placed AS
    SELECT t.request{columns}
    FROM (
        SELECT id AS request, unnest(
            string_split(trim(areas, '{{}}'), ',')::INTEGER[]) AS area
        FROM staged_requests WHERE length(areas) > 2
    ) t JOIN areas a ON a.id = t.area
    GROUP BY t.request
    """


_ROOTS: Final = """
CREATE OR REPLACE TEMP TABLE roots AS
WITH RECURSIVE up (id, root, parent) AS (
    SELECT id, merged_into, merged_into FROM staged_requests WHERE merged_into IS NOT NULL
    UNION ALL
    SELECT up.id, s.merged_into, s.merged_into FROM up
    JOIN staged_requests s ON s.id = up.parent WHERE s.merged_into IS NOT NULL
)
SELECT up.id, up.root FROM up
JOIN staged_requests s ON s.id = up.root WHERE s.merged_into IS NULL
"""

_COUNTED: Final = """
CREATE OR REPLACE TEMP TABLE counted AS
SELECT request,
    count(*) FILTER (kind = 'disputed') > 0 AS disputed,
    CAST(count(*) FILTER (kind = 'returned') AS INTEGER) AS returned,
    CAST(count(*) FILTER (kind = 'promise_changed') AS INTEGER) AS redated,
    max(happened_at) FILTER (kind = 'merged') AS merged_at,
    max(happened_on) FILTER (kind = 'merged') AS merged_on
FROM staged_steps GROUP BY request
"""

_REQUESTS: Final = f"""
CREATE OR REPLACE TEMP TABLE made_requests AS
WITH told AS (
    SELECT coalesce(r.root, t.told_of) AS request, CAST(count(*) AS INTEGER) AS reports
    FROM staged_reports t LEFT JOIN roots r ON r.id = t.told_of GROUP BY 1
), first AS (
    SELECT told_of AS request, arg_min(channel, id) AS channel, arg_min(language, id) AS language
    FROM staged_reports GROUP BY told_of
), ended AS (
    SELECT s.*,
        CASE WHEN s.status IN ('completed', 'closed') THEN s.completed_at END AS done_at,
        CASE WHEN s.status IN ('completed', 'closed') THEN s.completed_on END AS done_on,
        CASE WHEN s.status IN ('completed', 'closed') THEN s.completed_at
             WHEN s.status IN ('cancelled', 'referred') THEN s.over_at
             WHEN s.status = 'merged' THEN c.merged_at END AS ended_at,
        CASE WHEN s.status IN ('completed', 'closed') THEN s.completed_on
             WHEN s.status IN ('cancelled', 'referred') THEN s.over_on
             WHEN s.status = 'merged' THEN c.merged_on END AS ended_on,
        coalesce(c.disputed, s.verification = 'disputed') AS was_disputed,
        coalesce(c.returned, 0) AS times_returned,
        coalesce(c.redated, 0) AS times_redated
    FROM staged_requests s LEFT JOIN counted c ON c.request = s.id
)
SELECT s.id, s.service, s.agency, s.team, s.outcome, {{areas}}
    f.channel, f.language, s.status,
    s.status IN ('new', 'assigned', 'in_progress', 'on_hold') AS is_open,
    s.merged_into IS NOT NULL AS is_merged,
    s.longitude, s.latitude, s.place,
    CASE WHEN s.merged_into IS NULL THEN coalesce(t.reports, 0) ELSE 0 END AS reports,
    s.received_at, epoch_us(s.received_at) / 86400e6 AS received_days,
    {_CALENDAR.format("received")},
    s.due_at, s.promised_at, s.paused_at,
    s.done_at AS completed_at, s.done_on AS completed_on,
    CAST(date_trunc('week', s.done_on) AS DATE) AS completed_week,
    CAST(date_trunc('month', s.done_on) AS DATE) AS completed_month,
    s.ended_at, epoch_us(s.ended_at) / 86400e6 AS ended_days, {_CALENDAR.format("ended")},
    epoch_us(s.done_at - s.received_at) / 86400e6 AS days_to_complete,
    s.done_at <= s.due_at AS on_time,
    s.done_at <= s.promised_at AS kept_promise,
    coalesce(o.fixed, FALSE) AND s.done_at IS NOT NULL AS fixed,
    s.verification = 'confirmed' AS confirmed,
    s.was_disputed AS disputed,
    s.reopened, s.times_returned AS returned, s.times_redated AS redated,
    d.request IS NOT NULL AND s.done_at IS NOT NULL AS looks_false,
    CASE WHEN s.longitude IS NOT NULL THEN FALSE END AS came_back
FROM ended s
LEFT JOIN placed p ON p.request = s.id
LEFT JOIN told t ON t.request = s.id
LEFT JOIN first f ON f.request = s.id
LEFT JOIN outcomes o ON o.id = s.outcome
LEFT JOIN staged_doubts d ON d.request = s.id
ORDER BY s.id
"""

_REPORTS: Final = f"""
CREATE OR REPLACE TEMP TABLE made_reports AS
WITH told AS (
    SELECT t.*, coalesce(r.root, t.told_of) AS request
    FROM staged_reports t LEFT JOIN roots r ON r.id = t.told_of
), first AS (
    SELECT request, arg_min(id, (reported_at, id)) AS id, min(reported_at) AS at
    FROM told GROUP BY request
)
SELECT t.id, t.request, t.told_of, t.id <> f.id AS further,
    m.service, m.agency, m.team, {{areas}}
    t.channel, t.language, t.reported_at, {_CALENDAR.format("reported")},
    epoch_us(t.reported_at - f.at) / 3600e6 AS hours_after_first,
    t.satisfied, t.rated_at, {_CALENDAR.format("rated")}
FROM told t JOIN first f ON f.request = t.request JOIN made_requests m ON m.id = t.request
ORDER BY t.id
"""

# What a team sent back is told of that team, and of no agency's present one.
_STEPS: Final = f"""
CREATE OR REPLACE TEMP TABLE made_steps AS
SELECT s.id, s.request, s.kind, m.service,
    CAST(coalesce(left_team.agency, m.agency) AS INTEGER) AS agency,
    CAST(coalesce(s.left_team, m.team) AS INTEGER) AS team, {{areas}}
    m.is_merged, m.channel, m.language, s.happened_at, {_CALENDAR.format("happened")}
FROM staged_steps s JOIN made_requests m ON m.id = s.request
LEFT JOIN teams left_team ON left_team.id = s.left_team
ORDER BY s.id
"""

_OWN: Final = {"requests": "id", "reports": "told_of", "steps": "request"}


def write_whole(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the facts of nothing but what was made now."""
    for name in _OWN:
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM made_{name}")
    conversations.write_whole(connection)
    came_back.write_whole(connection)


def write_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """Put what was made now in the place of what the facts said of the same requests."""
    came_back.note(connection)
    for name, own in _OWN.items():
        connection.execute(f"DELETE FROM {name} WHERE {own} IN (SELECT id FROM staged_requests)")
        connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM made_{name}")
    conversations.write_changed(connection)
    came_back.write_changed(connection)


def write_doubts(connection: duckdb.DuckDBPyConnection) -> None:
    """Let all requests say whether their completion looks false, whichever changed."""
    connection.execute(
        "UPDATE requests SET looks_false = NOT looks_false WHERE looks_false <>"
        " (completed_at IS NOT NULL AND id IN (SELECT request FROM staged_doubts))"
    )
