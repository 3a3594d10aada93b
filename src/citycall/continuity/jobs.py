"""Forgetting, every night, what nobody finished."""

from procrastinate.contrib.django import app as jobs

from citycall.continuity.actions import by_hand
from citycall.core import clock

HOUSEKEEPING_QUEUE = "housekeeping"
FORGET_TASK = "citycall.forget_old_intakes"


@jobs.periodic(cron="40 3 * * *")
@jobs.task(name=FORGET_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=FORGET_TASK)
def forget_old_intakes(timestamp: int) -> None:
    """Every night: erase what was told in intakes that have waited too long."""
    by_hand.forget_old(at=clock.now())
