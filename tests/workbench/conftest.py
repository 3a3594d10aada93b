"""Staff at the agencies' door of the small city."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from citycall.accounts.models import User
from citycall.core import clock, numbers, snapshots
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.models import ServiceRequest
from tests import city as small_city

UNKNOWN = numbers.show(numbers.compose(year=2026, serial=1))


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an hour after the reports came in, and it stays so."""
    monkeypatch.setattr(clock, "now", lambda: small_city.NOW + timedelta(hours=1))


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.UPLOADS = settings.STATIC_ROOT = tmp_path


@pytest.fixture
def _quiet_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look at a version row falls into a count of queries by chance."""
    monkeypatch.setattr(snapshots, "LOOK_EVERY_SECONDS", 3600.0)


@dataclass
class Desk:
    """One person at the door."""

    client: Client

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, query)

    def page(self, number: str) -> str:
        return self.client.get(f"/agency/{number}").content.decode()

    def step(self, number: str, step: str, *, seen: datetime | None = None, **values: Any) -> Any:
        """Send a step's form as the page would, decided upon the request as it is now."""
        row = ServiceRequest.objects.get(number=numbers.read(number))
        form = {f"{step}-seen": (seen or row.updated_at).isoformat()}
        form |= {f"{step}-{name}": value for name, value in values.items()}
        return self.client.post(f"/agency/{number}/{step}", form)


@pytest.fixture
def sit(city: small_city.City) -> Callable[[str], Desk]:
    """Somebody of the cast, by user name, signed in."""

    def seated(name: str) -> Desk:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return Desk(client)

    return seated


@pytest.fixture
def report(city: small_city.City) -> Callable[..., str]:
    """A report by a resident; gives its confirmation number as it is written."""

    def told(service: str = "pothole", at: datetime = small_city.NOW, **changes: Any) -> str:
        receipt = submit(small_city.draft(service, **changes), by=city.resident, at=at)
        return numbers.show(receipt.number)

    return told


def row(number: str) -> ServiceRequest:
    """The request as it stands in the database."""
    return ServiceRequest.objects.get(number=numbers.read(number))
