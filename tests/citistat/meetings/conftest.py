"""A meeting of the streets agency with a paper, and people who open it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from citycall.accounts.models import User
from citycall.analytics.packs import content
from citycall.core import clock, snapshots
from citycall.meetings.actions import commit, meet
from citycall.meetings.models import Commitment, Meeting
from tests import city as small_city
from tests.citistat.packs import pack
from tests.city import NOW, City
from tests.meetings.conftest import THURSDAY, draft

PAGE = "/citistat/streets/pack/2026-03-05"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> None:
    settings.ANALYTICS = tmp_path / "analytics"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def _quiet_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look at a version row falls into a count of queries by chance."""
    monkeypatch.setattr(snapshots, "LOOK_EVERY_SECONDS", 3600.0)


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


@pytest.fixture
def earlier(city: City) -> Commitment:
    """What the meeting before left."""
    before = meet.call(city.streets.pk, THURSDAY - 14 * DAY, by=city.analyst, at=NOW)
    told = draft(what="Sweep <b>Harbor</b> Street.", due_on=date(2026, 2, 28))
    return commit.commit(before.pk, told, by=city.analyst, at=NOW)


@pytest.fixture
def meeting(city: City, earlier: Commitment) -> Meeting:
    row = meet.call(city.streets.pk, THURSDAY, by=city.analyst, at=NOW)
    meet.keep_paper(row.pk, content.plain(pack()), by=city.analyst, at=NOW)
    return row


@pytest.fixture
def as_(city: City) -> Callable[[str], Client]:
    """The browser of somebody of the city, by name."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return signed_in
