"""What a worker does for this room each night."""

from procrastinate.contrib.django import app as jobs

from citycall.core import clock
from citycall.duplicates import actions, repeats
from citycall.duplicates.looking_up import RARITY

SCAN_TASK = "citycall.scan_duplicates"
REPEATS_TASK = "citycall.find_repeat_places"
QUEUE = "learning"


@jobs.periodic(cron="23 * * * *")
@jobs.task(name=SCAN_TASK, queue=QUEUE, queueing_lock=SCAN_TASK)
def scan_duplicates(timestamp: int) -> None:
    """Every hour: pairs among what was changed; at night, words are counted first.

    At night pairs that nobody needs to decide about any more are dropped, too.
    """
    at = clock.now()
    night = at.astimezone(clock.city_zone()).hour == 2
    if night or RARITY.get().texts == 0:
        actions.learn_words(at=at)
    if night:
        actions.tidy(before=at - actions.KEPT_FOR)
    actions.scan(at=at)


@jobs.periodic(cron="53 * * * *")
@jobs.task(name=REPEATS_TASK, queue=QUEUE, queueing_lock=REPEATS_TASK)
def find_repeat_places(timestamp: int) -> None:
    """In the city's night: where trouble returned within the last year."""
    at = clock.now()
    if at.astimezone(clock.city_zone()).hour == 3:
        repeats.find(at=at)
