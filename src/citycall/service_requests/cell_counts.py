"""Counts of requests by hexagon, service and time: exact at every moment, and quick to read.

Whatever changes what a request counts for leaves a row in ``CellChange``, written by the database
in the same transaction. Now and then one process at a time folds those rows into ``CellCount``.
A reader adds up both in one statement, so folding never shows. See ``docs/adr/0010``.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction

from citycall.service_requests import cells

# Rows of ``CellCount.period``: what is open now, a month as 202611, and a day as 20261122.
OPEN_NOW: Final = 0
DAYS_FROM: Final = 10_000_000
# Days are kept a little longer than anybody counts by them; after that only months.
DAYS_KEPT: Final = 40
ALL_SERVICES: Final = 0
# Any number will do, as long as every CityCall uses the same.
_FOLD_LOCK: Final = 311_311_312
_FOLD_AT_ONCE: Final = 500_000
_FILL_AT_ONCE: Final = 10_000

# The digits finer than the parent's resolution are all seven.
PARENT = """
CREATE FUNCTION citycall_h3_parent(cell bigint, resolution integer)
RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT cell & ~(15::bigint << 52) | (resolution::bigint << 52)
        | ((1::bigint << (3 * (15 - resolution))) - 1)
$$
"""
PARENT_OFF = "DROP FUNCTION citycall_h3_parent"

# A request counts while it has a place and is not the repetition of another.
TRIGGERS = """
CREATE FUNCTION citycall_count_new_requests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO service_requests_cellchange (cell, service_id, requested_at, received, open)
    SELECT h3_cell, service_id, requested_at, 1,
           (status IN ('new', 'assigned', 'in_progress', 'on_hold'))::int
    FROM fresh WHERE h3_cell IS NOT NULL AND status <> 'merged';
    RETURN NULL;
END
$$;
CREATE TRIGGER citycall_count_new AFTER INSERT ON service_requests_servicerequest
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION citycall_count_new_requests();

CREATE FUNCTION citycall_count_changed_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.h3_cell IS NOT NULL AND OLD.status <> 'merged' THEN
        INSERT INTO service_requests_cellchange (cell, service_id, requested_at, received, open)
        VALUES (OLD.h3_cell, OLD.service_id, OLD.requested_at, -1,
                -(OLD.status IN ('new', 'assigned', 'in_progress', 'on_hold'))::int);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.h3_cell IS NOT NULL AND NEW.status <> 'merged' THEN
        INSERT INTO service_requests_cellchange (cell, service_id, requested_at, received, open)
        VALUES (NEW.h3_cell, NEW.service_id, NEW.requested_at, 1,
                (NEW.status IN ('new', 'assigned', 'in_progress', 'on_hold'))::int);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER citycall_count_changed
    AFTER UPDATE OF h3_cell, service_id, requested_at, status ON service_requests_servicerequest
    FOR EACH ROW WHEN (
        OLD.h3_cell IS DISTINCT FROM NEW.h3_cell
        OR OLD.service_id <> NEW.service_id
        OR OLD.requested_at <> NEW.requested_at
        OR (OLD.status = 'merged') <> (NEW.status = 'merged')
        OR (OLD.status IN ('new', 'assigned', 'in_progress', 'on_hold'))
            <> (NEW.status IN ('new', 'assigned', 'in_progress', 'on_hold'))
    ) EXECUTE FUNCTION citycall_count_changed_request();
CREATE TRIGGER citycall_count_gone AFTER DELETE ON service_requests_servicerequest
    FOR EACH ROW EXECUTE FUNCTION citycall_count_changed_request();
"""
TRIGGERS_OFF = """
DROP TRIGGER citycall_count_gone ON service_requests_servicerequest;
DROP TRIGGER citycall_count_changed ON service_requests_servicerequest;
DROP TRIGGER citycall_count_new ON service_requests_servicerequest;
DROP FUNCTION citycall_count_changed_request;
DROP FUNCTION citycall_count_new_requests;
"""

# From changes (``told``: cell of resolution 9, service, day, received, open) to rows of counts:
# first by service at the finest resolution, then all services together, then the coarser ones.
_SPREAD = """
), timed AS (
    SELECT cell, service_id, period, sum(change)::bigint AS change
    FROM told CROSS JOIN LATERAL (VALUES
        (0, open),
        (day / 100, received),
        (CASE WHEN day > %(forgotten)s THEN day END, received)
    ) AS p (period, change)
    WHERE period IS NOT NULL AND change <> 0
    GROUP BY 1, 2, 3
), summed AS (
    SELECT cell, service_id, period, change FROM timed
    UNION ALL
    SELECT cell, 0, period, sum(change) FROM timed GROUP BY cell, period
), spread AS (
    SELECT 9 AS resolution, cell, service_id, period, change FROM summed
    UNION ALL
    SELECT r.resolution, citycall_h3_parent(cell, r.resolution), service_id, period, sum(change)
    FROM summed CROSS JOIN unnest(ARRAY[5, 6, 7, 8]) AS r (resolution)
    GROUP BY 1, 2, 3, 4
)
INSERT INTO service_requests_cellcount AS c (resolution, service_id, cell, period, count)
SELECT resolution, service_id, cell, period, change FROM spread
WHERE change <> 0 ORDER BY 1, 2, 3, 4
"""
_DAY = "to_char({column} AT TIME ZONE %(zone)s, 'YYYYMMDD')::int"
_FOLD = f"""
WITH taken AS (
    DELETE FROM service_requests_cellchange
    WHERE id IN (SELECT id FROM service_requests_cellchange ORDER BY id LIMIT %(at_once)s)
    RETURNING cell, service_id, requested_at, received, open
), told AS (
    SELECT citycall_h3_parent(cell, 9) AS cell, service_id,
           {_DAY.format(column="requested_at")} AS day, sum(received) AS received,
           sum(open) AS open
    FROM taken GROUP BY 1, 2, 3
{_SPREAD}
ON CONFLICT (resolution, service_id, cell, period)
DO UPDATE SET count = c.count + excluded.count
"""  # noqa: S608
_FORGET_DAYS = """
DELETE FROM service_requests_cellcount WHERE period BETWEEN 10000000 AND %(forgotten)s
"""
# One statement, so that the changes that it removes are just those that its count has seen.
_REBUILD = f"""
WITH taken AS (
    DELETE FROM service_requests_cellchange
), told AS (
    SELECT citycall_h3_parent(h3_cell, 9) AS cell, service_id,
           {_DAY.format(column="requested_at")} AS day, count(*) AS received,
           count(*) FILTER (
               WHERE status IN ('new', 'assigned', 'in_progress', 'on_hold')) AS open
    FROM service_requests_servicerequest
    WHERE h3_cell IS NOT NULL AND status <> 'merged'
    GROUP BY 1, 2, 3
{_SPREAD}
"""  # noqa: S608
_WITHOUT_CELL = """
SELECT id, longitude, latitude FROM service_requests_servicerequest
WHERE h3_cell IS NULL AND longitude IS NOT NULL ORDER BY id LIMIT %s
"""
# Whoever moved the request meanwhile has given it its cell.
_SET_CELLS = """
UPDATE service_requests_servicerequest r SET h3_cell = n.cell
FROM unnest(%(ids)s::bigint[], %(cells)s::bigint[], %(x)s::float8[], %(y)s::float8[])
    AS n (id, cell, x, y)
WHERE r.id = n.id AND r.h3_cell IS NULL AND r.longitude = n.x AND r.latitude = n.y
"""


def day_number(moment: datetime, *, zone: ZoneInfo) -> int:
    """The city's day as a period: 20261122."""
    local = moment.astimezone(zone)
    return local.year * 10_000 + local.month * 100 + local.day


def fill_cells() -> int:
    """Give their cell to requests that have a place but no cell; returns to how many.

    They are few: those written by a version without cells. In batches of their own transactions,
    so that nobody waits; safe to run again and beside itself.
    """
    filled = 0
    while rows := _without_cell():
        ids, x, y = zip(*rows, strict=True)
        found = cells.cells_of(np.array(x), np.array(y)).tolist()
        with connection.cursor() as cursor:
            cursor.execute(
                _SET_CELLS, {"ids": list(ids), "cells": found, "x": list(x), "y": list(y)}
            )
            filled += cursor.rowcount
    return filled


def _without_cell() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_CELL, [_FILL_AT_ONCE])
        return list(cursor.fetchall())


def fold(*, at: datetime, zone: ZoneInfo) -> int:
    """Fold waiting changes into the counts; returns how many there were.

    Does nothing while another process does it. Days past keeping are forgotten.
    """
    folded = 0
    while (some := _fold_some(at=at, zone=zone)) > 0:
        folded += some
        if some < _FOLD_AT_ONCE:
            break
    return folded


def _fold_some(*, at: datetime, zone: ZoneInfo) -> int:
    values = {**_values(at=at, zone=zone), "at_once": _FOLD_AT_ONCE}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_FOLD_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT count(*) FROM service_requests_cellchange")
        waiting = int(cursor.fetchone()[0])
        cursor.execute(_FORGET_DAYS, values)
        if waiting:
            cursor.execute(_FOLD, values)
    return min(waiting, _FOLD_AT_ONCE)


def rebuild(*, at: datetime, zone: ZoneInfo) -> None:
    """Count everything anew; readers see the counts as they were until it is done."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FOLD_LOCK])
        cursor.execute("DELETE FROM service_requests_cellcount")
        cursor.execute(_REBUILD, _values(at=at, zone=zone))


def waiting() -> int:
    """How many changes wait to be folded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM service_requests_cellchange")
        return int(cursor.fetchone()[0])


def _values(*, at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    kept_from = at - timedelta(days=DAYS_KEPT)
    return {"zone": zone.key, "forgotten": day_number(kept_from, zone=zone)}
