"""Working time: examples that a person can check, and what holds for every calendar."""

# ruff: noqa: DTZ001  (what a clock on the wall shows has no zone)

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.agencies.calendars import CalendarSpec, Hours, WorkingTime

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = {day: ["08:00-12:00", "12:30-16:30"] for day in range(1, 6)}
ALWAYS = {day: ["00:00-24:00"] for day in range(1, 8)}
MINUTE = timedelta(minutes=1)

# The first use of a country's holidays loads them, which takes longer than an example may.
quick = settings(max_examples=60, deadline=None)


def working(hours: object = OFFICE, **fields: object) -> WorkingTime:
    document = {"code": "office", "name": "Office", "hours": hours, **fields}
    return WorkingTime(CalendarSpec.model_validate(document), NEW_YORK)


OFFICE_TIME = working(holidays={"country": "US", "subdivision": "MD"})
ALWAYS_TIME = working(ALWAYS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def shown(moment: datetime) -> str:
    return moment.astimezone(NEW_YORK).strftime("%a %m-%d %H:%M")


def test_minutes_run_over_a_break() -> None:
    assert shown(OFFICE_TIME.add(at("2026-06-02 11:30"), 60)) == "Tue 06-02 13:00"


def test_a_span_that_fills_the_day_ends_with_it() -> None:
    assert shown(OFFICE_TIME.add(at("2026-06-02 15:30"), 60)) == "Tue 06-02 16:30"


def test_minutes_run_over_a_weekend_and_a_holiday() -> None:
    # Friday before Memorial Day (Monday 25 May 2026).
    assert shown(OFFICE_TIME.add(at("2026-05-22 16:00"), 60)) == "Tue 05-26 08:30"


def test_no_minutes_at_night_mean_the_next_opening() -> None:
    assert shown(OFFICE_TIME.add(at("2026-06-02 22:00"), 0)) == "Wed 06-03 08:00"


def test_a_night_of_the_spring_change_is_an_hour_shorter() -> None:
    assert ALWAYS_TIME.between(at("2026-03-08 00:00"), at("2026-03-09 00:00")) == 23 * 60


def test_a_night_of_the_autumn_change_is_an_hour_longer() -> None:
    assert ALWAYS_TIME.between(at("2026-11-01 00:00"), at("2026-11-02 00:00")) == 25 * 60


def test_office_hours_are_the_same_local_ones_after_the_change() -> None:
    assert shown(OFFICE_TIME.add(at("2026-03-06 16:00"), 60)) == "Mon 03-09 08:30"


def test_hours_that_the_clocks_skip_are_not_worked() -> None:
    night = working({7: ["02:00-02:45", "04:00-05:00"]})
    assert night.between(at("2026-03-08 00:00"), at("2026-03-09 00:00")) == 60


def test_hours_that_the_clocks_repeat_are_worked_twice() -> None:
    night = working({7: ["01:15-01:45"]})
    assert night.between(at("2026-11-01 00:00"), at("2026-11-02 00:00")) == 60


def test_working_days_keep_the_time_of_day() -> None:
    # Columbus Day is Monday 12 October 2026.
    assert shown(OFFICE_TIME.add_days(at("2026-10-09 10:15"), 1)) == "Tue 10-13 10:15"


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-06-02 06:00", "Wed 06-03 08:00"),
        ("2026-06-02 12:15", "Wed 06-03 12:00"),
        ("2026-06-02 20:00", "Wed 06-03 16:30"),
        ("2026-06-06 10:00", "Mon 06-08 16:30"),
    ],
)
def test_working_days_from_outside_the_hours(start: str, due: str) -> None:
    assert shown(OFFICE_TIME.add_days(at(start), 1)) == due


def test_time_never_runs_backwards() -> None:
    with pytest.raises(ValueError, match="forward"):
        OFFICE_TIME.add(at("2026-06-02 10:00"), -1)


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        OFFICE_TIME.add(datetime(2026, 6, 2), 1)


def test_ninety_working_days_are_found_without_counting_minutes() -> None:
    """A year is made into a table once; afterwards the work is a few halvings."""
    time = working()
    time.add(at("2026-01-02 08:00"), 1)
    asked: list[date] = []
    hours_on = time.spec.hours_on
    object.__setattr__(time, "spec", _Asked(hours_on, asked))
    assert shown(time.add(at("2026-01-02 08:00"), 90 * 480)) == "Thu 05-07 16:30"
    assert asked == []


class _Asked:
    def __init__(self, hours_on: object, asked: list[date]) -> None:
        self._hours_on, self._asked = hours_on, asked

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        self._asked.append(day)
        return self._hours_on(day)  # type: ignore[operator,no-any-return]


TIMES_OF_DAY = st.integers(0, 96).map(lambda quarter: quarter * 15)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingTime:
    hours = {}
    for day in range(1, 8):
        marks = sorted(draw(st.sets(TIMES_OF_DAY, max_size=4)))
        pairs = zip(marks[::2], marks[1::2], strict=False)
        hours[day] = [Hours(opens, closes) for opens, closes in pairs]
    if not any(hours.values()):
        hours[draw(st.integers(1, 7))] = [Hours(480, 960)]
    extra = draw(st.sets(st.dates(date(2025, 12, 1), date(2027, 2, 1)), max_size=20))
    holidays = {"country": draw(st.sampled_from(["", "US"])), "extra": sorted(extra)}
    zone = ZoneInfo(draw(st.sampled_from(["America/New_York", "Australia/Lord_Howe", "UTC"])))
    document = {"code": "any", "name": "Any", "hours": hours, "holidays": holidays}
    return WorkingTime(CalendarSpec.model_validate(document), zone)


# Around New Year, both changes of the clocks, and the days between.
_NEAR = st.sampled_from([datetime(2026, 3, 7), datetime(2026, 10, 31), datetime(2025, 12, 30)])
STARTS = st.one_of(
    st.datetimes(datetime(2025, 12, 1), datetime(2027, 2, 1)),
    st.builds(lambda day, minutes: day + minutes * MINUTE, _NEAR, st.integers(0, 5 * 1440)),
).map(lambda moment: moment.replace(tzinfo=UTC))
MINUTES = st.one_of(
    st.integers(0, 60 * 24 * 30), st.floats(0, 60 * 24 * 30).map(lambda m: round(m, 4))
)


def by_hand(time: WorkingTime, start: datetime, minutes: int) -> int:
    """Worked minutes among the ``minutes`` after ``start``, asking the clock on the wall."""
    worked = 0
    for n in range(minutes):
        wall = (start + n * MINUTE).astimezone(time.zone)
        minute = wall.hour * 60 + wall.minute
        worked += any(h.opens <= minute < h.closes for h in time.spec.hours_on(wall.date()))
    return worked


@quick
@given(calendars(), STARTS, st.integers(0, 3 * 1440))
def test_between_agrees_with_counting_by_hand(
    time: WorkingTime, start: datetime, minutes: int
) -> None:
    start = start.replace(second=0, microsecond=0)
    assert time.between(start, start + minutes * MINUTE) == by_hand(time, start, minutes)


@quick
@given(calendars(), STARTS, MINUTES)
def test_between_is_what_was_added(time: WorkingTime, start: datetime, minutes: float) -> None:
    assert time.between(start, time.add(start, minutes)) == pytest.approx(minutes, abs=1e-6)


@quick
@given(calendars(), STARTS, STARTS, MINUTES, MINUTES)
def test_adding_is_monotone_in_start_and_amount(
    time: WorkingTime, one: datetime, other: datetime, less: float, more: float
) -> None:
    first, second = sorted([one, other])
    less, more = sorted([less, more])
    assert time.add(first, less) <= time.add(second, less)
    assert time.add(first, less) <= time.add(first, more)


@quick
@given(calendars(), STARTS, MINUTES)
def test_what_is_due_is_due_within_the_hours(
    time: WorkingTime, start: datetime, minutes: float
) -> None:
    due = time.add(start, minutes)
    assert due >= start
    assert is_within(time, due)


@quick
@given(calendars(), STARTS, st.integers(1, 300))
def test_working_days_are_due_within_the_hours(
    time: WorkingTime, start: datetime, days: int
) -> None:
    due = time.add_days(start, days)
    assert due > start
    assert is_within(time, due) or clocks_change_near(time, due)


@quick
@given(calendars(), STARTS, STARTS, st.integers(1, 300), st.integers(1, 300))
def test_working_days_are_monotone_in_local_start_and_amount(
    time: WorkingTime, one: datetime, other: datetime, less: int, more: int
) -> None:
    first, second = sorted([one, other], key=lambda start: _wall(time, start))
    less, more = sorted([less, more])
    assert time.add_days(first, less) <= time.add_days(second, less)
    assert time.add_days(first, less) <= time.add_days(first, more)


@quick
@given(calendars(), STARTS, st.integers(1, 300))
def test_working_days_count_the_days_that_have_hours(
    time: WorkingTime, start: datetime, days: int
) -> None:
    first = start.astimezone(time.zone).date()
    last = (time.add_days(start, days) - timedelta(microseconds=1)).astimezone(time.zone).date()
    passed = (first + timedelta(days=n + 1) for n in range((last - first).days))
    assert sum(bool(time.spec.hours_on(day)) for day in passed) in (days, days - 1)


def _wall(time: WorkingTime, moment: datetime) -> datetime:
    return moment.astimezone(time.zone).replace(tzinfo=None)


def is_within(time: WorkingTime, due: datetime) -> bool:
    just_before = due - timedelta(microseconds=1)
    return any(_is_open(time, moment) for moment in (due, just_before))


def _is_open(time: WorkingTime, moment: datetime) -> bool:
    wall = moment.astimezone(time.zone)
    minute = wall.hour * 60 + wall.minute
    return any(h.opens <= minute < h.closes for h in time.spec.hours_on(wall.date()))


def clocks_change_near(time: WorkingTime, due: datetime) -> bool:
    day = timedelta(days=1)
    offsets = {(due + n * day).astimezone(time.zone).utcoffset() for n in (-1, 0, 1)}
    return len(offsets) > 1


FROM_OPENING = working(from_opening=True)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-06-02 10:15", "Thu 06-04 10:15"),
        ("2026-06-02 05:00", "Thu 06-04 08:00"),
        ("2026-06-02 18:00", "Fri 06-05 08:00"),
        ("2026-06-05 18:00", "Wed 06-10 08:00"),
        ("2026-06-06 10:00", "Wed 06-10 08:00"),
    ],
)
def test_working_days_may_count_from_the_next_opening(start: str, due: str) -> None:
    assert shown(FROM_OPENING.add_days(at(start), 2)) == due


def test_minutes_are_the_same_by_a_calendar_that_counts_days_from_the_next_opening() -> None:
    start = at("2026-06-02 18:00")
    assert FROM_OPENING.add(start, 90) == working().add(start, 90)
