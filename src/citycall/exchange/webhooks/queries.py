"""Who wants to be told what, and what became of each telling."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from citycall.accounts.models import Role
from citycall.core import paging
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotFound
from citycall.core.paging import Page
from citycall.core.permissions import require
from citycall.core.snapshots import Snapshot
from citycall.exchange import policies
from citycall.exchange.models import Webhook, WebhookDelivery
from citycall.exchange.webhooks import orders
from citycall.service_requests.published import Published

_ADMIN = frozenset({Role.ADMINISTRATOR.value})
MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one webhook in force wants; an empty set leaves that side wide."""

    id: int
    kinds: frozenset[str]
    services: frozenset[int]
    areas: frozenset[int]
    # Whose work orders it may be told of; none means every agency's.
    agencies: frozenset[int] | None

    def wants(self, request: Published) -> bool:
        """Whether an event of this request is among what it asked for."""
        if self.services and request.service_id not in self.services:
            return False
        return not self.areas or not self.areas.isdisjoint(request.areas)


def _load() -> tuple[Wanted, ...]:
    return tuple(
        Wanted(
            row.pk,
            frozenset(row.kinds),
            frozenset(row.services),
            frozenset(row.areas),
            orders.agencies_of(row),
        )
        for row in Webhook.objects.filter(ended_at__isnull=True, key__revoked_at__isnull=True)
        .select_related("key")
        .order_by("pk")
    )


# An event that nobody wants costs no question to the database.
WANTED: Snapshot[tuple[Wanted, ...]] = Snapshot("webhooks", _load)


def wanting(kind: str) -> list[Wanted]:
    """The webhooks in force that want events of this kind, at most a second behind."""
    return [each for each in WANTED.get() if not each.kinds or kind in each.kinds]


def own(actor: Actor) -> QuerySet[Webhook]:
    """The webhooks that this actor sees and changes: a key its own, administrators all.

    Raises ``NotAllowed``.
    """
    require(policies.PERMISSIONS, "manage_webhooks", by=actor)
    if actor.kind is ActorKind.SYSTEM or actor.holds_anywhere(_ADMIN):
        return Webhook.objects.all()
    return Webhook.objects.filter(key_id=actor.id)


def webhooks_of(actor: Actor) -> Sequence[Webhook]:
    """The actor's webhooks, those in force first and the latest of them first; at most 500."""
    in_force_first = ("-ended_at", "-id")  # PostgreSQL puts nulls first when going down.
    return list(own(actor).select_related("key").order_by(*in_force_first)[:MOST_LISTED])


def webhook_for(actor: Actor, webhook_id: int) -> Webhook:
    """One of the actor's webhooks; raises ``NotFound`` for any other, and ``NotAllowed``."""
    try:
        return own(actor).select_related("key").get(pk=webhook_id)
    except Webhook.DoesNotExist:
        raise NotFound(_("There is no such webhook.")) from None


def deliveries_of(
    actor: Actor, webhook_id: int, *, older_than: str = "", size: int = 50
) -> Page[WebhookDelivery]:
    """One page of a webhook's deliveries, the latest first, each with its event."""
    webhook = webhook_for(actor, webhook_id)
    rows = WebhookDelivery.objects.filter(webhook=webhook).select_related("event", "webhook")
    return paging.page_by_time(rows, column="created_at", older_than=older_than, size=size)


def delivery_for(actor: Actor, delivery_id: int) -> WebhookDelivery:
    """One delivery of the actor's webhooks; raises ``NotFound`` and ``NotAllowed``."""
    mine = own(actor)
    try:
        return WebhookDelivery.objects.select_related("event", "webhook").get(
            pk=delivery_id, webhook__in=mine
        )
    except WebhookDelivery.DoesNotExist:
        raise NotFound(_("There is no such delivery.")) from None
