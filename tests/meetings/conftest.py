"""An agency that meets: the small city, a meeting on a Thursday, and somebody who promises."""

from datetime import date, timedelta

import pytest

from citycall.accounts.models import Role, User
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.meetings.actions import commit, meet
from citycall.meetings.drafts import Draft
from citycall.meetings.models import Commitment, Meeting
from tests import city as small_city
from tests.city import NOW, City

# The second of March 2026 is a Monday.
THURSDAY = date(2026, 3, 5)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


@pytest.fixture
def meeting(city: City) -> Meeting:
    return meet.call(city.streets.pk, THURSDAY, by=city.analyst, at=NOW)


@pytest.fixture
def owner(city: City) -> User:
    """The manager of the agency, who can be written to."""
    user = User.objects.get(username="manager")
    user.email = "manager@example.org"
    user.save()
    return user


def draft(**changes: object) -> Draft:
    """A commitment that is good as it is."""
    told: dict[str, object] = {
        "what": "Clear the ten oldest potholes.",
        "due_on": THURSDAY + timedelta(days=14),
        "owner_name": "The paving contractor",
        "evidence": "Photos of all ten.",
    }
    return Draft(**{**told, **changes})  # type: ignore[arg-type]


@pytest.fixture
def promised(city: City, meeting: Meeting) -> Commitment:
    return commit.commit(meeting.pk, draft(), by=city.analyst, at=NOW)


@pytest.fixture
def other_manager(city: City) -> Actor:
    """Somebody who manages another agency."""
    return small_city.member("other-manager", Role.AGENCY_MANAGER, city.water)
