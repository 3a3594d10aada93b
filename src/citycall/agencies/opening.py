"""When somebody can be reached: open now or not, until when, and the days off that come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays as public_holidays

from citycall.agencies.calendars import CalendarSpec, HolidaySpec, Hours, Weekday, WorkingTime
from citycall.agencies.wall_clock import instant

_DAY = timedelta(days=1)
_MIDNIGHT = 24 * 60
# What is open for longer than this without a break is always open, as far as a caller cares.
_ALWAYS_DAYS = 8


@dataclass(frozen=True, slots=True)
class DayOff:
    """A date with other hours than its weekday's; empty ``hours`` mean closed.

    ``name`` is that of the public holiday in the language of its law, or empty.
    """

    day: date
    name: str
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether somebody is there, and when that changes; no change means always open."""

    is_open: bool
    changes_at: datetime | None


def opening(working: WorkingTime, at: datetime) -> Opening:
    """How it is at the instant ``at``."""
    opens = working.add(at, 0)
    if opens > at:
        return Opening(is_open=False, changes_at=opens)
    return Opening(is_open=True, changes_at=_closing(working, at))


def _closing(working: WorkingTime, at: datetime) -> datetime | None:
    local = at.astimezone(working.zone).replace(tzinfo=None)
    day = local.date()
    minute = local.hour * 60 + local.minute
    for _step in range(_ALWAYS_DAYS):
        now = next((h for h in working.spec.hours_on(day) if h.opens <= minute < h.closes), None)
        if now is None:
            return instant(_wall(day, minute), zone=working.zone)
        if now.closes < _MIDNIGHT:
            return instant(_wall(day, now.closes), zone=working.zone)
        day, minute = day + _DAY, 0
    return None


def _wall(day: date, minute: int) -> datetime:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  (a wall clock)
    return midnight + timedelta(minutes=minute)


def days_off(spec: CalendarSpec, first: date, last: date) -> list[DayOff]:
    """The dates from ``first`` to ``last`` on which hours are not those of the weekday."""
    return list(_days_off(spec, first, last))


def _days_off(spec: CalendarSpec, first: date, last: date) -> Iterator[DayOff]:
    day = first
    while day <= last:
        hours = spec.hours_on(day)
        if hours != spec.hours.get(Weekday(day.isoweekday()), ()):
            yield DayOff(day, holiday_name(spec.holidays, day), hours)
        day += _DAY


def is_closed_for_holiday(spec: CalendarSpec, day: date) -> bool:
    """Whether nobody works on a date on whose weekday they otherwise do."""
    return not spec.hours_on(day) and bool(spec.hours.get(Weekday(day.isoweekday()), ()))


def holiday_name(spec: HolidaySpec, day: date) -> str:
    """The name of the public holiday on this date, or an empty text."""
    return _names(spec.country, spec.subdivision, day.year).get(day, "") if spec.country else ""


@lru_cache(maxsize=256)
def _names(country: str, subdivision: str, year: int) -> dict[date, str]:
    found = public_holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    return {day: str(name) for day, name in found.items()}
