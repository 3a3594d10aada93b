"""Webhooks that nobody answers are ended, old deliveries are forgotten, and lists have pages."""

from datetime import timedelta

import pytest

from citycall.core.actors import SYSTEM
from citycall.core.models import Event, Revision
from citycall.exchange.models import Webhook, WebhookDelivery
from citycall.exchange.webhooks import actions, keeping, queries
from tests.city import NOW, City
from tests.exchange.webhooks.conftest import reported

State = WebhookDelivery.State
PUBLIC = "https://93.184.215.14/hook"


@pytest.fixture
def webhook(city: City) -> Webhook:
    return actions.save_webhook(name="Map", url=PUBLIC, by=SYSTEM, at=NOW)[0]


def row(webhook: Webhook, state: State, *, days_ago: float) -> WebhookDelivery:
    at = NOW - timedelta(days=days_ago)
    event = Event.objects.create(
        kind="closed",
        at=at,
        actor_kind="system",
        subject_kind="service_request",
        subject_id=reported().subject_id,
        visibility="public",
    )
    return WebhookDelivery.objects.create(webhook=webhook, event=event, state=state, created_at=at)


@pytest.mark.parametrize(
    ("taken", "failed", "ends"),
    [
        ([], [4.0, 2.0, 1.0], True),
        ([5.0], [4.0, 2.0, 0.9], True),
        ([2.5], [4.0, 2.0, 1.0], False),
        ([], [2.0, 1.0], False),
        ([], [9.0], False),
        ([], [], False),
    ],
)
def test_a_webhook_that_took_nothing_for_three_days_ends(
    webhook: Webhook, taken: list[float], failed: list[float], ends: bool
) -> None:
    for days in taken:
        row(webhook, State.SENT, days_ago=days)
    for days in failed:
        row(webhook, State.FAILED, days_ago=days)
    assert keeping.end_the_deaf(at=NOW) == ([webhook.pk] if ends else [])
    webhook.refresh_from_db()
    assert (webhook.ended_at == NOW) == ends
    note = Revision.objects.filter(subject_kind="webhook").latest("id").note
    assert ("three days" in note) == ends


def test_deliveries_of_more_than_thirty_days_ago_are_forgotten(webhook: Webhook) -> None:
    row(webhook, State.SENT, days_ago=31)
    kept = row(webhook, State.FAILED, days_ago=29)
    assert keeping.forget_old(at=NOW) == 1
    assert list(WebhookDelivery.objects.all()) == [kept]


def test_deliveries_are_listed_by_pages_latest_first(webhook: Webhook) -> None:
    made = [row(webhook, State.SENT, days_ago=days) for days in (1, 2, 3)]
    first = queries.deliveries_of(SYSTEM, webhook.pk, size=2)
    assert list(first.rows) == made[:2]
    second = queries.deliveries_of(SYSTEM, webhook.pk, older_than=first.older, size=2)
    assert (list(second.rows), second.older) == (made[2:], "")


def test_webhooks_in_force_stand_before_ended_ones(webhook: Webhook) -> None:
    newer, _secret = actions.save_webhook(name="New", url=PUBLIC, by=SYSTEM, at=NOW)
    actions.end_webhook(newer.pk, by=SYSTEM, at=NOW)
    assert list(queries.webhooks_of(SYSTEM)) == [webhook, newer]
