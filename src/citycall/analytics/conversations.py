"""What can only be said once the facts of all requests stand: conversations.

A conversation counts for the service, agency and areas of the first request that it was about.
"""

from typing import Final

import duckdb

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


def write_whole(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the conversations."""
    connection.execute(f"CREATE OR REPLACE TABLE contacts AS {_contacts(connection)}")


def write_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """Make those anew that were staged now."""
    connection.execute("DELETE FROM contacts WHERE id IN (SELECT id FROM staged_contacts)")
    connection.execute(f"INSERT INTO contacts BY NAME {_contacts(connection)}")


def _contacts(connection: duckdb.DuckDBPyConnection) -> str:
    told = connection.execute("DESCRIBE requests").fetchall()
    areas = "".join(f"r.{row[0]}, " for row in told if row[0].startswith("area_"))
    return _CONTACTS.format(areas=areas)
