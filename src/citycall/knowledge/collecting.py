"""On which dates a collection comes, holidays counted in; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.opening import holiday_name, is_closed_for_holiday
from citycall.knowledge.collections import CollectionSpec, HolidayNoticeSpec, HolidayRule, RoundSpec

Notices = Mapping[date, HolidayNoticeSpec]

_DAY = timedelta(days=1)
_WEEK = 7
# No round moves further than this, nor does a notice look further back.
MOST_MOVED = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class CollectionDay:
    """One coming: ``day`` is none where it is left out. ``planned`` is its usual date.

    ``notice`` is what staff wrote of that date, ``holiday`` the name of the holiday, where one of
    them is the reason of a change.
    """

    collection: CollectionSpec
    planned: date
    day: date | None
    notice: HolidayNoticeSpec | None = None
    holiday: str = ""

    @property
    def is_moved(self) -> bool:
        """Whether it does not come on its usual date."""
        return self.day != self.planned

    @property
    def shown_on(self) -> date:
        """Where a list by date has it."""
        return self.day or self.planned


def days(
    collection: CollectionSpec,
    area: str,
    *,
    first: date,
    last: date,
    calendar: CalendarSpec | None,
    notices: Notices,
) -> list[CollectionDay]:
    """When it comes to an area (its code) from ``first`` to ``last``, by date.

    ``calendar`` is the one that the collection names. What is left out stands at its usual date.
    """
    turn = collection.round_of(area)
    if turn is None:
        return []
    planned = _planned(collection, turn, first - MOST_MOVED, last + MOST_MOVED)
    found = [settled(collection, each, calendar=calendar, notices=notices) for each in planned]
    return sorted(
        (each for each in found if first <= each.shown_on <= last), key=lambda each: each.shown_on
    )


def _planned(
    collection: CollectionSpec, turn: RoundSpec, first: date, last: date
) -> Iterator[date]:
    day = first
    while day <= last:
        if comes_on(collection, turn, day):
            yield day
        day += _DAY


def comes_on(collection: CollectionSpec, turn: RoundSpec, day: date) -> bool:
    """Whether a round comes on a date, holidays left aside."""
    in_season = not collection.months or day.month in collection.months
    return in_season and day.isoweekday() in turn.weekdays and _in_turn(turn, day)


def _in_turn(turn: RoundSpec, day: date) -> bool:
    if turn.weeks_of_month:
        return (day.day - 1) // _WEEK + 1 in turn.weeks_of_month
    if turn.counted_from is None:
        return True
    weeks = (_monday(day) - _monday(turn.counted_from)).days // _WEEK
    return weeks % turn.every_weeks == 0


def _monday(day: date) -> date:
    return day - timedelta(days=day.isoweekday() - 1)


def settled(
    collection: CollectionSpec,
    planned: date,
    *,
    calendar: CalendarSpec | None,
    notices: Notices,
) -> CollectionDay:
    """What becomes of the round of a usual date: a notice of staff wins over the rule."""
    notice = notices.get(planned)
    change = notice.change_of(collection.code) if notice else None
    if change is not None:
        day = planned if change.as_usual else change.moved_to
        return CollectionDay(collection, planned, day, notice=notice)
    if calendar is None:
        return CollectionDay(collection, planned, planned)
    cause = _holiday_before(collection.on_holidays, planned, calendar)
    if cause is None:
        return CollectionDay(collection, planned, planned)
    day = _moved(collection.on_holidays, planned, calendar)
    return CollectionDay(collection, planned, day, holiday=holiday_name(calendar.holidays, cause))


def _holiday_before(rule: HolidayRule, planned: date, calendar: CalendarSpec) -> date | None:
    """The day off that makes this round another one."""
    if rule is HolidayRule.AS_USUAL:
        return None
    since = _monday(planned) if rule is HolidayRule.REST_OF_WEEK_A_DAY_LATER else planned
    return next(iter(_closed(calendar, since, planned)), None)


def _moved(rule: HolidayRule, planned: date, calendar: CalendarSpec) -> date | None:
    if rule is HolidayRule.LEFT_OUT:
        return None
    if rule is HolidayRule.NEXT_WORKING_DAY:
        later = (planned + _DAY * step for step in range(1, MOST_MOVED.days + 1))
        return next((day for day in later if calendar.hours_on(day)), None)
    day = planned
    while True:
        lost = len(_closed(calendar, _monday(planned), day))
        if planned + _DAY * lost == day or lost > MOST_MOVED.days:
            return day
        day = planned + _DAY * lost


def _closed(calendar: CalendarSpec, first: date, last: date) -> list[date]:
    spread = (first + _DAY * step for step in range((last - first).days + 1))
    return [day for day in spread if is_closed_for_holiday(calendar, day)]
