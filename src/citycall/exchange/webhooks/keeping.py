"""Ending webhooks that took nothing for days, and forgetting deliveries of long ago."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max, Min
from django.utils.translation import gettext as _

from citycall.core.actors import SYSTEM
from citycall.exchange.models import Webhook, WebhookDelivery
from citycall.exchange.webhooks import actions

FAILING_FOR: Final = timedelta(days=3)
KEPT_FOR: Final = timedelta(days=30)
_AT_ONCE: Final = 5_000


def end_the_deaf(*, at: datetime) -> list[int]:
    """End each webhook all of whose deliveries of three days and more failed; returns their ids.

    The days are between the first and the last of them, so that one failure and then nothing to
    tell does not end it.
    """
    deaf = []
    for webhook in Webhook.objects.filter(ended_at__isnull=True):
        if _failing_for(webhook, at=at) >= FAILING_FOR:
            why = _("Nothing was taken for three days.")
            actions.end_webhook(webhook.pk, by=SYSTEM, at=at, why=why)
            deaf.append(webhook.pk)
    return deaf


def _failing_for(webhook: Webhook, *, at: datetime) -> timedelta:
    """The time between the first and the last delivery that failed since one was taken."""
    taken = webhook.deliveries.filter(state=WebhookDelivery.State.SENT)
    # Answered first, from the index, for the many that are well.
    if taken.filter(created_at__gt=at - FAILING_FOR).exists():
        return timedelta(0)
    failed = webhook.deliveries.filter(state=WebhookDelivery.State.FAILED)
    last_taken = taken.aggregate(at=Max("created_at"))["at"]
    if last_taken is not None:
        failed = failed.filter(created_at__gt=last_taken)
    span = failed.aggregate(first=Min("created_at"), last=Max("created_at"))
    return span["last"] - span["first"] if span["first"] else timedelta(0)


def forget_old(*, at: datetime) -> int:
    """Remove deliveries of events of more than 30 days ago; returns how many."""
    removed = 0
    for webhook_id in Webhook.objects.values_list("pk", flat=True):
        old = WebhookDelivery.objects.filter(webhook_id=webhook_id, created_at__lt=at - KEPT_FOR)
        while ids := list(old.order_by("created_at")[:_AT_ONCE].values_list("pk", flat=True)):
            removed += WebhookDelivery.objects.filter(pk__in=ids).delete()[0]
    return removed
