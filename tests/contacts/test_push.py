"""Browsers that take messages: whose, how many, and what is kept of one that left."""

from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from citycall.contacts import actions, queries
from citycall.contacts.actions import BadSubscription
from citycall.contacts.models import Contact, PushSubscription
from citycall.core.actors import resident
from citycall.core.errors import NotAllowed
from citycall.core.reaching import BadAddress
from tests.notifications.browsers import Subscriber, text

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BROWSER = Subscriber()
AT_HOME = "http://127.0.0.1:9/push/1"


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def subscribe(report_id: int = 7, endpoint: str = AT_HOME, **other: str) -> PushSubscription:
    told = {"public_key": BROWSER.public_key, "secret": BROWSER.secret, "language": "es", **other}
    return actions.subscribe(
        report_id=report_id, endpoint=endpoint, by=resident(reports=[7, 8]), at=NOW, **told
    )


def test_a_browser_is_a_contact_that_has_nothing_else() -> None:
    made = subscribe()
    contact = made.contact
    assert (contact.name, contact.email, contact.phone, contact.language) == ("", "", "", "es")
    assert queries.push_subscriptions([7]) == [made]
    assert queries.takes_messages(report_id=7, endpoint=AT_HOME)


def test_asked_again_it_changes_nothing() -> None:
    assert subscribe() == subscribe()
    assert Contact.objects.count() == 1


def test_new_keys_replace_the_old_ones() -> None:
    subscribe()
    other = Subscriber()
    subscribe(public_key=other.public_key)
    (kept,) = queries.push_subscriptions([7])
    assert kept.public_key == other.public_key


def test_the_oldest_of_too_many_makes_room() -> None:
    for n in range(actions.MOST_A_REPORT + 1):
        subscribe(endpoint=f"{AT_HOME}{n}")
    kept = [each.endpoint for each in queries.push_subscriptions([7])]
    assert kept == [f"{AT_HOME}{n}" for n in range(1, actions.MOST_A_REPORT + 1)]


def test_only_for_a_report_that_was_proven() -> None:
    with pytest.raises(NotAllowed):
        subscribe(report_id=9)
    with pytest.raises(NotAllowed):
        actions.unsubscribe(report_id=9, endpoint=AT_HOME, by=resident(reports=[7]), at=NOW)


def test_of_one_that_left_nothing_is_kept() -> None:
    made = subscribe()
    subscribe(report_id=8)
    actions.unsubscribe(report_id=7, endpoint=AT_HOME, by=resident(reports=[7]), at=NOW)
    assert queries.push_subscription_of(made.contact_id) is None
    made.contact.refresh_from_db()
    assert made.contact.erased_at == NOW
    assert queries.takes_messages(report_id=8, endpoint=AT_HOME)


def test_one_that_is_gone_is_forgotten_everywhere() -> None:
    subscribe()
    subscribe(report_id=8)
    assert actions.end(AT_HOME, at=NOW) == 2
    assert not PushSubscription.objects.exists()


def test_addresses_inside_the_citys_network_are_refused(settings: Settings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = []
    with pytest.raises(BadAddress):
        subscribe()


@pytest.mark.parametrize(
    "keys",
    [
        {"public_key": ""},
        {"public_key": text(b"\x04" + b"\0" * 64)},
        {"public_key": "not base64 at all!"},
        {"public_key": "ñ"},
        {"secret": text(b"too short")},
        {"secret": ""},
    ],
)
def test_keys_that_nothing_can_be_encrypted_with_are_refused(keys: dict[str, str]) -> None:
    with pytest.raises(BadSubscription):
        subscribe(**keys)  # type: ignore[arg-type]
