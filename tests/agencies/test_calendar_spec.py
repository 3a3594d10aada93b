"""What a working calendar may say."""

from datetime import date

import pytest

from citycall.agencies.calendars import CalendarSpec, Hours, Weekday
from citycall.agencies.documents import read
from citycall.core.errors import Faults


def calendar(**fields: object) -> CalendarSpec:
    document = {"code": "office", "name": "Office", "hours": {"monday": ["08:00-16:30"]}}
    return read(CalendarSpec, {**document, **fields})


def faults(**fields: object) -> dict[str, str]:
    with pytest.raises(Faults) as caught:
        calendar(**fields)
    return caught.value.faults


def test_hours_are_read_as_pairs_by_number_of_the_weekday() -> None:
    spec = calendar(hours={1: [["08:00", "12:00"], ["13:00", "17:00"]]})
    assert spec.hours == {Weekday.MONDAY: (Hours(480, 720), Hours(780, 1020))}


def test_a_day_may_end_at_midnight() -> None:
    assert calendar(hours={"sunday": "00:00-24:00"}).hours[Weekday.SUNDAY] == (Hours(0, 1440),)


def test_what_is_kept_reads_back_the_same() -> None:
    spec = calendar(
        hours={"friday": ["09:00-12:00"], "monday": ["08:00-16:30"]},
        holidays={"country": "US", "subdivision": "MD", "extra": ["2026-05-04"]},
        exceptions={"2026-12-24": ["08:00-12:00"]},
    )
    assert read(CalendarSpec, spec.model_dump(mode="json")) == spec


def test_what_is_kept_is_readable() -> None:
    kept = calendar().model_dump(mode="json")
    assert kept["hours"] == {"monday": ["08:00-16:30"]}


@pytest.mark.parametrize("hours", [{}, {"monday": []}])
def test_a_calendar_without_any_hour_is_refused(hours: dict[str, list[str]]) -> None:
    assert faults(hours=hours) == {
        "hours": "A calendar needs working hours on at least one day of the week."
    }


def test_an_exception_alone_makes_no_working_calendar() -> None:
    assert "hours" in faults(hours={}, exceptions={"2026-12-24": ["08:00-12:00"]})


def test_hours_that_overlap_are_refused() -> None:
    assert faults(hours={"monday": ["08:00-12:00", "11:00-13:00"]}) == {
        "hours": "The hours of Monday must be in order and must not overlap."
    }


@pytest.mark.parametrize(
    "hours", ["17:00-08:00", "08:00-08:00", "8", "08:00-25:00", "08:60-09:00", 7]
)
def test_hours_that_make_no_sense_are_refused_at_their_place(hours: object) -> None:
    assert list(faults(hours={"monday": [hours]})) == ["hours.monday.0"]


def test_an_unknown_weekday_is_refused() -> None:
    assert "day of the week" in "".join(faults(hours={"someday": ["08:00-12:00"]}).values())


def test_an_unknown_country_is_refused() -> None:
    assert list(faults(holidays={"country": "Atlantis"})) == ["holidays.country"]


def test_an_unknown_state_is_refused() -> None:
    found = faults(holidays={"country": "US", "subdivision": "ZZ"})
    assert list(found) == ["holidays.subdivision"]


def test_nobody_works_on_a_public_holiday() -> None:
    spec = calendar(hours={"friday": ["08:00-16:00"]}, holidays={"country": "US"})
    assert spec.hours_on(date(2026, 12, 25)) == ()


def test_nobody_works_on_a_date_added_by_the_city() -> None:
    spec = calendar(holidays={"extra": ["2026-05-04"]})
    assert spec.hours_on(date(2026, 5, 4)) == ()


def test_an_exception_wins_over_a_holiday() -> None:
    spec = calendar(
        holidays={"country": "US"}, exceptions={date(2026, 12, 25): [["10:00", "12:00"]]}
    )
    assert spec.hours_on(date(2026, 12, 25)) == (Hours(600, 720),)


def test_an_empty_exception_closes_a_day() -> None:
    assert calendar(exceptions={"2026-05-04": []}).hours_on(date(2026, 5, 4)) == ()


def test_every_fault_is_told_at_once() -> None:
    found = faults(code="Öffnung", name="", hours={"monday": ["1"]}, colour="blue")
    assert set(found) == {"code", "name", "hours.monday.0", "colour"}
