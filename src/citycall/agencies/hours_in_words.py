"""Working hours as people say them."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from itertools import groupby

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from citycall.agencies.calendars import CalendarSpec, Hours, Weekday

# Any Monday; only its weekday's name is used.
_A_MONDAY = date(2024, 1, 1)
_MIDNIGHT = 24 * 60


def by_weekday(spec: CalendarSpec) -> list[dict[str, str]]:
    """The usual hours, neighbouring days with the same hours in one line."""
    days = [(day, spec.hours.get(day, ())) for day in Weekday]
    lines = []
    for hours, group in groupby(days, key=lambda pair: pair[1]):
        same = [weekday(day) for day, _hours in group]
        pair = {"first": same[0], "last": same[-1]}
        name = same[0] if len(same) == 1 else _("%(first)s to %(last)s") % pair
        lines.append({"days": name, "hours": openings(hours)})
    return lines


def openings(hours: Sequence[Hours]) -> str:
    """The hours of one day: 8 a.m. to 4:30 p.m."""
    if not hours:
        return _("closed")
    if len(hours) == 1 and hours[0] == Hours(0, _MIDNIGHT):
        return _("around the clock")
    return ", ".join(
        _("%(opens)s to %(closes)s") % {"opens": _clock(each.opens), "closes": _clock(each.closes)}
        for each in hours
    )


def _clock(minute: int) -> str:
    return str(time_format(time(minute // 60 % 24, minute % 60), "TIME_FORMAT"))


def weekday(day: int) -> str:
    """The name of an ISO weekday."""
    return str(date_format(_A_MONDAY + timedelta(days=day - 1), "l"))
