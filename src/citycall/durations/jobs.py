"""What a worker does for this room from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.durations import actions

COMPUTE_TASK = "citycall.compute_durations"
QUEUE = "housekeeping"


@jobs.periodic(cron="19 */6 * * *")
@jobs.task(name=COMPUTE_TASK, queue=QUEUE, queueing_lock=COMPUTE_TASK)
def compute_durations(timestamp: int) -> None:
    """Four times a day: work out anew how long requests took lately."""
    actions.compute(at=clock.now())
