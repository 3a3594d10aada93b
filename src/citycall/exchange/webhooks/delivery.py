"""Sending one owed delivery, once, and when it is tried again."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.db import transaction

from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.models import WebhookDelivery
from citycall.exchange.webhooks import actions, calling, orders, payload, signing
from citycall.exchange.webhooks.calling import Try
from citycall.service_requests import published
from citycall.work_orders import events as order_events

State = WebhookDelivery.State

MOST_TRIES_KEPT: Final = 10
GONE: Final = 410
# After 10 seconds, a minute, 5, 15, then 1 hour, 3, 6 and 12: 22 hours for a receiver to return.
WAITS: Final = (10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200)
# A receiver that refuses what it is sent will mostly refuse it again: three times in an hour.
WAITS_REFUSED: Final = (60, 900, 3_600)
# These say "not now", not "not this".
_NOT_NOW: Final = frozenset({408, 425, 429})
_ASKS_FOR_REST: Final = frozenset({429, 503})
_LONGEST_REST: Final = 86_400.0
# A job that finds its receiver busy waits for so long in its place, then goes to the back.
_IN_LINE_SECONDS: Final = 0.5


class TryAgainLater(Exception):
    """Nobody took the delivery; it is to be tried again after ``seconds``."""

    def __init__(self, why: str, *, seconds: float) -> None:
        super().__init__(why)
        self.seconds = seconds


class ReceiverBusy(Exception):
    """This process is calling the receiver already; the delivery was not tried."""


def send(delivery_id: int, *, at: datetime) -> State | None:
    """Send an owed delivery and keep what became of it; one not owed any more is left alone.

    The row is locked meanwhile, so that two workers never both send it; none is returned where
    another worker has it. Should the process die between the receiver's yes and the commit, it
    goes out again with the same ``CityCall-Delivery``. Raises ``TryAgainLater``, with the try
    kept, and ``ReceiverBusy``.
    """
    with transaction.atomic():
        delivery = (
            WebhookDelivery.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("webhook__key", "event")
            .filter(pk=delivery_id)
            .first()
        )
        if delivery is None or delivery.state != State.PENDING:
            return State(delivery.state) if delivery else None
        with _line_to(delivery.webhook_id):
            wait = _settle(delivery, at)
        delivery.save(update_fields=["state", "attempts", "tries", "sent_at"])
    if wait is not None:
        raise TryAgainLater(delivery.tries[-1]["problem"], seconds=wait)
    return State(delivery.state)


def _settle(delivery: WebhookDelivery, at: datetime) -> float | None:
    """Try once; returns the seconds until the next try, none where there is none."""
    if why := _not_owed(delivery, at):
        _fail(delivery, Try(at=at, status=None, problem=why, milliseconds=0))
        return None
    told = _body(delivery.event)
    if told is None:
        # Made private meanwhile, or erased.
        why = "the request is not public any more"
        _fail(delivery, Try(at=at, status=None, problem=why, milliseconds=0))
        return None
    tried = calling.call(
        delivery.webhook,
        kind=delivery.event.kind,
        mark=signing.delivery_id(delivery),
        body=told,
        at=at,
    )
    delivery.attempts += 1
    return _judge(delivery, tried)


def _body(event: Event) -> bytes | None:
    """What is told of an event now; none where it may not be told any more."""
    if event.subject_kind == order_events.SUBJECT:
        facts = orders.facts_of(event.subject_id)
        return None if facts is None else orders.body(event, facts)
    request = published.one(event.subject_id)
    return None if request is None else payload.body(event, request)


def _not_owed(delivery: WebhookDelivery, at: datetime) -> str:
    webhook = delivery.webhook
    if webhook.ended_at is not None:
        return "the webhook has ended"
    if webhook.key is not None and webhook.key.revoked_at is not None:
        actions.end_webhook(webhook.pk, by=SYSTEM, at=at, why="Its key was revoked.")
        return "the webhook's key was revoked"
    return ""


def _judge(delivery: WebhookDelivery, tried: Try) -> float | None:
    if tried.taken:
        _keep(delivery, tried)
        delivery.state, delivery.sent_at = State.SENT, tried.at
        return None
    wait = None if tried.status == GONE else wait_after(tried, attempts=delivery.attempts)
    if wait is not None:
        _keep(delivery, tried)
        return wait
    _fail(delivery, tried)
    if tried.status == GONE:
        actions.end_webhook(
            delivery.webhook_id, by=SYSTEM, at=tried.at, why="The receiver answered 410 Gone."
        )
    return None


def wait_after(tried: Try, *, attempts: int) -> float | None:
    """The seconds until the next try after so many in vain; none where it was the last one."""
    status = tried.status
    refused = status is not None and 300 <= status < 500 and status not in _NOT_NOW
    waits = WAITS_REFUSED if refused else WAITS
    if attempts > len(waits):
        return None
    wait = float(waits[attempts - 1])
    if status in _ASKS_FOR_REST and tried.rest_seconds is not None:
        wait = max(wait, min(tried.rest_seconds, _LONGEST_REST))
    return wait


def _fail(delivery: WebhookDelivery, tried: Try) -> None:
    _keep(delivery, tried)
    delivery.state = State.FAILED


def _keep(delivery: WebhookDelivery, tried: Try) -> None:
    delivery.tries = [*delivery.tries, tried.kept()][-MOST_TRIES_KEPT:]


_lines: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def _line_to(webhook_id: int) -> Iterator[None]:
    """One call at a time of this process to each receiver, so that a slow one holds one place."""
    line = _lines[webhook_id]
    if not line.acquire(timeout=_IN_LINE_SECONDS):
        raise ReceiverBusy
    try:
        yield
    finally:
        line.release()
