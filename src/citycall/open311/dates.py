"""Moments as callers write them: with or without zone, fractions, a day alone."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final

from django.utils.translation import gettext as _

from citycall.agencies.wall_clock import instant
from citycall.core.clock import city_zone
from citycall.core.errors import DomainError

_YEARS: Final = range(1900, 2200)
_LONGEST: Final = 64
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}")
# A plus sign that was not escaped in the address arrives as a blank.
_LOST_PLUS: Final = re.compile(r"(?<=\d) (?=\d{2}:?\d{2}$)")
_END_OF_DAY: Final = timedelta(days=1, microseconds=-1)


class BadDate(DomainError):
    """What was sent is no moment."""

    code = "bad_date"


def moment(text: str, *, ends: bool = False) -> datetime:
    """The moment that a text names, in UTC; without zone, as the city's clocks show it.

    A day alone is its first moment, or its last one with ``ends``; so is a second given whole,
    which includes its fractions. Raises ``BadDate``.
    """
    told = text.strip()[:_LONGEST].upper()
    try:
        if _DAY.fullmatch(told):
            return _day(told, ends=ends)
        if told.count(" ") > ("T" not in told):
            told = _LOST_PLUS.sub("+", told)
        at = datetime.fromisoformat(told)
        if at.year not in _YEARS:
            raise ValueError(told)
    except ValueError:
        raise BadDate(
            _("“%(text)s” is not a date and time such as 2026-03-01T14:30:00Z.")
            % {"text": text.strip()[:_LONGEST]}
        ) from None
    if ends and not at.microsecond and "." not in told:
        at = at.replace(microsecond=999_999)
    if at.utcoffset() is None:
        return instant(at, zone=city_zone())
    return at.astimezone(UTC)


def _day(told: str, *, ends: bool) -> datetime:
    day = datetime.fromisoformat(told)
    if day.year not in _YEARS:
        raise ValueError(told)
    first = datetime.combine(day, time())
    return instant(first + _END_OF_DAY if ends else first, zone=city_zone())
