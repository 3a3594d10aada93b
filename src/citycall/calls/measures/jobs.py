"""What a worker does for the counts from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.calls.measures import actions
from citycall.core import clock

RECOUNT_TASK = "citycall.recount_half_hours"
QUEUE = "housekeeping"


@jobs.periodic(cron="*/5 * * * *")
@jobs.task(name=RECOUNT_TASK, queue=QUEUE, queueing_lock=RECOUNT_TASK)
def recount_half_hours(timestamp: int) -> None:
    """Every five minutes: count what changed in half hours that are over."""
    actions.recount(at=clock.now())
