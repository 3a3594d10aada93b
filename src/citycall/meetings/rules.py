"""Which dates a schedule has, which two weeks a meeting is about, and what comes up at it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

A_WEEK: Final = timedelta(days=7)
PERIOD_DAYS: Final = 14
# An owner is reminded on the day after the date, and then once a week.
REMIND_EVERY: Final = A_WEEK


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    def before(self) -> "Period":
        """The days just before, as many."""
        return self.moved(-self.days)

    def year_before(self) -> "Period":
        """The same weekdays a year ago: 52 weeks earlier."""
        return self.moved(-364)

    def moved(self, days: int) -> "Period":
        """As many days, so many later."""
        return Period(self.since + timedelta(days=days), self.until + timedelta(days=days))


def period_for(on: date, *, days_before: int) -> Period:
    """The last two whole weeks, Monday to Sunday, before the day on which the paper is made.

    Whole weeks, so that two packs never differ by a weekend more or less.
    """
    made = on - timedelta(days=days_before)
    until = made - timedelta(days=made.isoweekday())
    return Period(until - timedelta(days=PERIOD_DAYS - 1), until)


def dates(first_on: date, weeks: int, *, since: date, until: date) -> Iterator[date]:
    """The meetings from ``since`` to ``until``, both included, every ``weeks`` from the first."""
    step = A_WEEK * weeks
    gone = max(0, -(-(since - first_on).days // step.days))
    on = first_on + step * gone
    while on <= until:
        yield on
        on += step


def to_make(first_on: date, weeks: int, days_before: int, *, today: date) -> date | None:
    """The next meeting, if its paper's day has come; it may be today's."""
    until = today + timedelta(days=days_before)
    return next(dates(first_on, weeks, since=today, until=until), None)


def is_late(due_on: date, *, alive: bool, today: date) -> bool:
    """Whether the date has gone by and it is still to be done."""
    return alive and due_on < today


def to_remind(due_on: date, reminded_on: date | None, *, today: date) -> bool:
    """Whether an owner hears today of what is late: the day after the date, then weekly.

    What was put off counts from its new date.
    """
    if due_on >= today:
        return False
    return reminded_on is None or reminded_on <= due_on or today - reminded_on >= REMIND_EVERY


def is_reached(value: float, goal: float, *, at_most: bool) -> bool:
    """Whether a measure keeps what was promised of it."""
    return value <= goal if at_most else value >= goal
