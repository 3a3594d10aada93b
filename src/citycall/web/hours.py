"""Opening hours and collection rules in words."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from django.utils.formats import date_format, time_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from citycall.agencies.calendars import CalendarSpec, Hours, Weekday, WorkingTime
from citycall.agencies.opening import days_off, opening
from citycall.knowledge.collections import CollectionSpec, RoundSpec
from citycall.pages import moments
from citycall.web.holiday_names import translated

# Any Monday; only its weekday's name is used.
_A_MONDAY = date(2024, 1, 1)
_MIDNIGHT = 24 * 60
_SOON = timedelta(days=120)


def state(working: WorkingTime, *, at: datetime) -> dict[str, object]:
    """Whether somebody is there now, in a sentence, and whether that is a yes."""
    now = opening(working, at)
    if now.changes_at is None:
        return {"open": True, "words": _("Open around the clock")}
    if not now.is_open:
        opens = moments.in_words(now.changes_at, at=at)
        return {"open": False, "words": _("Closed now. Opens %(when)s") % {"when": opens}}
    closes = moments.in_words(now.changes_at, at=at)
    return {"open": True, "words": _("Open now, until %(when)s") % {"when": closes}}


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


def next_day_off(working: WorkingTime, *, at: datetime) -> str:
    """The next holiday, in a sentence; empty where none comes within four months."""
    today = at.astimezone(working.zone).date()
    coming = next(iter(days_off(working.spec, today, today + _SOON)), None)
    if coming is None:
        return ""
    day = moments.in_words(coming.day, at=at, style="day")
    name = translated(coming.name)
    told = _("%(day)s, %(name)s") % {"day": day, "name": name} if name else day
    if not coming.hours:
        return _("Closed on %(day)s.") % {"day": told}
    return _("Other hours on %(day)s: %(hours)s.") % {"day": told, "hours": openings(coming.hours)}


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


def months(numbers: Iterable[int]) -> str:
    """Months in words: "from April to November", or each by its name."""
    held = sorted(numbers)
    names = [date_format(datetime(2024, month, 1, tzinfo=UTC), "F") for month in held]
    if len(held) > 2 and held == list(range(held[0], held[-1] + 1)):
        return _("from %(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return str(get_text_list(names, _("and")))


def rule(collection: CollectionSpec, turn: RoundSpec) -> str:
    """When a round comes usually: "Every second week on Monday, from April to November"."""
    names = get_text_list([weekday(day) for day in sorted(turn.weekdays)], _("and"))
    words = _every(turn, str(names))
    if not collection.months:
        return words
    return _("%(rule)s, %(months)s") % {"rule": words, "months": months(collection.months)}


def _every(turn: RoundSpec, days: str) -> str:
    if turn.weeks_of_month:
        ordinals = (_("first"), _("second"), _("third"), _("fourth"), _("fifth"))
        which = [ordinals[number - 1] for number in sorted(turn.weeks_of_month)]
        told = {"which": get_text_list(which, _("and")), "days": days}
        return _("The %(which)s %(days)s of the month") % told
    if turn.every_weeks == 1:
        return _("Every week on %(days)s") % {"days": days}
    if turn.every_weeks == 2:
        return _("Every second week on %(days)s") % {"days": days}
    return _("Every %(n)d weeks on %(days)s") % {"n": turn.every_weeks, "days": days}
