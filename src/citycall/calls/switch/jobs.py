"""What happens to the inbox of events by the clock."""

from procrastinate.contrib.django import app as jobs

from citycall.calls.switch import inbox
from citycall.core import clock

HOUSEKEEPING_QUEUE = "housekeeping"
AGAIN_TASK = "citycall.apply_switch_events"
FORGET_TASK = "citycall.forget_switch_events"


@jobs.periodic(cron="* * * * *")
@jobs.task(name=AGAIN_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=AGAIN_TASK)
def apply_switch_events(timestamp: int) -> None:
    """Every minute: try again what could not be applied."""
    inbox.try_again(at=clock.now())


@jobs.periodic(cron="40 3 * * *")
@jobs.task(name=FORGET_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=FORGET_TASK)
def forget_switch_events(timestamp: int) -> None:
    """Every night: take telephone numbers out of what was applied days ago."""
    inbox.forget(at=clock.now())
