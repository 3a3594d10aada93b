"""The demo's largest agency has met: there is a pack to look at, and promises to follow."""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from citycall.analytics.refresh import refresh
from citycall.core.actors import resident
from citycall.demo import meetings
from citycall.meetings.models import Commitment, Meeting, State
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.city import NOW


# On a Monday, a Friday and a Saturday.
@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, 4, 5])
def test_there_is_something_to_show(
    days: int, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a test reports has not committed.
    monkeypatch.setattr("citycall.analytics.gathering.snapshot", nullcontext)
    settings.ANALYTICS = tmp_path
    city = small_city.build()
    submit(small_city.draft("pothole"), by=resident(), at=NOW - timedelta(days=20))
    at = NOW + timedelta(days=days)
    refresh(at=at, whole=True)
    meetings.hold(at=at)
    last, following = Meeting.objects.order_by("on")
    assert {last.agency_id, following.agency_id} == {city.streets.pk}
    assert last.on < at.date() < following.on
    assert [row.papers.count() for row in (last, following)] == [1, 1]
    assert last.notes
    states = Commitment.objects.order_by("pk").values_list("state", flat=True)
    assert [*states] == [State.OPEN, State.DONE, State.CARRIED_OVER]
