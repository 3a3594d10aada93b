"""When the call centre answers, by the calendar that a setting names."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from citycall.agencies.queries import directory

_SLOT: Final = timedelta(minutes=30)


def is_open(at: datetime) -> bool:
    """Whether calls are answered at this moment; always, where no calendar is named."""
    code = settings.CITYCALL_CALLS_CALENDAR
    if not code:
        return True
    return directory().calendar(code).add(at, 0) == at


def opens_at(at: datetime) -> datetime:
    """This moment where the centre is open, else when it opens next."""
    code = settings.CITYCALL_CALLS_CALENDAR
    return directory().calendar(code).add(at, 0) if code else at


def slot_of(at: datetime) -> datetime:
    """The beginning of the half hour that this moment is in."""
    return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)


def next_slot(at: datetime) -> datetime:
    """The beginning of the half hour after this moment's."""
    return slot_of(at) + _SLOT
