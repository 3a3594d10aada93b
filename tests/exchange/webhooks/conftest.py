"""A small city, a receiver on this computer, and programs with keys."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from citycall.accounts.actions import issue_key
from citycall.accounts.queries import actor_of_key
from citycall.core.actors import SYSTEM, Actor, resident
from citycall.core.models import Event
from citycall.exchange.policies import WEBHOOKS_SCOPE
from citycall.exchange.webhooks import actions
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.city import NOW, City, draft
from tests.exchange.receiver import Receiver, receiving


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with receiving() as made:
        yield made


@pytest.fixture
def program(city: City) -> Callable[..., Actor]:
    """A program's actor, by its name."""

    def made(name: str, *scopes: str) -> Actor:
        given = scopes or (WEBHOOKS_SCOPE,)
        _key, secret = issue_key(name=name, scopes=given, by=SYSTEM, at=NOW)
        return actor_of_key(secret)

    return made


@pytest.fixture
def hook(city: City, receiver: Receiver) -> "Hook":
    """A webhook that wants everything, and its secret."""
    return Hook(*actions.save_webhook(name="Map", url=receiver.url, by=SYSTEM, at=NOW))


@pytest.fixture
def event(city: City) -> Event:
    """A pothole has been reported."""
    return reported()


class Hook:
    """A webhook and its secret."""

    def __init__(self, webhook, secret: str) -> None:
        self.webhook = webhook
        self.id: int = webhook.pk
        self.secret = secret


def reported(service: str = "pothole", **changes: object) -> Event:
    """The event of a new request."""
    receipt = submit(draft(service, **changes), by=resident(), at=NOW)
    return Event.objects.get(subject_id=receipt.request_id, kind="submitted")
