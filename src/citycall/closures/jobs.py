"""What a worker does for this room from time to time."""

from datetime import timedelta

from procrastinate.contrib.django import app as jobs

from citycall.closures.actions import check, count, draw, judge, note, usual
from citycall.core import clock

QUEUE = "housekeeping"
JUDGE_TASK = "citycall.judge_closures"
DRAW_TASK = "citycall.draw_closures"
_CAUGHT_UP = timedelta(days=3)
_COUNTED_AGAIN = timedelta(days=60)


@jobs.periodic(cron="*/15 * * * *")
@jobs.task(name=JUDGE_TASK, queue=QUEUE, queueing_lock=JUDGE_TASK)
def judge_closures(timestamp: int) -> None:
    """Four times an hour: judge what was completed some hours ago, or is told of again."""
    at = clock.now()
    if judge.judge_due(at=at):
        count.recount(since=at - _CAUGHT_UP, at=at)


@jobs.periodic(cron="40 9 * * *")
@jobs.task(name=DRAW_TASK, queue=QUEUE, queueing_lock=DRAW_TASK)
def draw_closures(timestamp: int) -> None:
    """Each morning: draw what was completed the day before, and count anew.

    What the events' own reactions may have missed is noted first.
    """
    at = clock.now()
    note.note_history(since=at - _CAUGHT_UP, at=at)
    usual.compute(at=at)
    judge.judge_due(at=at)
    zone = clock.city_zone()
    draw.draw((at.astimezone(zone) - timedelta(days=1)).date(), zone=zone, at=at)
    check.give_up(at=at)
    count.recount(since=at - _COUNTED_AGAIN, at=at)
