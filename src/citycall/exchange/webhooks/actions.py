"""Making and changing webhooks, owing them events, and sending what was owed once more."""

import threading
from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs
from procrastinate.types import JSONDict

from citycall.accounts.models import ApiKey
from citycall.catalog.queries import catalog
from citycall.core import revisions
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import Conflict, DomainError
from citycall.core.models import Event
from citycall.core.permissions import require
from citycall.exchange import policies
from citycall.exchange.models import Webhook, WebhookDelivery
from citycall.exchange.webhooks import calling, checks, orders, payload, queries, signing
from citycall.exchange.webhooks.calling import Try
from citycall.exchange.webhooks.checks import Area
from citycall.places.queries import areas as area_index
from citycall.service_requests import published
from citycall.service_requests.events import Kind
from citycall.service_requests.published import Published

DELIVERY: Final = "webhook_delivery"
TELL_TASK: Final = "citycall.tell_webhook"
TELL_QUEUE: Final = "webhooks"
# Reactions and mail go first: they wait for nobody outside.
TELL_PRIORITY: Final = -10
MOST_OF_A_KEY: Final = 50
_TESTS_AT_ONCE: Final = 2

_tests = threading.BoundedSemaphore(_TESTS_AT_ONCE)


class TooManyWebhooks(Conflict):
    """The key has as many webhooks as a key may have."""

    code = "too_many_webhooks"


class WebhookEnded(Conflict):
    """The webhook has ended; it stays for its record only."""

    code = "webhook_ended"


class UnderWay(Conflict):
    """A worker is sending it at this moment."""

    code = "under_way"


class TooManyTests(DomainError):
    """Other tests are under way and wait for their receivers."""

    code = "too_many_tests"
    status = 429


def save_webhook(
    *,
    name: str,
    url: str,
    kinds: Collection[str] = (),
    services: Collection[str] = (),
    areas: Collection[Area] = (),
    by: Actor,
    at: datetime,
) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is shown this once.

    ``kinds`` are event kinds of ``payload.KINDS``, ``services`` codes, ``areas`` pairs of a
    layer's and an area's code; none of them means all. Raises ``NotAllowed``, ``Faults``,
    ``BadAddress`` and ``TooManyWebhooks``. The address's name is looked up.
    """
    require(policies.PERMISSIONS, "manage_webhooks", by=by)
    checks.check_orders(kinds, by=by)
    terms = checks.terms(name=name, url=url, kinds=kinds, services=services, areas=areas)
    key_id = by.id if by.kind is ActorKind.KEY else None
    with transaction.atomic():
        if key_id is not None:
            _check_room(key_id)
        webhook = Webhook.objects.create(**asdict(terms), key_id=key_id, created_at=at)
        _record(webhook, before=None, by=by, at=at)
        queries.WANTED.bump()
    return webhook, signing.secret(webhook)


def _check_room(key_id: int) -> None:
    # The key is locked, so that two calls at once cannot both find the last place free.
    ApiKey.objects.select_for_update().get(pk=key_id)
    if Webhook.objects.filter(key_id=key_id, ended_at__isnull=True).count() >= MOST_OF_A_KEY:
        sentence = _("A key has at most %(n)d webhooks. Please end one that is not needed.")
        raise TooManyWebhooks(sentence % {"n": MOST_OF_A_KEY})


def change_webhook(
    webhook_id: int,
    *,
    name: str | None = None,
    url: str | None = None,
    kinds: Collection[str] | None = None,
    services: Collection[str] | None = None,
    areas: Collection[Area] | None = None,
    by: Actor,
    at: datetime,
) -> Webhook:
    """Change what is given and keep the rest; what is owed already goes to the new address.

    Raises as ``save_webhook`` does, and ``NotFound`` and ``WebhookEnded``.
    """
    known = queries.webhook_for(by, webhook_id)
    checks.check_orders(kinds or (), by=by)
    terms = checks.terms(
        name=known.name if name is None else name,
        url=known.url if url is None else url,
        kinds=known.kinds if kinds is None else kinds,
        services=service_codes(known) if services is None else services,
        areas=area_codes(known) if areas is None else areas,
    )
    with transaction.atomic():
        webhook = _locked(webhook_id, by=by)
        before = _facts(webhook)
        for field, value in asdict(terms).items():
            setattr(webhook, field, value)
        webhook.save()
        _record(webhook, before=before, by=by, at=at)
        queries.WANTED.bump()
    return webhook


@transaction.atomic
def rotate_secret(webhook_id: int, *, by: Actor, at: datetime) -> str:
    """A new secret, shown this once; the one before it signs beside it for 24 hours.

    Raises ``NotAllowed``, ``NotFound`` and ``WebhookEnded``.
    """
    webhook = _locked(webhook_id, by=by)
    before = _facts(webhook)
    webhook.generation += 1
    webhook.save(update_fields=["generation"])
    _record(webhook, before=before, by=by, at=at)
    return signing.secret(webhook)


@transaction.atomic
def end_webhook(webhook_id: int, *, by: Actor, at: datetime, why: str = "") -> Webhook:
    """Tell this webhook nothing more, for good; what it is still owed is not sent.

    Ended already, it stays as it is. Raises ``NotAllowed`` and ``NotFound``.
    """
    queries.webhook_for(by, webhook_id)
    webhook = Webhook.objects.select_for_update().get(pk=webhook_id)
    if webhook.ended_at is None:
        before = _facts(webhook)
        webhook.ended_at = at
        webhook.save(update_fields=["ended_at"])
        _record(webhook, before=before, by=by, at=at, note=why)
        queries.WANTED.bump()
    return webhook


def test_webhook(webhook_id: int, *, by: Actor, at: datetime) -> Try:
    """Send a ``ping`` now and return what came of it; nothing is kept, and it is not tried again.

    Waits at most ten seconds for the receiver. Raises ``NotAllowed``, ``NotFound``,
    ``WebhookEnded`` and ``TooManyTests``.
    """
    webhook = queries.webhook_for(by, webhook_id)
    _check_in_force(webhook)
    if not _tests.acquire(blocking=False):
        raise TooManyTests(_("Other tests are under way. Please try again in ten seconds."))
    try:
        mark = f"ping-{webhook.pk}-{int(at.timestamp() * 1000)}"
        body = payload.ping(webhook.name, at=at)
        return calling.call(webhook, kind=payload.PING, mark=mark, body=body, at=at)
    finally:
        _tests.release()


def owe(event: Event) -> None:
    """Owe the event to each webhook that wants it: rows and jobs commit together.

    Asked again for the same event, none is owed anew.
    """
    if not payload.may_be_told(event) or not (wanting := queries.wanting(event.kind)):
        return
    request = published.one(event.subject_id)
    if request is None:
        return
    concerned = [request, *_as_it_was(event, request)]
    if wanted := [each.id for each in wanting if any(map(each.wants, concerned))]:
        _owe(event, wanted)


def owe_order(event: Event) -> None:
    """Owe an event of a work order to each webhook that asked for its kind by name, once."""
    wanting = [each for each in queries.wanting(event.kind) if event.kind in each.kinds]
    facts = orders.facts_of(event.subject_id) if wanting else None
    if facts is None:
        return
    if wanted := [each.id for each in wanting if facts.concerns(each.agencies, each.wants)]:
        _owe(event, wanted)


def _as_it_was(event: Event, request: Published) -> Iterator[Published]:
    """Whoever was told of it under another service hears that it is that one's no longer."""
    if event.kind == Kind.SERVICE_CHANGED:
        former = catalog().service(event.data["service_before"])
        yield request._replace(service_id=former.id)


@transaction.atomic
def _owe(event: Event, webhook_ids: Collection[int]) -> None:
    told = WebhookDelivery.objects.filter(event=event, webhook__in=webhook_ids)
    known = set(told.values_list("webhook_id", flat=True))
    # Two workers with the same event: the second's rows are refused by the constraint, and its
    # job, run again, finds the first's.
    made = WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook_id=webhook_id, event=event, created_at=event.at)
        for webhook_id in webhook_ids
        if webhook_id not in known
    )
    if made:
        tellings: list[JSONDict] = [{"delivery_id": delivery.pk} for delivery in made]
        _task().batch_defer(*tellings)


@transaction.atomic
def resend(delivery_id: int, *, by: Actor, at: datetime) -> WebhookDelivery:
    """Send a delivery once more, now, with all its tries before it, whatever became of it.

    It keeps its ``CityCall-Delivery``. Raises ``NotAllowed``, ``NotFound``, ``WebhookEnded``, and
    ``UnderWay`` while it is just being sent.
    """
    known = queries.delivery_for(by, delivery_id)
    _check_in_force(known.webhook)
    delivery = (
        WebhookDelivery.objects.select_for_update(skip_locked=True).filter(pk=known.pk).first()
    )
    if delivery is None:
        raise UnderWay(_("This is being sent just now."))
    before = {"state": str(delivery.state), "attempts": delivery.attempts}
    delivery.state, delivery.attempts = WebhookDelivery.State.PENDING, 0
    delivery.sent_at = None
    delivery.save(update_fields=["state", "attempts", "sent_at"])
    revisions.record(
        subject_kind=DELIVERY,
        subject_code=str(delivery.pk),
        before=before,
        after={"state": WebhookDelivery.State.PENDING.value, "attempts": 0},
        by=by,
        at=at,
    )
    _task().defer(delivery_id=delivery.pk)
    return delivery


def service_codes(webhook: Webhook) -> list[str]:
    """The codes of the services that it is about; none means all."""
    return [catalog().service_by_id(service_id).code for service_id in webhook.services]


def area_codes(webhook: Webhook) -> list[Area]:
    """The layers' and areas' codes that it is about; none means all."""
    return [(area.layer, area.code) for area in area_index().areas_of(webhook.areas)]


def _task() -> Any:
    return jobs.configure_task(TELL_TASK, queue=TELL_QUEUE, priority=TELL_PRIORITY)


def _locked(webhook_id: int, *, by: Actor) -> Webhook:
    queries.webhook_for(by, webhook_id)
    webhook = Webhook.objects.select_for_update().get(pk=webhook_id)
    _check_in_force(webhook)
    return webhook


def _check_in_force(webhook: Webhook) -> None:
    if webhook.ended_at is not None:
        raise WebhookEnded(_("This webhook has ended. Please make another."))


def _facts(webhook: Webhook) -> dict[str, Any]:
    return {
        "name": webhook.name,
        "url": webhook.url,
        "kinds": list(webhook.kinds),
        "services": list(webhook.services),
        "areas": list(webhook.areas),
        "key": webhook.key_id,
        "generation": webhook.generation,
        "ended_at": webhook.ended_at.isoformat() if webhook.ended_at else None,
    }


def _record(
    webhook: Webhook, *, before: dict[str, Any] | None, by: Actor, at: datetime, note: str = ""
) -> None:
    revisions.record(
        subject_kind=signing.SUBJECT,
        subject_code=str(webhook.pk),
        before=before,
        after=_facts(webhook),
        by=by,
        at=at,
        note=note,
    )
