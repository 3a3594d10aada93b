"""Open now or not, until when, and which days are otherwise."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from citycall.agencies.calendars import CalendarSpec, Hours, WorkingTime
from citycall.agencies.opening import days_off, opening

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = {day: ["08:00-12:00", "12:30-16:30"] for day in range(1, 6)}
ALWAYS = {day: ["00:00-24:00"] for day in range(1, 8)}
NIGHT = {5: ["20:00-24:00"], 6: ["00:00-04:00"]}
HOLIDAYS = {"country": "US", "subdivision": "MD"}


def working(hours: object = OFFICE, **fields: object) -> WorkingTime:
    document = {"code": "office", "name": "Office", "hours": hours, **fields}
    return WorkingTime(CalendarSpec.model_validate(document), NEW_YORK)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("now", "is_open", "changes"),
    [
        ("2026-06-02 09:00", True, "2026-06-02 12:00"),
        ("2026-06-02 12:00", False, "2026-06-02 12:30"),
        ("2026-06-02 16:30", False, "2026-06-03 08:00"),
        ("2026-06-05 17:00", False, "2026-06-08 08:00"),
        ("2026-05-25 10:00", False, "2026-05-26 08:00"),
    ],
)
def test_office_hours(now: str, is_open: bool, changes: str) -> None:
    found = opening(working(holidays=HOLIDAYS), at(now))
    assert found.is_open is is_open
    assert found.changes_at == at(changes)


def test_around_the_clock_never_changes() -> None:
    found = opening(working(ALWAYS), at("2026-06-02 03:00"))
    assert (found.is_open, found.changes_at) == (True, None)


def test_a_night_ends_in_the_morning() -> None:
    assert opening(working(NIGHT), at("2026-06-05 23:00")).changes_at == at("2026-06-06 04:00")


def test_days_off_are_those_that_differ_from_their_weekday() -> None:
    spec = working(holidays=HOLIDAYS, exceptions={"2026-12-24": ["08:00-12:00"]}).spec
    found = days_off(spec, date(2026, 12, 20), date(2026, 12, 31))
    assert [(off.day.day, off.name, off.hours) for off in found] == [
        (24, "", (Hours(480, 720),)),
        (25, "Christmas Day", ()),
    ]


def test_a_holiday_on_a_weekend_is_no_day_off() -> None:
    assert days_off(working(holidays=HOLIDAYS).spec, date(2026, 7, 4), date(2026, 7, 4)) == []
