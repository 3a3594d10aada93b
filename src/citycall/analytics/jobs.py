"""What a worker does for this room from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.analytics.refresh import refresh
from citycall.core import clock

REFRESH_TASK = "citycall.refresh_facts"
QUEUE = "housekeeping"


@jobs.periodic(cron="*/15 * * * *")
@jobs.task(name=REFRESH_TASK, queue=QUEUE, queueing_lock=REFRESH_TASK)
def refresh_facts(timestamp: int) -> None:
    """Every quarter of an hour: let the facts know what happened since the last time."""
    refresh(at=clock.now())
