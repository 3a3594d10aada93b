"""When a request is due: examples, and what holds over changes of the clocks and pauses."""

# ruff: noqa: DTZ001  (what a clock on the wall shows has no zone)

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from citycall.agencies.calendars import CalendarSpec, WorkingTime
from citycall.catalog.rules import due_after_pause, due_at, promise
from citycall.catalog.specs import Target
from citycall.catalog.targets import describe

NEW_YORK = ZoneInfo("America/New_York")
HOURS = {day: ["08:00-12:00", "12:30-16:30"] for day in range(1, 6)}
HOLIDAYS = {"country": "US", "subdivision": "MD", "extra": [date(2026, 5, 4)]}
OFFICE = WorkingTime(
    CalendarSpec.model_validate(
        {"code": "office", "name": "Office", "hours": HOURS, "holidays": HOLIDAYS}
    ),
    NEW_YORK,
)
MINUTE = timedelta(minutes=1)
quick = settings(max_examples=80, deadline=None)


def target(amount: int, unit: str, clock: str = "calendar", **fields: Any) -> Target:
    return Target.model_validate({"amount": amount, "unit": unit, "clock": clock, **fields})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def due(what: Target, start: datetime, **case: Any) -> datetime:
    found = due_at(what, start=start, working_time=OFFICE, zone=NEW_YORK, **case)
    assert found is not None
    return found


def shown(moment: datetime) -> str:
    return moment.astimezone(NEW_YORK).strftime("%a %m-%d %H:%M")


def after_pause(what: Target, due: datetime, paused: datetime, resumed: datetime) -> datetime:
    return due_after_pause(
        what,
        due_at=due,
        paused_at=paused,
        resumed_at=resumed,
        working_time=OFFICE,
        zone=NEW_YORK,
    )


def test_nothing_promised_is_never_due() -> None:
    start = at("2026-06-02 10:00")
    assert due_at(None, start=start, working_time=OFFICE, zone=NEW_YORK) is None


def test_calendar_days_keep_the_time_of_day() -> None:
    # Over the autumn change, as Baltimore's own due dates do.
    assert shown(due(target(90, "days"), at("2026-10-11 09:41"))) == "Sat 01-09 09:41"


def test_no_days_are_due_at_once() -> None:
    assert due(target(0, "days"), at("2026-10-11 09:41")) == at("2026-10-11 09:41")


def test_hours_are_elapsed_ones() -> None:
    assert shown(due(target(24, "hours"), at("2026-03-07 12:00"))) == "Sun 03-08 13:00"


def test_working_hours_are_worked_ones() -> None:
    assert shown(due(target(4, "hours", "business"), at("2026-06-05 14:30"))) == "Mon 06-08 10:00"


def test_working_days_leave_out_weekend_and_holiday() -> None:
    found = due(target(3, "days", "business"), at("2026-05-21 10:00"))
    assert shown(found) == "Wed 05-27 10:00"


URGENT = {"priority": 1, "amount": 4, "unit": "hours", "reason": "Danger."}
DOWNTOWN = {"area": "districts/1", "amount": 1, "unit": "days", "reason": "Busy."}
BOTH = {**DOWNTOWN, "priority": 1, "amount": 30, "unit": "minutes", "reason": "Both."}
UNPLACED = target(5, "days", overrides=[URGENT, DOWNTOWN, BOTH])
# As the catalog's snapshot holds it, which knows the areas' ids.
VARIED = UNPLACED.model_copy(
    update={
        "overrides": tuple(
            override.model_copy(update={"area_id": 7 if override.area else None})
            for override in UNPLACED.overrides
        )
    }
)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ({"priority": 1}, "Danger."),
        ({"area_ids": (3, 7)}, "Busy."),
        ({"area_ids": (3, 7), "priority": 1}, "Both."),
        ({"area_ids": (3,), "priority": 3}, ""),
    ],
)
def test_the_most_specific_override_is_promised(case: dict[str, Any], reason: str) -> None:
    assert getattr(promise(VARIED, **case), "reason", "") == reason


def test_an_override_moves_the_due_date() -> None:
    assert shown(due(VARIED, at("2026-06-02 10:00"), priority=1)) == "Tue 06-02 14:00"


def test_an_area_that_is_not_loaded_overrides_nothing() -> None:
    assert promise(UNPLACED, area_ids=(3, 7)) is UNPLACED


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (target(1, "days"), "1 day"),
        (target(3, "days", "business"), "3 working days"),
        (target(30, "minutes"), "30 minutes"),
    ],
)
def test_a_promise_is_said_in_plain_words(what: Target, words: str) -> None:
    assert describe(what) == words


def test_a_pause_moves_a_calendar_target_by_its_length() -> None:
    moved = after_pause(
        target(5, "days"), at("2026-06-10 10:00"), at("2026-06-06 10:00"), at("2026-06-08 11:00")
    )
    assert shown(moved) == "Fri 06-12 11:00"


def test_a_pause_over_a_weekend_moves_working_time_by_what_would_have_been_worked() -> None:
    moved = after_pause(
        target(8, "hours", "business"),
        at("2026-06-08 12:00"),
        at("2026-06-05 15:30"),
        at("2026-06-08 09:00"),
    )
    assert shown(moved) == "Mon 06-08 14:30"


def test_a_pause_at_night_moves_no_working_time() -> None:
    closing = at("2026-06-08 16:30")
    moved = after_pause(
        target(8, "hours", "business"), closing, at("2026-06-05 18:00"), at("2026-06-07 18:00")
    )
    assert moved == closing


def test_the_clock_of_the_override_counts_the_pause() -> None:
    what = target(2, "days", "business", overrides=[URGENT])
    moved = due_after_pause(
        what,
        due_at=at("2026-06-06 12:00"),
        paused_at=at("2026-06-06 10:00"),
        resumed_at=at("2026-06-06 11:00"),
        working_time=OFFICE,
        zone=NEW_YORK,
        priority=1,
    )
    assert shown(moved) == "Sat 06-06 13:00"


STARTS = st.one_of(
    st.datetimes(datetime(2025, 12, 20), datetime(2026, 12, 31)),
    st.builds(
        lambda day, minutes: day + minutes * MINUTE,
        st.sampled_from([datetime(2026, 3, 7), datetime(2026, 10, 31), datetime(2025, 12, 30)]),
        st.integers(0, 5 * 1440),
    ),
).map(lambda moment: moment.replace(tzinfo=UTC))
UNITS = st.sampled_from(["minutes", "hours", "days"])
CLOCKS = st.sampled_from(["calendar", "business"])
TARGETS = st.builds(target, st.integers(1, 200), UNITS, CLOCKS)
PAUSES = st.integers(0, 30 * 1440).map(lambda minutes: minutes * MINUTE)


def wall(moment: datetime) -> datetime:
    return moment.astimezone(NEW_YORK).replace(tzinfo=None)


@quick
@given(TARGETS, STARTS, STARTS)
def test_a_later_start_is_never_due_earlier(what: Target, one: datetime, other: datetime) -> None:
    first, second = sorted([one, other])
    # Within the hour that comes twice, a later moment shows an earlier time of day.
    assume(what.unit != "days" or wall(first) <= wall(second))
    assert due(what, first) <= due(what, second)


@quick
@given(st.integers(1, 200), st.integers(1, 200), UNITS, CLOCKS, STARTS)
def test_a_longer_target_is_never_due_earlier(
    one: int, other: int, unit: str, clock: str, start: datetime
) -> None:
    less, more = sorted([one, other])
    assert due(target(less, unit, clock), start) <= due(target(more, unit, clock), start)


@quick
@given(TARGETS, STARTS)
def test_nothing_is_due_before_it_starts(what: Target, start: datetime) -> None:
    assert due(what, start) >= start


@quick
@given(st.integers(1, 200), UNITS, STARTS)
def test_working_targets_are_due_within_working_hours(
    amount: int, unit: str, start: datetime
) -> None:
    found = wall(due(target(amount, unit, "business"), start))
    minute = timedelta(hours=found.hour, minutes=found.minute, seconds=found.second)
    minute += timedelta(microseconds=found.microsecond)
    hours = OFFICE.spec.hours_on(found.date())
    assert any(h.opens * MINUTE <= minute <= h.closes * MINUTE for h in hours)


@quick
@given(st.integers(1, 400), STARTS)
def test_calendar_days_are_the_same_wall_clock_time(days: int, start: datetime) -> None:
    wanted = wall(start) + timedelta(days=days)
    # A time that the clocks skip that day does not survive the way to UTC and back.
    skipped = wall(wanted.replace(tzinfo=NEW_YORK).astimezone(UTC)) != wanted
    assert skipped or wall(due(target(days, "days"), start)) == wanted


@quick
@given(TARGETS, STARTS, PAUSES, PAUSES)
def test_a_pause_moves_the_due_date_by_exactly_its_time(
    what: Target, start: datetime, until_pause: timedelta, length: timedelta
) -> None:
    before = due(what, start)
    paused = start + until_pause
    assume(paused < before)
    moved = after_pause(what, before, paused, paused + length)
    if what.clock == "calendar":
        assert moved - before == length
    else:
        assert OFFICE.between(before, moved) == OFFICE.between(paused, paused + length)


@quick
@given(TARGETS, STARTS, PAUSES, PAUSES)
def test_a_pause_after_the_due_date_moves_nothing(
    what: Target, start: datetime, late: timedelta, length: timedelta
) -> None:
    before = due(what, start)
    assert after_pause(what, before, before + late, before + late + length) == before


@quick
@given(TARGETS, STARTS, PAUSES, PAUSES, PAUSES)
def test_two_pauses_in_a_row_are_one(
    what: Target, start: datetime, until_pause: timedelta, first: timedelta, second: timedelta
) -> None:
    before = due(what, start)
    paused = start + until_pause
    assume(paused < before)
    middle, resumed = paused + first, paused + first + second
    once = after_pause(what, before, paused, resumed)
    again = after_pause(what, before, paused, middle)
    assume(middle < again)
    assert after_pause(what, again, middle, resumed) == once
