"""Dates of appointments in a resident's words, and a limit on how many one visitor may hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from limits import RateLimitItem, RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.accounts.sign_in import client_address
from citycall.appointments.rules import FreeDate
from citycall.core.errors import DomainError
from citycall.pages import moments

FIRST: Final = 6
# Said only where it may hurry somebody with reason.
FEW_LEFT: Final = 3
# Counted by each web process. A library's address holds for many people; a program that would
# hold every date of a month away from them is slowed down by it.
LIMIT: Final[RateLimitItem] = RateLimitItemPerHour(60)
_held = MovingWindowRateLimiter(MemoryStorage())


class TooManyHolds(DomainError):
    """This client has chosen dates too often."""

    code = "too_many_holds"
    status = 429

    def __init__(self) -> None:
        super().__init__(
            _("Dates were chosen too often from here. Please wait an hour and try again.")
        )


def count(request: HttpRequest) -> None:
    """Count a date that is chosen and held; raises ``TooManyHolds``."""
    if not _held.hit(LIMIT, client_address(request)):
        raise TooManyHolds


def forget() -> None:
    """Forget every counted choice, as a restart does."""
    _held.storage.reset()


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
