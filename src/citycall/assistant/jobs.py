"""What a worker does for the assistant: it learns anew each night."""

import logging

from procrastinate.contrib.django import app as jobs

from citycall.assistant import actions, queries
from citycall.core import clock
from citycall.core.actors import SYSTEM

logger = logging.getLogger(__name__)

TASK = "citycall.train_suggestions"
QUEUE = "learning"


# An hour after the open data, whose minutes these are too: not both at once on a small machine.
@jobs.periodic(cron="2,17,32,47 * * * *")
@jobs.task(name=TASK, queue=QUEUE, queueing_lock=TASK)
def train_suggestions(timestamp: int) -> None:
    """Every quarter of an hour: learn from last night's history, unless it has been done.

    So it is done at 04:17, and one that was cut off is tried again.
    """
    at = clock.now()
    if not queries.is_due(at=at, zone=clock.city_zone()):
        return
    try:
        actions.train(by=SYSTEM, at=at)
    except actions.TooLittleHistory as error:
        logger.info("Suggestions: %s", error)
