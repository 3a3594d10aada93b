"""Forgetting who was where."""

from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.presence import actions

FORGET_TASK = "citycall.forget_presence"
QUEUE = "housekeeping"


@jobs.periodic(cron="13 * * * *")
@jobs.task(name=FORGET_TASK, queue=QUEUE, queueing_lock=FORGET_TASK)
def forget_presence(timestamp: int) -> None:
    """Every hour: nobody needs to know any more who looked at what."""
    actions.forget_old(at=clock.now())
