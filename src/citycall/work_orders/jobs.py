"""What a worker does for work orders from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.work_orders import personal
from citycall.work_orders.actions import recurring

RECUR_TASK = "citycall.make_recurring_orders"
FORGET_TASK = "citycall.forget_signatures"
QUEUE = "housekeeping"


@jobs.periodic(cron="17 3 * * *")
@jobs.task(name=RECUR_TASK, queue=QUEUE, queueing_lock=RECUR_TASK)
def make_recurring_orders(timestamp: int) -> None:
    """Every night: make the orders of work that comes again, four weeks ahead."""
    recurring.generate(at=clock.now())


@jobs.periodic(cron="23 3 * * *")
@jobs.task(name=FORGET_TASK, queue=QUEUE, queueing_lock=FORGET_TASK)
def forget_signatures(timestamp: int) -> None:
    """Every night: erase signatures that have been kept long enough."""
    personal.forget_signatures(at=clock.now())
