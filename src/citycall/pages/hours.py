"""Opening hours and collection rules in words."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from citycall.agencies.calendars import WorkingTime
from citycall.agencies.hours_in_words import by_weekday, openings, weekday
from citycall.agencies.opening import Opening, days_off, opening
from citycall.knowledge.collections import CollectionSpec, RoundSpec
from citycall.pages import moments
from citycall.pages.holiday_names import translated

_SOON = timedelta(days=120)

__all__ = ["by_weekday", "months", "next_day_off", "openings", "rule", "state", "weekday"]


def state(working: WorkingTime, *, at: datetime) -> dict[str, object]:
    """Whether somebody is there now, in a sentence, and whether that is a yes."""
    return state_of(opening(working, at), at=at)


def state_of(now: Opening, *, at: datetime) -> dict[str, object]:
    """The same of an opening that is known already."""
    if now.changes_at is None:
        return {"open": True, "words": _("Open around the clock")}
    if not now.is_open:
        opens = moments.in_words(now.changes_at, at=at)
        return {"open": False, "words": _("Closed now. Opens %(when)s") % {"when": opens}}
    closes = moments.in_words(now.changes_at, at=at)
    return {"open": True, "words": _("Open now, until %(when)s") % {"when": closes}}


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
