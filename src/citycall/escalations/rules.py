"""When each step of a promise comes: pure, by the promise's own clock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from citycall.agencies.calendars import WorkingTime
from citycall.escalations.specs import Step

# A step that came so long ago that telling of it now would be no news: after an import, say.
NO_NEWS_AFTER: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: when its clock began and ends, and whether it counts working time only."""

    started: datetime
    due: datetime
    business: bool


def moment_of(step: Step, promise: Promise, *, working_time: WorkingTime) -> datetime:
    """When the step comes; never before the clock began, and a later one of a policy not earlier.

    A share counts working time where the promise does. Days after the date are working days.
    """
    if step.days_after is not None:
        if step.days_after == 0:
            return promise.due
        return max(working_time.add_days(promise.due, step.days_after), promise.due)
    share = step.share or 0.0
    if promise.due <= promise.started:
        return promise.due
    if promise.business:
        minutes = working_time.between(promise.started, promise.due)
        if minutes > 0:
            return min(working_time.add(promise.started, minutes * share), promise.due)
    return promise.started + (promise.due - promise.started) * share


@dataclass(frozen=True, slots=True)
class Outlook:
    """The steps whose moment has come, earliest first, and when the next one comes."""

    come: tuple[tuple[Step, datetime], ...]
    next_at: datetime | None


def outlook(
    steps: Sequence[Step],
    promise: Promise,
    *,
    done: Collection[str],
    working_time: WorkingTime,
    at: datetime,
) -> Outlook:
    """What is to be done at ``at`` of the steps that are not ``done``."""
    left = [
        (step, moment_of(step, promise, working_time=working_time))
        for step in steps
        if step.code not in done
    ]
    left.sort(key=lambda pair: pair[1])
    come = tuple(pair for pair in left if pair[1] <= at)
    later = [moment for _step, moment in left if moment > at]
    return Outlook(come, later[0] if later else None)
