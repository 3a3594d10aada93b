"""What a worker does for triage: each night all open requests are judged for their age."""

from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.triage import judging

JUDGE_TASK = "citycall.judge_open"
QUEUE = "housekeeping"


@jobs.periodic(cron="23 2 * * *")
@jobs.task(name=JUDGE_TASK, queue=QUEUE, queueing_lock=JUDGE_TASK)
def judge_open(timestamp: int) -> None:
    """Each night: judge every open request anew, some at a time."""
    after: int | None = 0
    while after is not None:
        after = judging.judge_again(at=clock.now(), after=after)
