"""How many people a half hour needs: published values, a simulation, and what must always hold."""

import heapq
import random
import statistics
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.calls.staffing.rules import (
    MOST_PEOPLE,
    BadDemand,
    Demand,
    Goal,
    OutOfReach,
    TooFewPeople,
    erlang_b,
    erlang_c,
    required,
    waiting,
)

HALF_HOUR = Demand(calls=100, handling_s=180)
IMPATIENT = Demand(calls=240, minutes=60, handling_s=222, patience_s=120)

demands = st.builds(
    Demand,
    calls=st.floats(0, 400),
    handling_s=st.floats(20, 900),
    patience_s=st.none() | st.floats(10, 2_000),
)
goals = st.builds(
    Goal,
    answered=st.floats(0.5, 0.98),
    within_s=st.floats(0, 120),
    abandoned=st.floats(0.02, 1),
    busy=st.floats(0.6, 1),
)


@pytest.mark.parametrize(
    ("calls", "minutes", "handling_s", "people", "within_s", "waits", "answered", "mean_s"),
    [
        (100, 30, 180, 14, 20, 0.174132, 0.888350, 7.836),
        (1_000, 60, 120, 40, 20, 0.190737, 0.937211, 3.433),
        (200, 30, 180, 24, 20, 0.298072, 0.808882, None),
        (240, 60, 222, 18, 30, None, 0.784362, None),
        (240, 60, 222, 19, 30, None, 0.873776, None),
    ],
)
def test_erlang_c_gives_the_published_values(
    calls: float,
    minutes: float,
    handling_s: float,
    people: int,
    within_s: float,
    waits: float | None,
    answered: float,
    mean_s: float | None,
) -> None:
    demand = Demand(calls=calls, minutes=minutes, handling_s=handling_s)
    told = waiting(demand, people, within_s=within_s)
    assert told.answered == pytest.approx(answered, abs=5e-7)
    if waits is not None:
        assert told.waits == pytest.approx(waits, abs=5e-7)
    if mean_s is not None:
        assert told.mean_s == pytest.approx(mean_s, abs=5e-4)


@pytest.mark.parametrize(
    ("demand", "people", "waits", "abandoned"),
    [
        (Demand(calls=48, minutes=1, handling_s=60, patience_s=120), 50, None, 0.030912),
        (IMPATIENT, 15, 0.446630, 0.111952),
    ],
)
def test_erlang_a_gives_the_published_values(
    demand: Demand, people: int, waits: float | None, abandoned: float
) -> None:
    told = waiting(demand, people, within_s=30)
    assert told.abandoned == pytest.approx(abandoned, abs=5e-7)
    if waits is not None:
        assert told.waits == pytest.approx(waits, abs=5e-7)


def test_nineteen_people_answer_eighty_percent_in_half_a_minute() -> None:
    demand = Demand(calls=240, minutes=60, handling_s=222)
    assert required(demand, Goal(answered=0.8, within_s=30)).people == 19


def test_erlang_b_is_the_part_that_finds_everybody_busy() -> None:
    # Of one person who is offered as much work as one can do, every second call is lost.
    assert erlang_b(1.0, 1) == pytest.approx(0.5)
    assert erlang_b(5.0, 0) == 1.0


def test_a_queue_that_nobody_leaves_needs_more_people_than_work() -> None:
    with pytest.raises(TooFewPeople, match="More than 10 people"):
        waiting(HALF_HOUR, 10, within_s=20)
    assert erlang_c(10.0, 10) == 1.0


def test_with_nobody_there_everybody_hangs_up() -> None:
    told = waiting(IMPATIENT, 0, within_s=30)
    assert (told.waits, told.answered, told.abandoned, told.busy) == (1.0, 0.0, 1.0, 0.0)
    assert told.mean_s == pytest.approx(120)


@pytest.mark.parametrize("calls", [0.0, 5e-324, 1e-20])
@pytest.mark.parametrize("patience_s", [None, 60.0])
def test_no_calls_need_no_people(calls: float, patience_s: float | None) -> None:
    assert required(replace(HALF_HOUR, calls=calls, patience_s=patience_s), Goal()).people == 0


def test_callers_who_never_hang_up_are_the_limit_of_patience() -> None:
    patient = waiting(HALF_HOUR, 14, within_s=20)
    nearly = waiting(replace(HALF_HOUR, patience_s=1e7), 14, within_s=20)
    assert nearly.answered == pytest.approx(patient.answered, abs=1e-4)
    assert nearly.mean_s == pytest.approx(patient.mean_s, rel=1e-3)


def test_a_long_queue_of_patient_callers_is_still_a_number() -> None:
    flood = Demand(calls=2_200, handling_s=240, patience_s=3_600)
    told = waiting(flood, 1, within_s=30)
    # What is not served hangs up: one person serves seven and a half of them.
    assert told.abandoned == pytest.approx(1 - 7.5 / 2_200, abs=1e-6)
    assert told.busy == pytest.approx(1.0, abs=1e-6)


def test_people_who_are_busy_all_the_time_are_not_planned_for() -> None:
    rushed = required(HALF_HOUR, Goal(answered=0.5, within_s=60))
    calm = required(HALF_HOUR, Goal(answered=0.5, within_s=60, busy=0.8))
    assert rushed.busy > 0.8
    assert calm.busy <= 0.8
    assert calm.people > rushed.people


@pytest.mark.parametrize(
    "wrong",
    [
        {"calls": -1.0},
        {"calls": float("nan")},
        {"handling_s": 0.0},
        {"minutes": -5.0},
        {"patience_s": 0.0},
        {"calls": 1e9},
    ],
)
def test_numbers_that_no_centre_has_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadDemand):
        replace(HALF_HOUR, **wrong)


def test_a_goal_that_nobody_can_reach_is_said_to_be_so() -> None:
    # Nobody answers in no time a caller who hangs up sooner than that.
    with pytest.raises(OutOfReach):
        required(Demand(calls=8e4, handling_s=110, patience_s=1), Goal(answered=1.0, within_s=0))


@given(demands, goals)
def test_what_is_required_reaches_the_goal_and_one_fewer_does_not(
    demand: Demand, goal: Goal
) -> None:
    told = required(demand, goal)
    assert goal.met_by(told)
    assert told.people < MOST_PEOPLE
    if told.people > 0:
        try:
            fewer = waiting(demand, told.people - 1, within_s=goal.within_s)
        except TooFewPeople:
            return
        assert not goal.met_by(fewer)


@given(demands, st.integers(0, 200), st.floats(0, 300))
def test_every_part_is_a_part_and_more_people_are_never_worse(
    demand: Demand, people: int, within_s: float
) -> None:
    try:
        told = waiting(demand, people, within_s=within_s)
    except TooFewPeople:
        return
    more = waiting(demand, people + 1, within_s=within_s)
    for each in (told, more):
        assert all(0 <= part <= 1 for part in (each.waits, each.answered, each.abandoned))
        assert 0 <= each.busy <= 1 + 1e-9
        assert each.mean_s >= 0
    assert more.answered >= told.answered - 1e-9
    assert more.mean_s <= told.mean_s + 1e-9
    assert more.abandoned <= told.abandoned + 1e-9


@pytest.mark.parametrize(
    ("demand", "people"),
    [
        pytest.param(HALF_HOUR, 12, id="patient"),
        pytest.param(IMPATIENT, 15, id="some-hang-up"),
        pytest.param(replace(IMPATIENT, patience_s=40.0), 10, id="many-hang-up"),
    ],
)
def test_a_simulation_of_the_queue_agrees(demand: Demand, people: int) -> None:
    told = waiting(demand, people, within_s=30)
    seen = [simulated(demand, people, within_s=30, seed=seed) for seed in range(20)]
    for name in ("waits", "answered", "abandoned", "mean_s"):
        values = [each[name] for each in seen]
        # Twenty independent runs: the 99.9% interval of Student's t with 19 degrees of freedom.
        reach = 3.883 * statistics.stdev(values) / len(values) ** 0.5
        assert getattr(told, name) == pytest.approx(statistics.fmean(values), abs=reach + 1e-12)


def simulated(demand: Demand, people: int, *, within_s: float, seed: int) -> dict[str, float]:
    """The same queue, caller by caller: who comes, waits, hangs up or is answered, and when."""
    chance = random.Random(seed)
    # When each of the people is free again. Calls are answered in the order they came, so a
    # caller is answered when the first of them is, unless patience ends before.
    free = [0.0] * people
    at, seen = 0.0, []
    for n in range(7_000):
        at += chance.expovariate(demand.per_second)
        patience = chance.expovariate(1 / demand.patience_s) if demand.patience_s else float("inf")
        handling = chance.expovariate(1 / demand.handling_s)
        waited = max(0.0, free[0] - at)
        stays = waited <= patience
        if stays:
            heapq.heapreplace(free, at + waited + handling)
        # The first thousand fill the empty centre.
        if n >= 1_000:
            seen.append((min(waited, patience), waited > 0, stays, stays and waited <= within_s))
    return {
        "mean_s": statistics.fmean(each[0] for each in seen),
        "waits": statistics.fmean(each[1] for each in seen),
        "abandoned": 1 - statistics.fmean(each[2] for each in seen),
        "answered": statistics.fmean(each[3] for each in seen),
    }
