"""Shifts: proposed, taken over, and kept."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from citycall.accounts.models import Role, User
from citycall.calls.models import DeskSpell
from citycall.calls.shifts import actions, adherence, planned
from citycall.calls.shifts.models import PlannedShift
from citycall.calls.staffing.planning import Shift
from citycall.calls.staffing.proposing import patterns, propose
from citycall.core.errors import NotAllowed
from tests import city as small_city

ZONE = ZoneInfo("America/New_York")
DAY = date(2026, 3, 18)
NOW = datetime(2026, 3, 17, 15, tzinfo=UTC)


@pytest.fixture
def city(db: None) -> small_city.City:
    return small_city.build()


def local(hour: float, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(hours=hour)


def test_proposed_shifts_close_every_gap_that_shifts_can_reach() -> None:
    missing = [0] * 14 + [2, 3, 5, 6, 6, 6, 5, 5, 6, 6, 5, 4, 4, 3, 2, 2, 1, 1] + [0] * 16
    found = propose(missing)
    for half_hour, wanted in enumerate(missing):
        assert sum(shift.at_work(half_hour) for shift in found) >= wanted
    paid = sum(shift.people * shift.lasts for shift in found)
    assert paid <= 1.5 * sum(missing)


def test_nothing_missing_needs_no_shift_and_the_small_hours_are_left() -> None:
    assert propose([0] * 48) == []
    assert propose([-3] * 48) == []
    assert propose([1] * 4 + [0] * 44) == []
    assert min(shift.begins for shift in patterns()) == 10


def test_a_single_gap_gets_the_shortest_shift() -> None:
    missing = [0] * 48
    missing[20] = 1
    (shift,) = propose(missing)
    assert (shift.people, shift.lasts) == (1, 8)


def test_shifts_go_to_whoever_is_free_and_has_rested(city: small_city.City) -> None:
    """The only call-taker worked until midnight: nobody can begin at eight."""
    taker = User.objects.get(username="call-taker")
    PlannedShift.objects.create(taker=taker, begins=local(-6), ends=local(0))
    wanted = [Shift(begins=16, lasts=17, people=1, break_at=24)]
    told = actions.take_over(DAY, wanted, by=city.supervisor, zone=ZONE, at=NOW)
    assert told == (0, 1)
    small_city.member("second", Role.CALL_TAKER)
    assert actions.take_over(DAY, wanted, by=city.supervisor, zone=ZONE, at=NOW) == (1, 0)
    shift = PlannedShift.objects.get(taker__username="second")
    assert (shift.begins, shift.ends, shift.break_at) == (local(8), local(16.5), local(12))
    assert planned.people(DAY, zone=ZONE) == {n: 1 for n in range(16, 33) if n != 24}


def test_nobody_works_more_than_their_week(city: small_city.City) -> None:
    wanted = [Shift(begins=16, lasts=17, people=1, break_at=24)]
    given = [
        actions.take_over(DAY + timedelta(days=n), wanted, by=city.supervisor, zone=ZONE, at=NOW)[0]
        for n in range(-1, 5)
    ]
    assert sum(given) == 5


def test_the_past_is_not_planned_and_call_takers_do_not_plan(city: small_city.City) -> None:
    later = NOW + timedelta(days=3)
    with pytest.raises(actions.Past):
        actions.take_over(DAY, [], by=city.supervisor, zone=ZONE, at=later)
    with pytest.raises(NotAllowed):
        actions.take_over(DAY, [], by=city.call_taker, zone=ZONE, at=NOW)


def spell(taker: User, state: str, since: float, until: float, reason: str = "") -> None:
    DeskSpell.objects.create(
        taker=taker, state=state, reason=reason, since=local(since), until=local(until)
    )


def test_adherence_is_the_part_of_the_plan_at_the_desk(city: small_city.City) -> None:
    taker = User.objects.get(username="call-taker")
    PlannedShift.objects.create(taker=taker, begins=local(8), ends=local(16.5), break_at=local(12))
    spell(taker, "ready", 8.5, 11)
    spell(taker, "away", 11, 11.5, "training")
    spell(taker, "busy", 11.5, 12)
    spell(taker, "away", 12, 12.75, "break")
    spell(taker, "ready", 12.75, 18)
    (told,) = adherence.of_everybody(local(0), local(24), by=city.supervisor, at=local(24))
    hours = {reason: seconds / 3600 for reason, seconds in told.reasons}
    # Half an hour late; the break's first half hour is planned, its last quarter is not.
    assert (told.planned_s / 3600, told.off_s / 3600) == (8.0, 0.5)
    assert hours == {"training": 0.5, "break": 0.25}
    assert told.right_s / 3600 == 6.75
    assert told.share == 6.75 / 8


def test_what_is_to_come_is_not_judged(city: small_city.City) -> None:
    taker = User.objects.get(username="call-taker")
    PlannedShift.objects.create(taker=taker, begins=local(8), ends=local(16))
    spell(taker, "ready", 8, 10)
    told = adherence.own(local(0), local(24), by=city.call_taker, at=local(10))
    assert told is not None
    assert told.share == 1.0
