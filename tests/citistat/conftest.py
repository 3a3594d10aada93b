"""Managers and analysts of the small city, with facts that are an hour old."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from citycall.accounts.models import User
from citycall.analytics.refresh import refresh
from citycall.core import clock, numbers
from citycall.service_requests.actions.submit import submit
from tests import city as small_city

NOW = small_city.NOW


@pytest.fixture(autouse=True)
def _in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test reports has not committed: tests of the refresh itself are in tests/analytics."""
    monkeypatch.setattr("citycall.analytics.gathering.snapshot", nullcontext)


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> None:
    settings.ANALYTICS = tmp_path / "analytics"
    settings.UPLOADS = settings.STATIC_ROOT = tmp_path


@pytest.fixture
def sit(city: small_city.City) -> Callable[[str], Client]:
    """Somebody of the cast, by user name, signed in."""

    def seated(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return seated


@pytest.fixture
def report(city: small_city.City) -> Callable[..., str]:
    """A report by a resident some days ago; gives its confirmation number as it is written."""

    def told(service: str = "pothole", *, days_ago: float = 8) -> str:
        at = NOW - timedelta(days=days_ago)
        answers = {"amount": "drip"} if service == "water-leak" else {}
        receipt = submit(small_city.draft(service, answers=answers), by=city.resident, at=at)
        return numbers.show(receipt.number)

    return told


@pytest.fixture
def gathered(city: small_city.City) -> Callable[[], None]:
    """Lets the facts know what happened so far."""

    def gather() -> None:
        refresh(at=NOW + timedelta(hours=1), whole=True)

    return gather
