"""What can only be said once the facts of all requests stand: conversations, and what came back.

A conversation counts for the service, agency and areas of the first request that it was about. A
request came back where the same service had been completed at the same place shortly before, and
nothing told there since was still open: the sense that ``duplicates`` gives to a place where
trouble returns (``SPOT_M``; what is told while it is open is the same trouble), for one service.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import duckdb

from citycall.duplicates.rules import SPOT_M
from citycall.service_requests.cells import METRES_A_DEGREE

# Who has to tell of the same thing within so many days was not helped for long.
HELD_DAYS: Final = 90
_HELD: Final = timedelta(days=HELD_DAYS)
_FIRST: Final = datetime(1970, 1, 1)  # noqa: DTZ001  (naive, as the facts are)
# Squares wide enough, as far north as people live, for a spot to touch two at most; in degrees.
_EAST, _NORTH = 0.0015, 0.001
_SPOT: Final = SPOT_M / METRES_A_DEGREE
_COLUMN: Final = f"floor(longitude / {_EAST})"
_LINE: Final = f"floor(latitude / {_NORTH})"

_CONTACTS: Final = """
WITH leads AS (
    SELECT told_of, min(request) AS request FROM reports
    WHERE told_of IN (SELECT told_of FROM staged_contacts) GROUP BY told_of
)
SELECT s.id, r.id AS request, r.service, r.agency, r.team, {areas}
    s.channel, s.language, s.first AS settled, s.arrived_at, s.arrived_on,
    CAST(date_trunc('week', s.arrived_on) AS DATE) AS arrived_week,
    CAST(date_trunc('month', s.arrived_on) AS DATE) AS arrived_month
FROM staged_contacts s
LEFT JOIN leads l ON l.told_of = s.told_of
LEFT JOIN requests r ON r.id = coalesce(l.request, s.told_of)
WHERE s.first IS NOT NULL ORDER BY s.id
"""
_MOVED: Final = """
SELECT id, service, longitude, latitude, received_at FROM requests
WHERE id IN (SELECT id FROM staged_requests) AND longitude IS NOT NULL
"""


def _squares(table: str) -> str:
    """Rows of a table, one for each square that their spot touches: ``col`` and ``line``."""
    return f"""
    SELECT *, unnest(list_distinct([
        floor((latitude - {_SPOT}) / {_NORTH}), floor((latitude + {_SPOT}) / {_NORTH})])) AS line
    FROM (
        SELECT *, unnest(list_distinct([
            floor((longitude - wide) / {_EAST}), floor((longitude + wide) / {_EAST})])) AS col
        FROM (SELECT *, {_SPOT} / greatest(cos(radians(latitude)), 0.1) AS wide FROM {table})
    )"""


_AFFECTED: Final = f"""
CREATE OR REPLACE TEMP TABLE affected AS
SELECT DISTINCT r.id, r.received_at
FROM requests r JOIN ({_squares("moved")}) m
    ON m.service = r.service AND m.col = floor(r.longitude / {_EAST})
    AND m.line = floor(r.latitude / {_NORTH})
WHERE r.received_at >= m.received_at AND NOT r.is_merged
"""
_CAME_BACK: Final = f"""
INSERT INTO came_back_now
WITH asked AS (
    SELECT id, service, longitude, latitude, received_at FROM requests
    WHERE received_at >= $since AND received_at < $until AND longitude IS NOT NULL
        AND NOT is_merged AND {{chosen}}
), near AS ({_squares("asked")}), others AS (
    SELECT id, service, longitude, latitude, received_at, completed_at, ended_at,
        {_COLUMN} AS col, {_LINE} AS line
    FROM requests
    WHERE received_at < $until AND (received_at > $back OR completed_at > $back)
        AND longitude IS NOT NULL AND NOT is_merged AND status NOT IN ('cancelled', 'referred')
)
SELECT a.id FROM near a JOIN others o
    ON o.service = a.service AND o.col = a.col AND o.line = a.line
WHERE o.id <> a.id AND sqrt(
    pow((o.longitude - a.longitude) * cos(radians(a.latitude)), 2)
    + pow(o.latitude - a.latitude, 2)) <= {_SPOT}
GROUP BY a.id
HAVING count(*) FILTER (o.completed_at <= a.received_at
        AND o.completed_at > a.received_at - INTERVAL {HELD_DAYS} DAY) > 0
    AND count(*) FILTER ((o.received_at, o.id) < (a.received_at, a.id)
        AND o.received_at > a.received_at - INTERVAL {HELD_DAYS} DAY
        AND (o.ended_at IS NULL OR o.ended_at > a.received_at)) = 0
"""


def note(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep where the requests that are to be replaced were; to be called before they are."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE moved AS {_MOVED}")


def write_whole(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the conversations, and say of every request whether it came back."""
    connection.execute(f"CREATE OR REPLACE TABLE contacts AS {_contacts(connection)}")
    _find(connection, "requests", chosen="TRUE")
    connection.execute(
        "UPDATE requests SET came_back = TRUE WHERE id IN (SELECT id FROM came_back_now)"
    )


def write_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """As ``write_whole``, of what was staged now and what lies at the same places."""
    connection.execute("DELETE FROM contacts WHERE id IN (SELECT id FROM staged_contacts)")
    connection.execute(f"INSERT INTO contacts BY NAME {_contacts(connection)}")
    connection.execute(f"INSERT INTO moved {_MOVED}")
    connection.execute(_AFFECTED)
    _find(connection, "affected", chosen="id IN (SELECT id FROM affected)")
    connection.execute(
        "UPDATE requests SET came_back = NOT came_back WHERE id IN (SELECT id FROM affected)"
        " AND came_back <> (id IN (SELECT id FROM came_back_now))"
    )


def _contacts(connection: duckdb.DuckDBPyConnection) -> str:
    told = connection.execute("DESCRIBE requests").fetchall()
    areas = "".join(f"r.{row[0]}, " for row in told if row[0].startswith("area_"))
    return _CONTACTS.format(areas=areas)


def _find(connection: duckdb.DuckDBPyConnection, among: str, *, chosen: str) -> None:
    """Find which of the requests that are chosen came back, a stretch of time at a time.

    So no more than what was told in half a year is compared at once, however long the history.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE came_back_now (id BIGINT)")
    stretches = connection.execute(
        f"SELECT DISTINCT CAST(floor(epoch(received_at) / {_HELD.total_seconds()}) AS INTEGER) AS n"
        f" FROM {among} ORDER BY n"
    ).fetchall()
    for (n,) in stretches:
        since = _FIRST + n * _HELD
        asked: dict[str, Any] = {"since": since, "until": since + _HELD, "back": since - _HELD}
        connection.execute(_CAME_BACK.format(chosen=chosen), asked)
