"""Dates of appointments in a resident's words, and how many one address may hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from limits import RateLimitItem, RateLimitItemPerHour

from citycall.appointments.rules import FreeDate
from citycall.pages import moments

FIRST: Final = 6
# Said only where it may hurry somebody with reason.
FEW_LEFT: Final = 3
# A library's address holds for many people; a program that would hold every date of a month away
# from them is slowed down by it.
HOLDS: Final[RateLimitItem] = RateLimitItemPerHour(60)


def choices(dates: Sequence[FreeDate], *, at: datetime) -> list[tuple[str, str]]:
    """Each free date as a form's choice: its ISO form and its words."""
    return [(free.day.isoformat(), _offered(free, at=at)) for free in dates]


def _offered(free: FreeDate, *, at: datetime) -> str:
    words = capital(window_in_words(free.starts_at, free.ends_at, at=at))
    if free.left > FEW_LEFT:
        return words
    left = ngettext("%(n)s left", "%(n)s left", free.left) % {"n": free.left}
    return _("%(date)s, %(left)s") % {"date": words, "left": left}


def window_in_words(starts_at: datetime, ends_at: datetime, *, at: datetime) -> str:
    """When the crew comes, within a sentence: "Thursday, March 5 (6 a.m. to 6 p.m.)"."""
    zone = moments.city_zone()
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    return _("%(day)s (%(start)s to %(end)s)") % {
        "day": moments.in_words(start.date(), at=at),
        "start": time_format(start.time(), "TIME_FORMAT"),
        "end": time_format(end.time(), "TIME_FORMAT"),
    }


def capital(words: str) -> str:
    """The words, beginning with a capital letter."""
    return words[:1].upper() + words[1:]
