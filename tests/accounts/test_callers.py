"""Who calls at the machines' doors, and how often they may."""

from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from citycall.accounts import callers
from citycall.accounts.actions import issue_key, revoke_key
from citycall.accounts.callers import TooManyCalls, caller
from citycall.core.actors import SYSTEM, ActorKind
from citycall.core.errors import NotAllowed
from tests.city import NOW

pytestmark = pytest.mark.django_db
ask = RequestFactory()


@pytest.fixture(autouse=True)
def _nobody_called_yet() -> Iterator[None]:
    callers.forget()
    yield
    callers.forget()


def bearing(secret: str, address: str = "192.0.2.1") -> HttpRequest:
    return ask.get("/", headers={"Authorization": f"Bearer {secret}"}, REMOTE_ADDR=address)


def test_a_key_acts_with_its_scopes_for_its_agency() -> None:
    key, secret = issue_key(name="Vendor", scopes=["a", "b"], by=SYSTEM, at=NOW)
    actor = caller(bearing(secret))
    assert (actor.kind, actor.id, actor.name) == (ActorKind.KEY, key.pk, "Vendor")
    assert actor.memberships == {("a", None), ("b", None)}
    assert caller(ask.get("/"), secret=secret) == actor


def test_without_a_key_it_is_anybody() -> None:
    assert caller(ask.get("/")).kind is ActorKind.RESIDENT


def test_an_unknown_or_revoked_key_is_refused() -> None:
    key, secret = issue_key(name="Vendor", scopes=[], by=SYSTEM, at=NOW)
    revoke_key(key, by=SYSTEM, at=NOW)
    for bad in (secret, "nonsense"):
        with pytest.raises(NotAllowed):
            caller(bearing(bad))


@pytest.mark.usefixtures("one_minute")
def test_a_key_has_a_limit_of_its_own(settings: Settings) -> None:
    settings.CITYCALL_CALLS_PER_MINUTE = 2
    _key, usual = issue_key(name="Usual", scopes=[], by=SYSTEM, at=NOW)
    _key, less = issue_key(name="Less", scopes=[], by=SYSTEM, at=NOW, per_minute=1)
    caller(bearing(usual))
    caller(bearing(usual))
    caller(bearing(less))
    for secret in (usual, less):
        with pytest.raises(TooManyCalls) as caught:
            caller(bearing(secret))
        assert 1 <= caught.value.retry_after <= 61


@pytest.mark.usefixtures("one_minute")
def test_without_keys_addresses_are_counted_apart(settings: Settings) -> None:
    settings.CITYCALL_CALLS_PER_MINUTE = 1
    caller(ask.get("/", REMOTE_ADDR="192.0.2.1"))
    caller(ask.get("/", REMOTE_ADDR="192.0.2.2"))
    with pytest.raises(TooManyCalls):
        caller(ask.get("/", REMOTE_ADDR="192.0.2.1"))


@pytest.mark.usefixtures("one_minute")
def test_guessing_keys_counts_against_the_address(settings: Settings) -> None:
    settings.CITYCALL_CALLS_PER_MINUTE = 1
    with pytest.raises(NotAllowed):
        caller(bearing("guess"))
    with pytest.raises(TooManyCalls):
        caller(bearing("another guess"))
