"""Having a worker look at what is owed to a partner, or at what it has to tell."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from django.db import transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import AlreadyEnqueued

SEND_TASK: Final = "citycall.send_to_partner"
POLL_TASK: Final = "citycall.poll_partner"
QUEUE: Final = "partners"
# Reactions and mail go first: they wait for nobody outside.
PRIORITY: Final = -10


def wake_sender(partner_id: int, *, later: datetime | None = None) -> None:
    """Have what is owed sent soon, or ``later``; with the caller's transaction, if there is one.

    However often it is asked for, one job waits for now and one for later, and one runs.
    """
    when = "later" if later is not None else "now"
    _defer(SEND_TASK, partner_id, waits_as=f"send-{when}-{partner_id}", at=later)


def wake_poller(partner_id: int, *, later: datetime | None = None) -> None:
    """Have the partner asked for news soon, or ``later``; one job waits and one runs."""
    _defer(POLL_TASK, partner_id, waits_as=f"poll-{partner_id}", at=later)


def _defer(task: str, partner_id: int, *, waits_as: str, at: datetime | None) -> None:
    # The savepoint keeps the caller's transaction whole where such a job waits already.
    with suppress(AlreadyEnqueued), transaction.atomic():
        jobs.configure_task(
            task,
            queue=QUEUE,
            priority=PRIORITY,
            lock=f"{task}-{partner_id}",
            queueing_lock=f"partner-{waits_as}",
            schedule_at=at,
        ).defer(partner_id=partner_id)
