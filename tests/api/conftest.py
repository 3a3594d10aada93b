"""The small city behind the API, with a key of each kind."""

import json
from typing import Any

import pytest
from django.test import Client

from citycall.accounts import callers, misses
from citycall.accounts.actions import issue_key
from citycall.analytics.policies import FACTS_SCOPE
from citycall.api import conditions
from citycall.core.actors import SYSTEM
from citycall.exchange.policies import WEBHOOKS_SCOPE
from citycall.service_requests.policies import READ_SCOPE, SUBMIT_SCOPE, WORK_SCOPE
from tests import city as small_city
from tests.city import NOW, City

SCOPES = [SUBMIT_SCOPE, READ_SCOPE, WORK_SCOPE, WEBHOOKS_SCOPE, FACTS_SCOPE]


class Program:
    """A caller of the API, with a key or without."""

    def __init__(self, secret: str = "") -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else json.dumps(body),
            content_type="application/json" if body is not None else "",
            headers={**self.headers, **named},
        )


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    callers.forget()
    misses.forget()
    conditions.forget()


@pytest.fixture
def city(db) -> City:
    return small_city.build()


def key_of(scopes: list[str], **more: Any) -> Program:
    """A program with a key of these scopes."""
    _key, secret = issue_key(name="Test", scopes=scopes, by=SYSTEM, at=NOW, **more)
    return Program(secret)


@pytest.fixture
def anybody(city: City) -> Program:
    return Program()


@pytest.fixture
def reporter(city: City) -> Program:
    return key_of([SUBMIT_SCOPE])


@pytest.fixture
def worker(city: City) -> Program:
    """A program of the streets' agency."""
    return key_of([SUBMIT_SCOPE, READ_SCOPE, WORK_SCOPE], agency_id=city.streets.pk)


@pytest.fixture
def subscriber(city: City) -> Program:
    return key_of([WEBHOOKS_SCOPE])


REPORT = {
    "service": "pothole",
    "location": {"kind": "address", "longitude": -76.6, "latitude": 39.29, "place": "1200 E St"},
    "words": "A deep hole in the right lane.",
    "contact": {"name": "Pat Doe", "email": "pat@example.org"},
}
