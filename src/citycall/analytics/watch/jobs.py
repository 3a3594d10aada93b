"""Jobs: after each refresh rules are judged and answers owed; old alerts are forgotten."""

from django.db import Error as DatabaseProblem
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.analytics.store import NoFactsYet, current
from citycall.analytics.watch import retention
from citycall.analytics.watch.actions import WATCH_TASK, mail
from citycall.core import clock

FORGET_TASK = "citycall.forget_alerts"
QUEUE = "housekeeping"
_AGAIN_SOON = RetryStrategy(max_attempts=3, exponential_wait=6, retry_exceptions=(DatabaseProblem,))


@jobs.task(
    name=WATCH_TASK, queue=QUEUE, queueing_lock=WATCH_TASK, lock=WATCH_TASK, retry=_AGAIN_SOON
)
def watch_facts(timestamp: int) -> None:
    """After each refresh: rules are judged of what has become ripe, and due answers are owed."""
    # What judges loads slowly, and a worker starts often.
    from citycall.analytics.watch.actions import judge

    try:
        with current() as facts:
            judge.judge_all(facts, at=clock.now())
            while mail.owe_due(facts.about, at=clock.now()):
                pass
    except NoFactsYet:
        return


@jobs.periodic(cron="53 3 * * *")
@jobs.task(name=FORGET_TASK, queue=QUEUE, queueing_lock=FORGET_TASK)
def forget_alerts(timestamp: int) -> None:
    """Every night: what ended years ago is forgotten."""
    retention.forget_old(at=clock.now())
