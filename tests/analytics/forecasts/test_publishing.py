"""Forecasts are made of the facts, kept beside them, and made anew when a day has passed."""

from datetime import date, timedelta

import numpy as np
import pytest

from citycall.agencies.actions import save_calendar
from citycall.agencies.calendars import CalendarSpec
from citycall.analytics.forecasts import publishing, reading
from citycall.analytics.forecasts.weeks import TEAMS
from citycall.analytics.store import NoFactsYet, current
from citycall.core.actors import SYSTEM
from tests import city as small_city
from tests.analytics.forecasts.gathered import EAST, MIDNIGHT, WEST, gather
from tests.city import City

pytestmark = pytest.mark.django_db

LAST = date(2026, 3, 2)


@pytest.fixture
def city() -> City:
    return small_city.build()


def test_weeks_are_read_of_the_facts_without_merged_requests(city: City) -> None:
    gather(city)
    with current() as facts:
        past, work = reading.read(facts)
    assert past.until == LAST
    potholes = past.services.index(city.services["pothole"].pk)
    assert past.received[potholes].tolist() == [7] * 30
    assert past.layers["districts"].ids == (WEST, EAST, 0)
    assert past.layers["districts"].counts[potholes, :, -1].tolist() == [2, 5, 0]
    paving, mains = city.teams["paving"].pk, city.teams["mains"].pk
    assert past.layers[TEAMS].ids == (paving, mains, 0)
    assert work.received[:, -1].tolist() == [4.0, 21.0, 3.0]
    assert work.ended.sum() == (7 * 30 - 3) * 4
    assert work.open_now.tolist() == [3, 9, 0]


def test_a_day_on_which_most_agencies_do_not_work_is_a_day_off(city: City) -> None:
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


def test_forecasts_are_made_and_kept(city: City) -> None:
    gather(city)
    made = publishing.bring_up_to_date(at=MIDNIGHT)
    assert made is not None
    [whole] = made.rows("city", week=0)
    assert whole.expected == pytest.approx(112, rel=0.1)
    assert whole.starts_on == LAST
    assert made.made_at == MIDNIGHT
    areas = made.rows("area", "districts", week=0, id=[WEST, EAST])
    assert [row.id for row in areas] == [WEST, EAST]


def test_on_the_same_day_they_stay_and_the_next_day_they_are_made_anew(city: City) -> None:
    gather(city)
    first = publishing.bring_up_to_date(at=MIDNIGHT)
    gather(city, as_of=MIDNIGHT + timedelta(hours=15))
    assert publishing.bring_up_to_date(at=MIDNIGHT + timedelta(hours=15)) is first
    gather(city, as_of=MIDNIGHT + timedelta(hours=30))
    again = publishing.bring_up_to_date(at=MIDNIGHT + timedelta(hours=30))
    assert again is not None
    assert again.until == LAST + timedelta(days=1)


def test_too_little_known_makes_none(city: City) -> None:
    gather(city, weeks=6)
    assert publishing.bring_up_to_date(at=MIDNIGHT) is None
    assert publishing.latest() is None


def test_before_any_facts_there_are_none(city: City) -> None:
    assert publishing.latest() is None
    with pytest.raises(NoFactsYet):
        publishing.bring_up_to_date(at=MIDNIGHT)


def test_areas_add_up_in_what_is_kept(city: City) -> None:
    gather(city)
    made = publishing.bring_up_to_date(at=MIDNIGHT)
    assert made is not None
    parts = [row.expected for row in made.rows("area", "districts", week=0)]
    [whole] = made.rows("city", week=0)
    np.testing.assert_allclose(sum(parts), whole.expected)
