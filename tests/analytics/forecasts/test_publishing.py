"""Forecasts are made of the facts, kept beside them, and made anew when a day has passed."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from citycall.agencies.actions import save_calendar
from citycall.agencies.calendars import CalendarSpec
from citycall.analytics.forecasts import publishing, reading
from citycall.analytics.forecasts.expecting import TEAMS
from citycall.analytics.refresh import write_about
from citycall.analytics.store import About, NoFactsYet, current, store
from citycall.core.actors import SYSTEM
from tests import city as small_city

pytestmark = pytest.mark.django_db

MIDNIGHT = datetime(2026, 3, 2, tzinfo=ZoneInfo("America/New_York"))
LAST = date(2026, 3, 2)
DAYS = 7 * 30


@pytest.fixture(autouse=True)
def city() -> Any:
    return small_city.build()


def gather(*, as_of: datetime = MIDNIGHT + timedelta(hours=9), days: int = DAYS) -> None:
    """Facts of one request of a service a day, ended after three days; a merged one beside it."""
    about = About(as_of=as_of, horizon=1, database="test", lag_seconds=0, layers=("districts",))
    with store().next_version(whole=True) as into:
        write_about(into, about)
        into.execute("CREATE TABLE services AS SELECT 1 AS id, 1 AS agency")
        into.execute(
            """CREATE TABLE requests AS
            SELECT 1 AS service, CASE WHEN n % 7 < 4 THEN 11 END AS team,
                CASE WHEN n % 7 < 2 THEN 21 ELSE 22 END AS area_districts, merged AS is_merged,
                CAST($last AS DATE) - 1 - CAST(n AS INTEGER) AS received_on,
                CASE WHEN n >= 3 THEN CAST($last AS DATE) - 1 - CAST(n AS INTEGER) + 3 END
                    AS ended_on
            FROM range($days) AS days(n), (VALUES (false), (true)) AS kinds(merged)""",
            {"last": as_of.astimezone(MIDNIGHT.tzinfo).date(), "days": days},
        )


def test_weeks_are_read_of_the_facts_without_merged_requests() -> None:
    gather()
    with current() as facts:
        past, work = reading.read(facts)
    assert past.until == LAST
    assert past.received.tolist() == [[7] * 30]
    assert past.layers["districts"].counts[0, :, -1].tolist() == [2, 5, 0]
    assert past.layers[TEAMS].ids == (11, 0)
    assert work.received[:, -1].tolist() == [4.0, 3.0]
    assert work.ended.sum() == DAYS - 3
    assert work.open_now.tolist() == [3, 0]


def test_a_day_on_which_most_agencies_do_not_work_is_a_day_off() -> None:
    for code in ("office", "other"):
        save_calendar(
            spec=CalendarSpec.model_validate(
                {
                    "code": code,
                    "name": code,
                    "hours": {"monday": ["08:00-16:00"]},
                    "holidays": {"country": "US", "subdivision": "MD"} if code == "office" else {},
                }
            ),
            by=SYSTEM,
            at=small_city.NOW,
        )
    days = reading.holidays(date(2025, 12, 20), date(2025, 12, 31))
    assert date(2025, 12, 25) in days
    assert date(2025, 12, 30) not in days


def test_forecasts_are_made_and_kept() -> None:
    gather()
    made = publishing.bring_up_to_date(at=MIDNIGHT)
    assert made is not None
    [city] = made.rows("city", week=0)
    assert city.expected == pytest.approx(28, rel=0.1)
    assert city.starts_on == LAST
    assert made.made_at == MIDNIGHT
    areas = made.rows("area", "districts", week=0, id=[21, 22])
    assert [row.id for row in areas] == [21, 22]


def test_on_the_same_day_they_stay_and_the_next_day_they_are_made_anew() -> None:
    gather()
    first = publishing.bring_up_to_date(at=MIDNIGHT)
    gather(as_of=MIDNIGHT + timedelta(hours=15))
    assert publishing.bring_up_to_date(at=MIDNIGHT + timedelta(hours=15)) is first
    gather(as_of=MIDNIGHT + timedelta(hours=30))
    again = publishing.bring_up_to_date(at=MIDNIGHT + timedelta(hours=30))
    assert again is not None
    assert again.until == LAST + timedelta(days=1)


def test_too_little_known_makes_none() -> None:
    gather(days=7 * 6)
    assert publishing.bring_up_to_date(at=MIDNIGHT) is None
    assert publishing.latest() is None


def test_before_any_facts_there_are_none() -> None:
    assert publishing.latest() is None
    with pytest.raises(NoFactsYet):
        publishing.bring_up_to_date(at=MIDNIGHT)


def test_areas_add_up_in_what_is_kept() -> None:
    gather()
    made = publishing.bring_up_to_date(at=MIDNIGHT)
    assert made is not None
    parts = [row.expected for row in made.rows("area", "districts", week=0)]
    [city] = made.rows("city", week=0)
    np.testing.assert_allclose(sum(parts), city.expected)
