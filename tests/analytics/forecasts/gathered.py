"""Facts of the small city as a refresh would leave them, of as many weeks as are asked for."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from citycall.analytics.refresh import write_about
from citycall.analytics.store import About, store
from tests.city import City

MIDNIGHT = datetime(2026, 3, 2, tzinfo=ZoneInfo("America/New_York"))
MORNING = MIDNIGHT + timedelta(hours=9)
WEST, EAST = 21, 22


def gather(city: City, *, as_of: datetime = MORNING, weeks: int = 30, leaks: int = 3) -> None:
    """A pothole a day and so many leaks, ended after three days; merged ones beside them.

    Two of seven potholes are in the west; on three days of seven they are nobody's.
    """
    about = About(as_of=as_of, horizon=1, database="test", lag_seconds=0, layers=("districts",))
    last = as_of.astimezone(MIDNIGHT.tzinfo).date()
    with store().next_version(whole=True) as into:
        write_about(into, about)
        _lists(into, city)
        into.execute(
            f"""CREATE TABLE requests AS
            SELECT CASE WHEN kind = 0 THEN $pothole ELSE $leak END AS service,
                CASE WHEN kind > 0 THEN $mains WHEN n % 7 < 4 THEN $paving END AS team,
                CASE WHEN kind = 0 AND n % 7 < 2 THEN {WEST} ELSE {EAST} END AS area_districts,
                merged AS is_merged,
                CAST($last AS DATE) - 1 - CAST(n AS INTEGER) AS received_on,
                CASE WHEN n >= 3 THEN CAST($last AS DATE) + 2 - CAST(n AS INTEGER) END AS ended_on
            FROM range($days) AS days(n), range($kinds) AS kinds(kind),
                (VALUES (false), (true)) AS alike(merged)""",
            {
                "pothole": city.services["pothole"].pk,
                "leak": city.services["water-leak"].pk,
                "mains": city.teams["mains"].pk,
                "paving": city.teams["paving"].pk,
                "last": last,
                "days": 7 * weeks,
                "kinds": 1 + leaks,
            },
        )


def _lists(into: Any, city: City) -> None:
    """Who and what there is, and in which districts."""
    for name, columns in (
        ("agencies", "id INT, code TEXT, name TEXT"),
        ("services", "id INT, code TEXT, name TEXT, agency INT"),
        ("teams", "id INT, code TEXT, name TEXT, agency INT"),
        ("areas", "id INT, layer TEXT, name TEXT"),
        ("layers", "code TEXT, name TEXT"),
    ):
        into.execute(f"CREATE TABLE {name} ({columns})")
    into.executemany(
        "INSERT INTO agencies VALUES (?, ?, ?)",
        [(a.pk, a.code, a.name) for a in (city.streets, city.water)],
    )
    into.executemany(
        "INSERT INTO services VALUES (?, ?, ?, ?)",
        [(s.pk, s.code, s.name, s.agency_id) for s in city.services.values()],
    )
    into.executemany(
        "INSERT INTO teams VALUES (?, ?, ?, ?)",
        [(t.pk, t.code, t.name, t.agency_id) for t in city.teams.values()],
    )
    into.execute(
        f"INSERT INTO areas VALUES ({WEST}, 'districts', 'West'), ({EAST}, 'districts', 'East')"
    )
    into.execute("INSERT INTO layers VALUES ('districts', 'Districts')")
