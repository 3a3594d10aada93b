"""The times of rules: in words for people, and as stretches of the week for the checks."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from citycall.routing.rules import Rule

# From one moment of the week up to, not including, another, in microseconds since Monday 0:00.
Stretch = tuple[int, int]
DAY = 24 * 60 * 60 * 1_000_000
WEEK = 7 * DAY


def stretches(rule: Rule) -> list[Stretch]:
    """When a rule holds in a week of wall-clock time: sorted, apart, none empty."""
    days = sorted(rule.days or range(1, 8))
    if rule.from_time is None or rule.to_time is None:
        return joined(((day - 1) * DAY, day * DAY) for day in days)
    start, end = _microseconds(rule.from_time), _microseconds(rule.to_time)
    if start == end:
        return []
    length = end - start if start < end else DAY - start + end
    found = []
    for day in days:
        begin = (day - 1) * DAY + start
        found.append((begin, min(begin + length, WEEK)))
        if begin + length > WEEK:  # Sunday night runs into Monday.
            found.append((0, begin + length - WEEK))
    return joined(found)


def joined(found: Iterable[Stretch]) -> list[Stretch]:
    """The same times as few stretches, sorted."""
    whole: list[Stretch] = []
    for start, end in sorted(found):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        elif start < end:
            whole.append((start, end))
    return whole


def meet(first: Sequence[Stretch], second: Sequence[Stretch]) -> bool:
    """Whether some moment is in both."""
    return any(a < d and c < b for a, b in first for c, d in second)


def covered(part: Sequence[Stretch], by: Iterable[Stretch]) -> bool:
    """Whether every moment of ``part`` is in ``by``."""
    whole = joined(by)
    return all(any(a <= start and end <= b for a, b in whole) for start, end in part)


def describe(rule: Rule) -> str:
    """A rule's window in words: ``Mon, Tue 22:00–06:00``."""
    days = ", ".join(str(WEEKDAYS_ABBR[day - 1]) for day in sorted(rule.days))
    if rule.from_time is None or rule.to_time is None:
        return _("on %(days)s") % {"days": days} if days else _("at any time")
    hours = f"{rule.from_time:%H:%M}–{rule.to_time:%H:%M}"
    return f"{days} {hours}" if days else hours


def describe_moment(local: datetime) -> str:
    """A local moment as windows are described: ``Mon 14:05``."""
    return f"{WEEKDAYS_ABBR[local.weekday()]} {local:%H:%M}"


def _microseconds(clock: time) -> int:
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    return seconds * 1_000_000 + clock.microsecond
