"""Which requests came back: the same service had been completed there, and nothing was open.

A request came back where, of its service and within ``SPOT_M`` metres, one that was told before it
had been completed in the ``HELD_DAYS`` before, and none that was told in those days was still open:
the sense that ``duplicates`` gives to a place where trouble returns (what is told while it is open
is the same trouble), for one service.

Some addresses are told of thousands of times, so requests are never compared with each other. Of
each exact spot there are the spells in which a request would follow a completion, and those in
which one would meet an open request; those that overlap are one. A request then only asks of each
spot near it for the last spell that began before it was told.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import duckdb

from citycall.duplicates.rules import SPOT_M
from citycall.service_requests.cells import METRES_A_DEGREE

# Who has to tell of the same thing within so many days was not helped for long.
HELD_DAYS: Final = 90
_HELD: Final = timedelta(days=HELD_DAYS)
_FIRST: Final = datetime(1970, 1, 1)  # noqa: DTZ001  (naive, as the facts are)
# Squares wide enough, as far north as people live, for a spot to touch two at most; in degrees.
_EAST, _NORTH = 0.0015, 0.001
_REACH: Final = SPOT_M / METRES_A_DEGREE
_SPOT: Final = "service, longitude, latitude"


def _key(moment: str, number: str = "0") -> str:
    """One number by which requests are in the order in which they were told, by id at one moment.

    ``number`` 0 comes before all requests of the moment.
    """
    return f"epoch_us({moment})::HUGEINT * {2**40} + {number}"


def _stretch_of(moment: str) -> str:
    """The number of the stretch of time, as long as a completion holds, that a moment is in."""
    return f"CAST(floor(epoch({moment}) / {_HELD.total_seconds()}) AS INTEGER)"


def _squares(table: str) -> str:
    """Rows of a table, one for each square within reach of their spot: ``col`` and ``line``."""
    return f"""
    SELECT *, unnest(list_distinct([
        floor((latitude - {_REACH}) / {_NORTH}),
        floor((latitude + {_REACH}) / {_NORTH})])) AS line
    FROM (
        SELECT *, unnest(list_distinct([
            floor((longitude - wide) / {_EAST}), floor((longitude + wide) / {_EAST})])) AS col
        FROM (SELECT *, {_REACH} / greatest(cos(radians(latitude)), 0.1) AS wide FROM {table})
    )"""


# What of a request others may depend on; those that are left out of account have no place.
_MOVED: Final = """
SELECT id, service, received_at, completed_at, ended_at,
    CASE WHEN counts THEN longitude END AS longitude,
    CASE WHEN counts THEN latitude END AS latitude
FROM (
    SELECT *, NOT is_merged AND status NOT IN ('cancelled', 'referred') AS counts FROM requests
    WHERE id IN (SELECT id FROM staged_requests)
)
"""
# From when until when requests near what changed may be told something else than before: where
# only an end changed, from the first of the ends on. One row a square and a stretch of time.
_CHANGED: Final = f"""
CREATE OR REPLACE TEMP TABLE changed AS
WITH present AS ({_MOVED}), versions AS (
    SELECT * FROM (SELECT * FROM moved EXCEPT SELECT * FROM present)
    UNION ALL SELECT * FROM (SELECT * FROM present EXCEPT SELECT * FROM moved)
), spans AS (
    SELECT id, greatest(max(received_at), max(completed_at)) + INTERVAL {HELD_DAYS} DAY AS until,
        CASE WHEN count(*) = 2 AND count(longitude) = 2
                AND count(DISTINCT (service, longitude, latitude, received_at)) = 1
            THEN least(min(completed_at), min(ended_at)) ELSE min(received_at) END AS since
    FROM versions GROUP BY id
), placed AS (
    SELECT DISTINCT v.service, v.longitude, v.latitude, s.since, s.until
    FROM versions v JOIN spans s USING (id) WHERE v.longitude IS NOT NULL
)
SELECT service, col, line, stretch, min(since) AS since FROM (
    SELECT *, unnest(generate_series({_stretch_of("since")}, {_stretch_of("until")})) AS stretch
    FROM ({_squares("placed")})
) GROUP BY service, col, line, stretch
"""
# All that are made anew, and those about which something may have changed.
_AFFECTED: Final = f"""
CREATE OR REPLACE TEMP TABLE affected AS
SELECT id, received_at FROM requests WHERE id IN (SELECT id FROM staged_requests)
UNION SELECT r.id, r.received_at
FROM requests r JOIN changed c ON c.service = r.service AND c.col = floor(r.longitude / {_EAST})
    AND c.line = floor(r.latitude / {_NORTH}) AND c.stretch = {_stretch_of("r.received_at")}
WHERE r.received_at >= c.since AND NOT r.is_merged
"""
_ASKED: Final = f"""
CREATE OR REPLACE TEMP TABLE asked AS
SELECT id, {_SPOT}, {_key("received_at", "id")} AS key FROM requests
WHERE received_at >= $since AND received_at < $until AND longitude IS NOT NULL
    AND NOT is_merged AND {{chosen}}
"""
_AROUND: Final = f"""
CREATE OR REPLACE TEMP TABLE around AS
WITH mine AS (SELECT DISTINCT {_SPOT} FROM asked)
{_squares("mine")}
"""
_OTHERS: Final = f"""
CREATE OR REPLACE TEMP TABLE others AS
SELECT id, {_SPOT}, received_at, completed_at, ended_at FROM requests
WHERE received_at < $until AND (received_at > $back OR completed_at > $back)
    AND longitude IS NOT NULL AND NOT is_merged AND status NOT IN ('cancelled', 'referred')
    AND (service, floor(longitude / {_EAST}), floor(latitude / {_NORTH}))
        IN (SELECT (service, col, line) FROM around)
"""
_SPOTS: Final = f"""
CREATE OR REPLACE TEMP TABLE spots AS
SELECT row_number() OVER () AS spot, * FROM (SELECT DISTINCT {_SPOT} FROM others)
"""
_NEAR: Final = f"""
CREATE OR REPLACE TEMP TABLE near AS
SELECT a.service, a.longitude, a.latitude, s.spot
FROM around a JOIN (
    SELECT *, floor(longitude / {_EAST}) AS col, floor(latitude / {_NORTH}) AS line FROM spots
) s ON s.service = a.service AND s.col = a.col AND s.line = a.line
WHERE sqrt(pow((s.longitude - a.longitude) * cos(radians(a.latitude)), 2)
    + pow(s.latitude - a.latitude, 2)) <= {_REACH}
"""
_LOOKED: Final = f"""
CREATE OR REPLACE TEMP TABLE looked AS
SELECT a.id, a.key, n.spot FROM asked a JOIN near n USING ({_SPOT})
"""
# When a request would follow a completion, and when it would meet one that is open.
_HELPED: Final = f"""
    greatest({_key("received_at", "id")}, {_key("completed_at")}) AS since,
    {_key(f"completed_at + INTERVAL {HELD_DAYS} DAY")} AS until
    FROM others WHERE completed_at > $back"""
_OPEN: Final = f"""
    {_key("received_at", "id")} AS since,
    {_key(f"least(ended_at, received_at + INTERVAL {HELD_DAYS} DAY)")} AS until
    FROM others WHERE received_at > $back"""


def _spells(name: str, told: str) -> str:
    """The spells of each spot near, those that overlap as one: after ``since``, to ``until``."""
    return f"""
CREATE OR REPLACE TEMP TABLE {name} AS
WITH told AS (
    SELECT s.spot, t.since, t.until FROM (SELECT {_SPOT}, {told}) t JOIN spots s USING ({_SPOT})
    WHERE s.spot IN (SELECT spot FROM near)
), marked AS (
    SELECT *, coalesce(since >= max(until) OVER (
        PARTITION BY spot ORDER BY since ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), TRUE) AS begins FROM told
), numbered AS (
    SELECT *, count(*) FILTER (begins) OVER (
        PARTITION BY spot ORDER BY since ROWS UNBOUNDED PRECEDING
    ) AS n FROM marked
)
SELECT spot, min(since) AS since, max(until) AS until FROM numbered GROUP BY spot, n
"""


def _within(name: str) -> str:
    return f"""
SELECT l.id FROM looked l ASOF JOIN {name} t ON t.spot = l.spot AND l.key > t.since
WHERE l.key < t.until"""


_CAME_BACK: Final = f"""
INSERT INTO came_back_now ({_within("helped")} EXCEPT {_within("still_open")})
"""


def note(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep what the requests that are to be replaced were; to be called before they are."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE moved AS {_MOVED}")


def write_whole(connection: duckdb.DuckDBPyConnection) -> None:
    """Say of every request whether it came back."""
    _find(connection, "requests", chosen="TRUE")
    connection.execute(
        "UPDATE requests SET came_back = TRUE WHERE id IN (SELECT id FROM came_back_now)"
    )


def write_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """As ``write_whole``, of what was staged now and what lies at the same places."""
    connection.execute(_CHANGED)
    connection.execute(_AFFECTED)
    _find(connection, "affected", chosen="id IN (SELECT id FROM affected)")
    connection.execute(
        "UPDATE requests SET came_back = NOT came_back WHERE id IN (SELECT id FROM affected)"
        " AND came_back <> (id IN (SELECT id FROM came_back_now))"
    )


def _find(connection: duckdb.DuckDBPyConnection, among: str, *, chosen: str) -> None:
    """Find which of the requests that are chosen came back, a stretch of time at a time.

    So no more than what was told in half a year is looked at at once, however long the history.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE came_back_now (id BIGINT)")
    for since in _times(connection, among):
        times = {"since": since, "until": since + _HELD, "back": since - _HELD}
        for statement in _statements(chosen):
            used = {name: value for name, value in times.items() if f"${name}" in statement}
            connection.execute(statement, used)


def _times(connection: duckdb.DuckDBPyConnection, among: str) -> Iterator[datetime]:
    found = connection.execute(
        f"SELECT DISTINCT {_stretch_of('received_at')} AS n FROM {among} ORDER BY n"
    ).fetchall()
    for (n,) in found:
        yield _FIRST + n * _HELD


def _statements(chosen: str) -> Iterator[str]:
    yield _ASKED.format(chosen=chosen)
    yield from (_AROUND, _OTHERS, _SPOTS, _NEAR, _LOOKED)
    yield _spells("helped", _HELPED)
    yield _spells("still_open", _OPEN)
    yield _CAME_BACK
