"""Working calendars: when an agency is at work, and time counted in working hours only."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays as public_holidays
from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from citycall.agencies.documents import Code, Document, Fault, Name, raise_any
from citycall.agencies.wall_clock import aware, instant, stretches

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000
_DAY_MINUTES = 24 * 60
# A calendar without holidays enough to work within a century is no working calendar.
_YEARS_AHEAD = 100


class Weekday(IntEnum):
    """ISO weekdays."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


class Hours(NamedTuple):
    """One opening, in minutes after local midnight; ``closes`` may be 1440 (24:00)."""

    opens: int
    closes: int


def _read_weekday(value: Any) -> Weekday:
    try:
        return Weekday(int(value))
    except (ValueError, TypeError):
        name = str(value).strip().upper()
    if name not in Weekday.__members__:
        raise ValueError(_("This must be a day of the week, such as “monday”."))
    return Weekday[name]


def _read_hours(value: Any) -> Hours:
    if isinstance(value, Hours):
        hours = value
    else:
        parts = value.replace("–", "-").split("-") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or len(parts) != 2:
            raise ValueError(_("Hours are written as “08:00-16:30”."))
        hours = Hours(_read_minute(parts[0]), _read_minute(parts[1]))
    if hours.closes <= hours.opens:
        raise ValueError(_("Hours must end after they begin; split hours that run over midnight."))
    return hours


def _read_minute(value: Any) -> int:
    hour, colon, minute = str(value).strip().partition(":")
    digits = hour.isascii() and hour.isdigit() and minute[:2].isascii() and minute[:2].isdigit()
    if colon and digits and minute[2:] in ("", ":00"):
        total = int(hour[:3]) * 60 + int(minute[:2])
        if int(minute[:2]) < 60 and total <= _DAY_MINUTES:
            return total
    raise ValueError(_("A time of day is written as “08:00”, up to “24:00”."))


def _show_hours(hours: Hours) -> str:
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in hours)


def _read_opening_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


WeekdayKey = Annotated[
    Weekday,
    BeforeValidator(_read_weekday),
    PlainSerializer(lambda day: day.name.lower(), return_type=str, when_used="json"),
]
Opening = Annotated[Hours, BeforeValidator(_read_hours), PlainSerializer(_show_hours)]
DayHours = Annotated[tuple[Opening, ...], BeforeValidator(_read_opening_list)]


class HolidaySpec(Document):
    """Days off: a country's public holidays (with its state's or province's), and other dates.

    ``country`` and ``subdivision`` are codes that the ``holidays`` library knows: US, MD.
    """

    country: str = ""
    subdivision: str = ""
    extra: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> "HolidaySpec":
        faults = []
        if self.country and self.country not in _countries():
            faults.append(Fault(("country",), _("No public holidays are known for this country.")))
        elif self.subdivision and self.subdivision not in _countries()[self.country or ""]:
            sentence = _("No public holidays are known for this part of the country.")
            faults.append(Fault(("subdivision",), sentence))
        raise_any(faults)
        return self

    def holds(self, day: date) -> bool:
        """Whether nobody works on this day."""
        if day in self.extra:
            return True
        return bool(self.country) and day in _public(self.country, self.subdivision, day.year)


@lru_cache(maxsize=1)
def _countries() -> dict[str, frozenset[str]]:
    known = public_holidays.list_supported_countries(include_aliases=True)
    return {"": frozenset(), **{code: frozenset(parts) for code, parts in known.items()}}


@lru_cache(maxsize=4096)
def _public(country: str, subdivision: str, year: int) -> frozenset[date]:
    found = public_holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    return frozenset(found.keys())


class CalendarSpec(Document):
    """When an agency works: hours by ISO weekday, holidays, and dates with hours of their own.

    Hours are local times of day, ``[open, close]`` or ``"08:00-16:30"``, several to a day where
    it has breaks. ``exceptions`` win over weekday and holiday; an empty list closes the day.
    With ``from_opening`` a promise in working days counts from the next opening: what arrives
    after closing or on a day off is as if it had come when work begins again.
    """

    code: Code
    name: Name
    hours: Mapping[WeekdayKey, DayHours]
    holidays: HolidaySpec = HolidaySpec()
    exceptions: Mapping[date, DayHours] = Field(default_factory=dict)
    from_opening: bool = False
    retired: bool = False

    @field_validator("hours", "exceptions")
    @classmethod
    def _in_order(cls, value: Mapping[Any, tuple[Hours, ...]]) -> Mapping[Any, tuple[Hours, ...]]:
        for day, openings in value.items():
            if any(b.opens < a.closes for a, b in pairwise(openings)):
                raise ValueError(
                    _("The hours of %(day)s must be in order and must not overlap.")
                    % {"day": day.name.capitalize() if isinstance(day, Weekday) else day}
                )
        return dict(sorted(value.items()))

    @model_validator(mode="after")
    def _some_hours(self) -> "CalendarSpec":
        if not any(self.hours.values()):
            sentence = _("A calendar needs working hours on at least one day of the week.")
            raise_any([Fault(("hours",), sentence)])
        return self

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """The openings of one date, in order; empty where nobody works."""
        special = self.exceptions.get(day)
        if special is not None:
            return special
        if self.holidays.holds(day):
            return ()
        return self.hours.get(Weekday(day.isoweekday()), ())


class WorkingTime:
    """Counts working time by a calendar in a zone; pure, and safe to share between threads.

    An instant is worked when the local clock then shows an open hour; minutes are real elapsed
    ones, so a night shift is an hour shorter in spring. Each year (of UTC) becomes one table of
    openings when first needed, so that every question is answered by halving it.
    """

    def __init__(self, spec: CalendarSpec, zone: ZoneInfo) -> None:
        self.spec = spec
        self.zone = zone
        self._years: dict[int, _Year] = {}
        self._days: dict[int, list[date]] = {}

    def add(self, start: datetime, minutes: float) -> datetime:
        """The moment when ``minutes`` of working time have passed since ``start``; in UTC.

        A span that ends with a day's closing is due then, not at the next opening. None at all
        gives ``start``, or the next opening where nobody works. Refuses negative minutes.
        """
        if minutes < 0:
            raise ValueError("Working time runs forward only.")
        moment, left = _microseconds(start), round(minutes * _MINUTE)
        for table in self._tables_from(start):
            done = table.elapsed(moment)
            found = table.at(done + left) if left else table.open_from(moment)
            if found is not None:
                return _moment(found)
            left -= table.total - done if left else 0
        raise OverflowError("This calendar has no working hours within a century.")

    def between(self, start: datetime, end: datetime) -> float:
        """Minutes of working time from ``start`` to ``end``; 0 where ``end`` is not later."""
        first, last = _microseconds(start), _microseconds(end)
        if last <= first:
            return 0.0
        years = range(start.astimezone(UTC).year, end.astimezone(UTC).year + 1)
        tables = [self._year(year) for year in years]
        return sum(t.elapsed(last) - t.elapsed(first) for t in tables) / _MINUTE

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same local time, ``days`` (1 or more) working days after ``start``; in UTC.

        The day of ``start`` does not count. Where that time is outside the hours of the last
        day, the end of the work before it counts, or the opening where none comes before. What
        starts on a day off is due at the end of the last day. So a later start is never due
        earlier, but for the hour that comes twice in autumn. A calendar that counts from the
        next opening has ``start`` moved there first.
        """
        if days < 1:
            raise ValueError("Working days are counted from one.")
        if self.spec.from_opening:
            start = self.add(start, 0)
        local = aware(start).astimezone(self.zone).replace(tzinfo=None, fold=0)
        day = self._nth_day_after(local.date(), days)
        midnight = datetime(local.year, local.month, local.day)  # noqa: DTZ001  (a wall clock)
        wall = local - midnight
        if not self.spec.hours_on(local.date()):
            wall = timedelta(minutes=_DAY_MINUTES)
        due = datetime(day.year, day.month, day.day)  # noqa: DTZ001  (a wall clock)
        return instant(due + _within(wall, self.spec.hours_on(day)), zone=self.zone)

    def _nth_day_after(self, day: date, count: int) -> date:
        for year in range(day.year, day.year + _YEARS_AHEAD):
            days = self._working_days(year)
            index = bisect_right(days, day) + count - 1
            if index < len(days):
                return days[index]
            count = index - len(days) + 1
        raise OverflowError("This calendar has too few working days within a century.")

    def _working_days(self, year: int) -> list[date]:
        if year not in self._days:
            first = date(year, 1, 1)
            count = (date(year + 1, 1, 1) - first).days
            all_days = (first + timedelta(days=n) for n in range(count))
            self._days[year] = [day for day in all_days if self.spec.hours_on(day)]
        return self._days[year]

    def _tables_from(self, start: datetime) -> "Iterator[_Year]":
        first = start.astimezone(UTC).year
        return (self._year(year) for year in range(first, first + _YEARS_AHEAD))

    def _year(self, year: int) -> "_Year":
        if year not in self._years:
            self._years[year] = _Year(self._openings(year))
        return self._years[year]

    def _openings(self, year: int) -> list[tuple[int, int]]:
        """What is worked in one year of UTC, as joined spans of microseconds since 1970."""
        spans: list[tuple[int, int]] = []
        begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        for since, until, offset in stretches(begin, end, zone=self.zone):
            day, last = (since + offset).date(), (until + offset).date()
            low, high = _microseconds(since), _microseconds(until)
            while day <= last:
                local = datetime(day.year, day.month, day.day, tzinfo=UTC)
                midnight = _microseconds(local - offset)
                for hours in self.spec.hours_on(day):
                    opens = max(low, midnight + hours.opens * _MINUTE)
                    closes = min(high, midnight + hours.closes * _MINUTE)
                    _append(spans, opens, closes)
                day += timedelta(days=1)
        return spans


class _Year:
    """The spans worked in one year, and how much was worked before each."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.starts = [start for start, _end in spans]
        self.ends = [end for _start, end in spans]
        self.before: list[int] = []
        self.total = 0
        for start, end in spans:
            self.before.append(self.total)
            self.total += end - start

    def elapsed(self, moment: int) -> int:
        """What was worked from the year's beginning to ``moment``, which may lie outside it."""
        index = bisect_right(self.starts, moment) - 1
        if index < 0:
            return 0
        return self.before[index] + min(moment, self.ends[index]) - self.starts[index]

    def at(self, done: int) -> int | None:
        """The first moment when ``done`` (more than 0) has been worked; none if never."""
        if done > self.total:
            return None
        index = bisect_left(self.before, done) - 1
        return self.starts[index] + done - self.before[index]

    def open_from(self, moment: int) -> int | None:
        """``moment`` if worked, or the next opening; none when the year has no more."""
        index = bisect_right(self.ends, moment)
        return max(moment, self.starts[index]) if index < len(self.starts) else None


def _append(spans: list[tuple[int, int]], start: int, end: int) -> None:
    if end <= start:
        return
    if spans and spans[-1][1] == start:
        start = spans.pop()[0]
    spans.append((start, end))


def _within(wall: timedelta, hours: tuple[Hours, ...]) -> timedelta:
    found: timedelta | None = None
    for opening in hours:
        opens, closes = (timedelta(minutes=minute) for minute in opening)
        if wall < opens:
            return opens if found is None else found
        found = min(wall, closes)
    assert found is not None
    return found


def _microseconds(moment: datetime) -> int:
    return (aware(moment) - _EPOCH) // _MICROSECOND


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
