"""The days of a rolling question, the days on which answers are mailed, what is beyond. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isnan, nan
from typing import Final
from zoneinfo import ZoneInfo

from citycall.analytics.measures.measure import Period
from citycall.analytics.measures.series import begin, later
from citycall.analytics.watch.models import Bound, Rhythm

# Answers are mailed from this hour of the city's clocks on, before the first meeting of the day.
HOUR: Final = 6
_A_DAY: Final = timedelta(days=1)


def stretch(today: date, *, last: int, unit: Period, running: bool) -> tuple[date, date]:
    """The days from the first to the one after the last, of the last ``last`` periods.

    Whole ones, up to the end of the one before today's; or with the ``running`` one, up to today.
    """
    present = begin(today, unit)
    if running:
        return later(present, unit, 1 - last), today + _A_DAY
    return later(present, unit, -last), present


def day_of_sending(at: datetime, *, zone: ZoneInfo) -> date:
    """The day whose messages may go out at this moment: before ``HOUR`` it is still yesterday."""
    local = at.astimezone(zone)
    return local.date() if local.hour >= HOUR else local.date() - _A_DAY


def last_sending(day: date, rhythm: str, weekday: int | None = None) -> date:
    """The latest day of sending up to ``day``, itself included; each day has exactly one."""
    if rhythm == Rhythm.MONTHLY:
        return day.replace(day=1)
    if rhythm == Rhythm.WEEKLY:
        return day - timedelta(days=(day.weekday() - (weekday or 0)) % 7)
    return day


@dataclass(frozen=True, slots=True)
class Seen:
    """The number of one period, or of one day as of which it stands, and what was usual."""

    first: date
    value: float
    low: float = nan
    high: float = nan
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Begins:
    """An alert begins with this."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class Ends:
    """The alert that there is ends with this."""

    seen: Seen


def crossings(
    seen: Sequence[Seen], *, bound: str, number: float | None, open_already: bool
) -> Iterator[Begins | Ends]:
    """What begins and ends while these periods go by, in their order.

    A number that is not known neither begins nor ends anything.
    """
    for each in seen:
        beyond = is_beyond(each, bound=bound, number=number)
        if beyond is None or beyond == open_already:
            continue
        open_already = beyond
        yield Begins(each) if beyond else Ends(each)


def is_beyond(seen: Seen, *, bound: str, number: float | None) -> bool | None:
    """Whether it is what the rule waits for; none where that cannot be told."""
    if isnan(seen.value):
        return None
    if bound == Bound.OUTSIDE:
        return None if isnan(seen.low) else seen.outside
    if number is None:
        return None
    return seen.value > number if bound == Bound.ABOVE else seen.value < number
