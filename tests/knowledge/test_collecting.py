"""On which dates a collection comes: weeks counted, months and holidays heeded."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.agencies.calendars import CalendarSpec
from citycall.agencies.documents import read
from citycall.core.errors import Faults
from citycall.knowledge import collecting
from citycall.knowledge.collecting import CollectionDay
from citycall.knowledge.collections import CollectionSpec, HolidayNoticeSpec

OFFICE = CalendarSpec.model_validate(
    {
        "code": "office",
        "name": "Office",
        "hours": {day: ["08:00-16:00"] for day in range(1, 6)},
        "holidays": {"country": "US", "subdivision": "MD"},
    }
)
quick = settings(max_examples=60, deadline=None)


def collection(turn: dict[str, Any], **fields: Any) -> CollectionSpec:
    document = {
        "code": "trash",
        "title": "Trash",
        "layer": "days",
        "rounds": [{"areas": ["A"], **turn}],
        "calendar": "office",
    }
    return read(CollectionSpec, {**document, **fields})


def days(
    spec: CollectionSpec, first: str, last: str, notices: tuple[HolidayNoticeSpec, ...] = ()
) -> list[CollectionDay]:
    return collecting.days(
        spec,
        "A",
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        calendar=OFFICE,
        notices={notice.day: notice for notice in notices},
    )


def shown(found: list[CollectionDay]) -> list[str]:
    return [f"{each.shown_on:%m-%d}" + ("" if each.day else " left out") for each in found]


def test_every_week() -> None:
    found = days(collection({"weekdays": ["tuesday"]}), "2026-06-01", "2026-06-21")
    assert shown(found) == ["06-02", "06-09", "06-16"]


def test_every_second_week_is_counted_over_the_new_year() -> None:
    turn = {"weekdays": ["friday"], "every_weeks": 2, "counted_from": "2026-12-16"}
    found = days(collection(turn), "2026-12-14", "2027-01-17")
    assert shown(found) == ["12-18", "01-01", "01-15"]


def test_weeks_of_the_month() -> None:
    turn = {"weekdays": ["monday"], "weeks_of_month": [1, 3]}
    assert shown(days(collection(turn), "2026-06-01", "2026-06-30")) == ["06-01", "06-15"]


def test_only_in_its_months() -> None:
    spec = collection({"weekdays": ["monday"]}, months=[4])
    assert shown(days(spec, "2026-03-23", "2026-04-14")) == ["04-06", "04-13"]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("as_usual", ["11-26", "12-03"]),
        ("left_out", ["11-26 left out", "12-03"]),
        ("next_working_day", ["11-30", "12-03"]),
        ("rest_of_week_a_day_later", ["11-28", "12-03"]),
    ],
)
def test_a_thursday_that_is_thanksgiving(rule: str, told: list[str]) -> None:
    # In Maryland the Friday after Thanksgiving is a holiday too.
    spec = collection({"weekdays": ["thursday"]}, on_holidays=rule)
    assert shown(days(spec, "2026-11-23", "2026-12-05")) == told


def test_the_rest_of_the_week_comes_a_day_later() -> None:
    spec = collection({"weekdays": ["wednesday"]}, on_holidays="rest_of_week_a_day_later")
    # Labor Day is Monday, September 7.
    (found,) = days(spec, "2026-09-07", "2026-09-13")
    assert (found.day, found.planned, found.holiday) == (
        date(2026, 9, 10),
        date(2026, 9, 9),
        "Labor Day",
    )


def test_what_is_moved_into_the_dates_asked_for_is_told() -> None:
    spec = collection({"weekdays": ["thursday"]}, on_holidays="next_working_day")
    (found,) = days(spec, "2026-11-28", "2026-12-02")
    assert found.planned == date(2026, 11, 26)


def test_a_notice_wins_over_the_rule() -> None:
    spec = collection({"weekdays": ["thursday"]}, on_holidays="left_out")
    change = {"collection": "trash", "moved_to": "2026-11-25"}
    notice = read(
        HolidayNoticeSpec,
        {"code": "t", "title": "Turkey", "day": "2026-11-26", "changes": [change]},
    )
    (found,) = days(spec, "2026-11-23", "2026-11-29", (notice,))
    assert (found.day, found.notice) == (date(2026, 11, 25), notice)


def test_an_area_without_a_round_has_none() -> None:
    spec = collection({"weekdays": ["monday"], "areas": ["B"]})
    assert days(spec, "2026-06-01", "2026-06-30") == []


@quick
@given(
    start=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    weekday=st.integers(1, 7),
    every=st.integers(1, 4),
)
def test_weeks_lie_as_far_apart_as_the_round_says(start: date, weekday: int, every: int) -> None:
    turn = {"weekdays": [weekday], "every_weeks": every, "counted_from": "2026-01-07"}
    found = days(collection(turn), start.isoformat(), (start + timedelta(days=120)).isoformat())
    gaps = {(b.planned - a.planned).days for a, b in pairwise(found)}
    assert gaps == {7 * every}


@quick
@given(start=st.dates(date(2024, 1, 1), date(2030, 1, 1)), weekday=st.integers(1, 5))
def test_on_a_working_day_nothing_is_lost(start: date, weekday: int) -> None:
    spec = collection({"weekdays": [weekday]}, on_holidays="next_working_day")
    last = start + timedelta(days=60)
    found = days(spec, start.isoformat(), last.isoformat())
    assert all(each.day and OFFICE.hours_on(each.day) for each in found)
    assert found == sorted(found, key=lambda each: each.shown_on)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (
            {"rounds": [{"areas": ["A"], "weekdays": [1], "every_weeks": 2}]},
            "rounds.0.counted_from",
        ),
        (
            {"rounds": [{"areas": ["A"], "weekdays": [1]}, {"areas": ["A"], "weekdays": [2]}]},
            "rounds.1.areas",
        ),
        ({"calendar": None, "on_holidays": "left_out"}, "calendar"),
        ({"rounds": []}, "rounds"),
    ],
)
def test_what_cannot_be_counted_is_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Faults) as caught:
        collection({"weekdays": [1]}, **fields)
    assert field in caught.value.faults
