"""What a worker does for this room from time to time."""

from django.db import Error as DatabaseProblem
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.appointments.actions import calling_off, hold, remind, waiting
from citycall.appointments.actions.calling_off import SETTLE_QUEUE, SETTLE_TASK
from citycall.core import clock

REMIND_TASK = "citycall.remind_of_appointments"
HOLDS_TASK = "citycall.release_expired_holds"
WAITING_TASK = "citycall.go_on_with_waiting_list"
QUEUE = "housekeeping"

# A fault of the database may pass; who was given another date by then keeps it.
_AGAIN_SOON = RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=(DatabaseProblem,))


@jobs.periodic(cron="*/15 * * * *")
@jobs.task(name=REMIND_TASK, queue=QUEUE, queueing_lock=REMIND_TASK)
def remind_of_appointments(timestamp: int) -> None:
    """Every quarter of an hour: remind those whose crew comes tomorrow."""
    remind.remind_due(at=clock.now())


@jobs.periodic(cron="37 * * * *")
@jobs.task(name=HOLDS_TASK, queue=QUEUE, queueing_lock=HOLDS_TASK)
def release_expired_holds(timestamp: int) -> None:
    """Every hour: remove holds that nobody turned into a booking."""
    hold.release_expired(at=clock.now())


@jobs.periodic(cron="*/5 * * * *")
@jobs.task(name=WAITING_TASK, queue=QUEUE, queueing_lock=WAITING_TASK)
def go_on_with_the_list(timestamp: int) -> None:
    """Every five minutes: pass on what was kept and not taken, and what else came free."""
    waiting.go_on(at=clock.now())


@jobs.task(name=SETTLE_TASK, queue=SETTLE_QUEUE, retry=_AGAIN_SOON)
def settle_called_off_day(called_off_id: int) -> None:
    """Give everybody of a called-off day another date."""
    calling_off.settle(called_off_id, at=clock.now())
