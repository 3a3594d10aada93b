"""Counting a day's completions by team and service anew: what the trend is read from."""

from datetime import datetime

from django.db import connection, transaction

from citycall.core import clock

_COUNT = """
WITH counted AS (
    SELECT (completed_at AT TIME ZONE %(zone)s)::date AS day, agency_id, team_id, service_id,
        count(*) AS completed,
        count(*) FILTER (WHERE confirmed_at IS NOT NULL AND disputed_at IS NULL) AS confirmed,
        count(*) FILTER (WHERE disputed_at IS NOT NULL) AS disputed,
        count(*) FILTER (WHERE flagged) AS flagged,
        count(*) FILTER (WHERE checked <> '') AS checked,
        count(*) FILTER (WHERE checked = 'not_done') AS false
    FROM closures_closure
    WHERE completed_at >= %(since)s AND completed_at <= %(at)s
    GROUP BY 1, 2, 3, 4)
INSERT INTO closures_closureday (
    day, agency_id, team_id, service_id, completed, confirmed, disputed, flagged, checked, "false")
SELECT * FROM counted
ON CONFLICT (day, team_id, service_id, agency_id) DO UPDATE SET
    completed = excluded.completed, confirmed = excluded.confirmed,
    disputed = excluded.disputed, flagged = excluded.flagged, checked = excluded.checked,
    "false" = excluded."false"
"""


@transaction.atomic
def recount(*, since: datetime, at: datetime) -> int:
    """Count the whole days of the city from ``since`` on anew; returns how many rows were."""
    zone = clock.city_zone()
    midnight = since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"zone": str(zone), "since": midnight, "at": at})
        return int(cursor.rowcount)
