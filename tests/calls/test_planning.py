"""Shifts against what a day needs."""

from dataclasses import replace
from datetime import date

import pytest

from citycall.calls.staffing.forecast import HALF_HOURS, Forecast
from citycall.calls.staffing.planning import Needs, Shift, plan
from citycall.calls.staffing.rules import BadDemand, Goal

DAY = Forecast(date(2026, 3, 2), (0.0,) * 16 + (100.0,) * 20 + (0.0,) * 12, 1_800, 2_200)
NEEDS = Needs(handling_s=180, goal=Goal(answered=0.8, within_s=20))
MORNING = Shift(begins=16, lasts=10, people=14)


def test_each_half_hour_says_whom_it_needs_and_whom_it_has() -> None:
    rows = plan(DAY, NEEDS, [MORNING])
    assert len(rows) == HALF_HOURS
    assert (rows[0].needed, rows[0].planned, rows[0].gap) == (0, 0, 0)
    assert (rows[16].needed, rows[16].planned, rows[16].gap) == (14, 14, 0)
    assert (rows[30].needed, rows[30].planned, rows[30].gap) == (14, 0, 14)


def test_what_the_planned_people_make_of_it_is_told() -> None:
    told = plan(DAY, NEEDS, [MORNING])[16].told
    assert told is not None
    assert told.answered == pytest.approx(0.888350, abs=5e-7)


def test_a_half_hour_in_which_the_queue_never_ends_is_told_as_such() -> None:
    assert plan(DAY, NEEDS, [replace(MORNING, people=10)])[16].told is None


def test_where_callers_hang_up_every_number_of_people_can_be_told() -> None:
    told = plan(DAY, replace(NEEDS, patience_s=90), [replace(MORNING, people=5)])[16].told
    assert told is not None
    assert told.abandoned > 0.4


def test_a_break_takes_people_away() -> None:
    rows = plan(DAY, NEEDS, [MORNING, Shift(begins=16, lasts=10, people=3, break_at=20)])
    assert [rows[n].planned for n in (19, 20, 21)] == [17, 14, 17]


def test_a_shift_goes_past_midnight() -> None:
    night = Shift(begins=44, lasts=12, people=4, break_at=50)
    assert [plan(DAY, NEEDS, [night])[n].planned for n in (43, 44, 47)] == [0, 4, 4]
    following = plan(DAY, NEEDS, [], before=[night])
    assert [following[n].planned for n in (0, 2, 7, 8)] == [4, 0, 4, 0]


def test_more_are_paid_than_answer() -> None:
    assert NEEDS.paid(14) == 20
    assert replace(NEEDS, away=0.0).paid(14) == 14


@pytest.mark.parametrize(
    "wrong", [{"begins": 48}, {"begins": -1}, {"lasts": 0}, {"lasts": 49}, {"people": -1}]
)
def test_a_shift_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadDemand):
        replace(MORNING, **wrong)
