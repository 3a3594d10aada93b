"""What a worker does for this room from time to time."""

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import AlreadyEnqueued

from citycall.analytics.analysts.edition import keep_up
from citycall.analytics.fairness.jobs import COMPUTE_TASK
from citycall.analytics.fairness.models import Finding
from citycall.analytics.places.findings import present
from citycall.analytics.refresh import refresh
from citycall.analytics.standing import keep_answers
from citycall.analytics.store import store
from citycall.analytics.watch.actions import WATCH_TASK
from citycall.core import clock

REFRESH_TASK = "citycall.refresh_facts"
PLACES_TASK = "citycall.look_for_trouble"
QUEUE = "housekeeping"


@jobs.periodic(cron="*/15 * * * *")
@jobs.task(name=REFRESH_TASK, queue=QUEUE, queueing_lock=REFRESH_TASK)
def refresh_facts(timestamp: int) -> None:
    """Every quarter of an hour: let the facts know what happened since the last time."""
    done = refresh(at=clock.now(), first=keep_answers)
    _now(WATCH_TASK, timestamp)
    if done is not None:
        keep_up(store().facts(), at=clock.now())
    # What is found out each night is found out at once where nobody ever did.
    if present() is None:
        _now(PLACES_TASK, timestamp, lock=PLACES_TASK)
    if not Finding.objects.exists() and store().facts().about.layers:
        _now(COMPUTE_TASK, timestamp)


def _now(task: str, timestamp: int, *, lock: str | None = None) -> None:
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        jobs.configure_task(task, queue=QUEUE, queueing_lock=task, lock=lock).defer(
            timestamp=timestamp
        )


@jobs.periodic(cron="41 8 * * *")
@jobs.task(name=PLACES_TASK, queue=QUEUE, queueing_lock=PLACES_TASK, lock=PLACES_TASK)
def look_for_trouble(timestamp: int) -> None:
    """Every night: hot spots, storms, changes of level and new words, of the facts there are.

    Also after the first refresh; never two at a time.
    """
    # What counts chances is heavy: no process loads it before it looks.
    from citycall.analytics.places.refreshing import look_again

    look_again(at=clock.now())
