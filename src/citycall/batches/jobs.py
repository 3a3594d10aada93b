"""Doing a batch, and taking one back, some requests at a time."""

from django.db import Error as DatabaseProblem
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.batches.actions import keeping, running
from citycall.core import clock

FORGET_TASK = "citycall.forget_prepared_batches"
HOUSEKEEPING_QUEUE = "housekeeping"

_AGAIN_SOON = RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=(DatabaseProblem,))


@jobs.task(name=running.TASK, queue=running.QUEUE, retry=_AGAIN_SOON)
def run_batch(batch_id: int) -> None:
    """What is left of a batch to do or to take back; run again, it goes on where it was."""
    while running.go_on(batch_id, at=clock.now()):
        pass


@jobs.periodic(cron="40 3 * * *")
@jobs.task(name=FORGET_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=FORGET_TASK)
def forget_prepared(timestamp: int) -> None:
    """Every night: remove what was prepared and never confirmed."""
    keeping.forget_prepared(at=clock.now())
