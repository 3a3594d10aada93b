"""When steps come, by the clock of the promise; what holds for every promise."""

# ruff: noqa: DTZ001  (the strategy adds the zone)

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.agencies.calendars import CalendarSpec, WorkingTime
from citycall.escalations.rules import Promise, moment_of, outlook
from citycall.escalations.specs import USUAL, Step

ZONE = ZoneInfo("America/New_York")
OFFICE = WorkingTime(
    CalendarSpec.model_validate(
        {"code": "o", "name": "O", "hours": {day: ["08:00-16:00"] for day in range(1, 6)}}
    ),
    ZONE,
)
MONDAY = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
quick = settings(max_examples=80, deadline=None)
moments = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2027, 6, 1), timezones=st.just(UTC)
)


def step(**fields: object) -> Step:
    return Step.model_validate({"code": "s", "name": "S", **fields})


def shown(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%a %H:%M")


def test_a_share_of_a_working_promise_counts_working_time() -> None:
    # Friday 8:00 to Monday 16:00 are 16 working hours; three quarters of them end on Monday noon.
    promise = Promise(MONDAY + timedelta(days=4), MONDAY + timedelta(days=7, hours=7), True)
    assert shown(moment_of(step(share=0.75), promise, working_time=OFFICE)) == "Mon 12:00"


def test_a_share_of_a_calendar_promise_counts_all_time() -> None:
    promise = Promise(MONDAY, MONDAY + timedelta(hours=24), False)
    found = moment_of(step(share=0.5), promise, working_time=OFFICE)
    assert found == MONDAY + timedelta(hours=12)


def test_days_after_the_date_are_working_days() -> None:
    friday = MONDAY + timedelta(days=4)
    found = moment_of(step(days_after=2), Promise(MONDAY, friday, True), working_time=OFFICE)
    assert shown(found) == "Tue 08:00"


@quick
@given(moments, st.timedeltas(timedelta(0), timedelta(days=90)), st.booleans())
def test_the_usual_steps_come_in_their_order(
    started: datetime, length: timedelta, business: bool
) -> None:
    promise = Promise(started, started + length, business)
    found = [moment_of(each, promise, working_time=OFFICE) for each in USUAL.steps]
    assert started <= found[0] <= found[1] == promise.due <= found[2]


@quick
@given(moments, st.timedeltas(timedelta(0), timedelta(days=90)), moments)
def test_every_step_comes_once_whenever_one_looks(
    started: datetime, length: timedelta, at: datetime
) -> None:
    promise = Promise(started, started + length, False)
    seen = outlook(USUAL.steps, promise, done=(), working_time=OFFICE, at=at)
    done = {each.code for each, _moment in seen.come}
    again = outlook(USUAL.steps, promise, done=done, working_time=OFFICE, at=at)
    assert again.come == ()
    assert seen.next_at == again.next_at
    assert (again.next_at is None) == (len(done) == len(USUAL.steps))
    assert again.next_at is None or again.next_at > at
