"""A city hall with one calendar, and the people who may or may not change it."""

from datetime import UTC, datetime

import pytest

from citycall.agencies import actions
from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.models import Agency, WorkingCalendar
from citycall.agencies.specs import AgencySpec
from citycall.core.actors import Actor, ActorKind

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OFFICE = CalendarSpec.model_validate(
    {"code": "office", "name": "Office", "hours": {n: ["08:00-16:30"] for n in range(1, 6)}}
)
WORKS = AgencySpec(code="public-works", name="Public Works", calendar="office")


@pytest.fixture
def administrator() -> Actor:
    return Actor(
        kind=ActorKind.STAFF, id=1, name="Ada", memberships=frozenset({("administrator", None)})
    )


@pytest.fixture
def calendar(db: None, administrator: Actor) -> WorkingCalendar:
    return actions.save_calendar(spec=OFFICE, by=administrator, at=NOW)


@pytest.fixture
def agency(calendar: WorkingCalendar, administrator: Actor) -> Agency:
    return actions.save_agency(spec=WORKS, by=administrator, at=NOW)
