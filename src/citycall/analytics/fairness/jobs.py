"""What a worker does for this room from time to time."""

from procrastinate.contrib.django import app as jobs

from citycall.core import clock

COMPUTE_TASK = "citycall.compute_fairness"
QUEUE = "housekeeping"


@jobs.periodic(cron="47 3 * * *")
@jobs.task(name=COMPUTE_TASK, queue=QUEUE, queueing_lock=COMPUTE_TASK)
def compute_fairness(timestamp: int) -> None:
    """Each night: find out anew whether areas are served alike."""
    # What fits models takes its time to load, and a worker starts often.
    from citycall.analytics.fairness import actions
    from citycall.analytics.store import NoFactsYet

    try:
        actions.compute(at=clock.now())
    except NoFactsYet:
        return
