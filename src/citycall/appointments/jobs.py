"""What a worker does for this room from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.appointments.actions import hold, remind
from citycall.core import clock

REMIND_TASK = "citycall.remind_of_appointments"
HOLDS_TASK = "citycall.release_expired_holds"
QUEUE = "housekeeping"


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
