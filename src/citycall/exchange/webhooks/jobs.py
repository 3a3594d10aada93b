"""What a worker does for webhooks: sends what is owed, ends the deaf, forgets the old."""

from typing import Final

from django.db import Error as DatabaseProblem
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app as jobs
from procrastinate.jobs import Job

from citycall.core import clock
from citycall.exchange.webhooks import delivery, keeping
from citycall.exchange.webhooks.actions import TELL_QUEUE, TELL_TASK
from citycall.exchange.webhooks.delivery import ReceiverBusy, TryAgainLater

KEEP_TASK: Final = "citycall.keep_webhooks"
HOUSEKEEPING_QUEUE: Final = "housekeeping"
_LONGEST_BUSY_SECONDS: Final = 300
_MOST_DATABASE_PROBLEMS: Final = 5


class WhenTold(BaseRetryStrategy):
    """A delivery is tried again when it says so; a fault of ours is a dead job at once."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When the job runs again, if it does."""
        if isinstance(exception, TryAgainLater):
            return RetryDecision(retry_in={"seconds": round(exception.seconds)})
        if isinstance(exception, ReceiverBusy):
            # The longer the queue before a slow receiver, the more seldom each of it asks.
            seconds = min(2 ** (job.attempts + 1), _LONGEST_BUSY_SECONDS) + (job.id or 0) % 5
            return RetryDecision(retry_in={"seconds": seconds})
        if isinstance(exception, DatabaseProblem) and job.attempts < _MOST_DATABASE_PROBLEMS:
            return RetryDecision(retry_in={"seconds": 3 ** (job.attempts + 1)})
        return None


@jobs.task(name=TELL_TASK, queue=TELL_QUEUE, retry=WhenTold())
def tell(delivery_id: int) -> None:
    """The job of one owed delivery; written when it is sent, so that nothing erased is in it."""
    delivery.send(delivery_id, at=clock.now())


@jobs.periodic(cron="37 * * * *")
@jobs.task(name=KEEP_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=KEEP_TASK)
def keep(timestamp: int) -> None:
    """Every hour: end webhooks that nobody answers, and forget old deliveries."""
    at = clock.now()
    keeping.end_the_deaf(at=at)
    keeping.forget_old(at=at)
