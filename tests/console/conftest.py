"""A call-taker at the console of the small city."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from citycall.accounts.models import User
from citycall.calls.actions import handling
from citycall.calls.models import Call, Medium
from citycall.core import clock
from tests import city as small_city


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
def taker(client: Client, city: small_city.City) -> Client:
    """The call-taker's browser."""
    client.force_login(User.objects.get(username="call-taker"))
    return client


@pytest.fixture
def call(city: small_city.City) -> Call:
    """A phone call in the call-taker's hands."""
    return handling.begin(
        medium=Medium.PHONE, by=city.call_taker, at=clock.now(), phone="+14105550123"
    )


Send = Callable[..., Any]


@pytest.fixture
def send(taker: Client, call: Call) -> Send:
    """Send fields as the console's script does."""

    def sent(step: str = "keep", *, revision: int = 1, **content: Any) -> Any:
        body = json.dumps({"revision": revision, "content": content})
        return taker.post(f"/console/calls/{call.pk}/{step}", body, content_type="application/json")

    return sent


@pytest.fixture
def call_taker(city: small_city.City) -> Client:
    return signed_in("call-taker")


@pytest.fixture
def supervisor(city: small_city.City) -> Client:
    return signed_in("supervisor")


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client
