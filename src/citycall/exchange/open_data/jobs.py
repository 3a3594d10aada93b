"""What a worker does for open data: a new edition each night."""

import logging

from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.exchange.open_data import actions, queries

logger = logging.getLogger(__name__)

TASK = "citycall.make_open_data"
QUEUE = "open_data"


# The city's 03:17 is one of these minutes in every time zone that there is.
@jobs.periodic(cron="2,17,32,47 * * * *")
@jobs.task(name=TASK, queue=QUEUE, queueing_lock=TASK)
def make_open_data(timestamp: int) -> None:
    """Every quarter of an hour: make the edition of last night, unless it has been made.

    So the first one comes at 03:17, and one that failed or was cut off is tried again.
    """
    at = clock.now()
    if not queries.is_due(at=at, zone=clock.city_zone()):
        return
    try:
        actions.make_edition(by=SYSTEM, at=at)
    except actions.AnotherExport as error:
        logger.info("Open data: %s", error)
