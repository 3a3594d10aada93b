"""What a worker does for this room from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.calls import retention
from citycall.core import clock

ERASE_TASK = "citycall.erase_old_calls"
QUEUE = "housekeeping"


@jobs.periodic(cron="5 4 * * *")
@jobs.task(name=ERASE_TASK, queue=QUEUE, queueing_lock=ERASE_TASK)
def erase_old_calls(timestamp: int) -> None:
    """Every night: erase who called, once the city keeps it no longer."""
    retention.erase_old(at=clock.now())
