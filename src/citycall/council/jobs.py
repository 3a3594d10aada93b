"""What a worker does for this room from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.council import actions

COUNT_TASK = "citycall.count_districts"
QUEUE = "housekeeping"


@jobs.periodic(cron="23 * * * *")
@jobs.task(name=COUNT_TASK, queue=QUEUE, queueing_lock=COUNT_TASK)
def count_districts(timestamp: int) -> None:
    """Every hour: count the districts, and forget who asked long ago."""
    actions.count_districts(at=clock.now())
    actions.forget(at=clock.now())
