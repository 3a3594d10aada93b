"""What a worker does for partners: sends what is owed to them, and asks them for news."""

from datetime import timedelta
from typing import Final

from django.db import Error as DatabaseProblem
from django.db.models import Q
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.exchange.forwarding.polling import poll
from citycall.exchange.forwarding.sending import has_unsettled, send_owed
from citycall.exchange.forwarding.waking import (
    POLL_TASK,
    QUEUE,
    SEND_TASK,
    wake_poller,
    wake_sender,
)
from citycall.exchange.models import Partner

LOOK_TASK: Final = "citycall.look_after_partners"
HOUSEKEEPING_QUEUE: Final = "housekeeping"
LOOK_EVERY: Final = timedelta(minutes=1)

# A fault of the database may pass; anything else is a fault of ours and stands among the dead
# jobs. What was owed stays owed, and is looked at again within a minute.
_AGAIN_SOON: Final = RetryStrategy(
    max_attempts=3, exponential_wait=3, retry_exceptions=(DatabaseProblem,)
)


@jobs.task(name=SEND_TASK, queue=QUEUE, retry=_AGAIN_SOON)
def send(partner_id: int) -> None:
    """Send what is owed to one partner, and see to it that the rest is sent later."""
    again = send_owed(partner_id)
    if again is not None:
        wake_sender(partner_id, later=again if again > clock.now() else None)


@jobs.task(name=POLL_TASK, queue=QUEUE, retry=_AGAIN_SOON)
def ask(partner_id: int) -> None:
    """Ask one partner for news; those that are asked every few seconds, see to the next time."""
    poll(partner_id)
    partner = Partner.objects.get(pk=partner_id)
    interval = timedelta(seconds=partner.poll_every_seconds)
    if partner.active and interval < LOOK_EVERY:
        wake_poller(partner_id, later=clock.now() + interval)


@jobs.periodic(cron="* * * * *")
@jobs.task(name=LOOK_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=LOOK_TASK)
def look_after_partners(timestamp: int) -> None:
    """Every minute: wake whoever has something to do for a partner, should nobody have done so."""
    at = clock.now()
    rested = Q(resting_until__isnull=True) | Q(resting_until__lte=at)
    for partner in Partner.objects.filter(rested, active=True):
        if has_unsettled(partner.pk):
            wake_sender(partner.pk)
        interval = timedelta(seconds=partner.poll_every_seconds)
        if partner.polled_at is None or at - partner.polled_at >= interval - LOOK_EVERY / 2:
            wake_poller(partner.pk)
