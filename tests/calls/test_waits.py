"""What waiting callers are told: what must always hold, and a storm in which it is compared."""

import math
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.calls.pace.rules import (
    UNKNOWN,
    Desks,
    Pace,
    Skills,
    Sums,
    competing,
    expected_wait,
    pace_of,
)
from tests.calls.centre import Centre, covered, of_bench, within

PACE = Pace(handling_s=200, spread=0.7, wrap_up_s=30, leaving=1 / 600)

paces = st.builds(
    Pace,
    handling_s=st.floats(20, 1_200),
    spread=st.floats(0.2, 2),
    wrap_up_s=st.floats(1, 300),
    leaving=st.floats(0, 0.05),
    unsure=st.floats(0, 0.5),
)
desks = st.builds(
    Desks,
    ready=st.integers(0, 20),
    talking_s=st.lists(st.floats(0, 4_000), max_size=30).map(tuple),
    wrapping=st.integers(0, 20),
)
SOMEBODY = desks.filter(lambda each: each.people > 0)


def seconds(ahead: float, some: Desks, pace: Pace, patient: float = 0.0) -> float:
    found = expected_wait(ahead=ahead, patient=patient, desks=some, pace=pace)
    assert found is not None
    return found.seconds


@given(SOMEBODY, paces, st.integers(0, 3_000), st.integers(0, 3_000), st.floats(0, 1))
def test_nobody_further_behind_is_told_less(some, pace, ahead, more, patient) -> None:
    back = round(ahead * patient)
    near = seconds(ahead, some, pace, back)
    assert seconds(ahead + more, some, pace, back) >= near * (1 - 1e-9) - 1e-6


@given(SOMEBODY, paces, st.integers(0, 3_000), st.floats(0, 4_000))
def test_one_more_desk_is_never_a_longer_wait(some, pace, ahead, elapsed) -> None:
    for more in (
        replace(some, ready=some.ready + 1),
        replace(some, wrapping=some.wrapping + 1),
        replace(some, talking_s=(*some.talking_s, elapsed)),
    ):
        assert seconds(ahead, more, pace) <= seconds(ahead, some, pace) * (1 + 1e-9) + 1e-6


@given(SOMEBODY, paces, st.integers(0, 3_000), st.integers(0, 3_000))
def test_the_more_hang_up_the_shorter_is_the_wait(some, pace, ahead, patient) -> None:
    all_stay = seconds(ahead, some, replace(pace, leaving=0.0))
    some_go = seconds(ahead, some, pace, min(patient, ahead))
    all_may_go = seconds(ahead, some, pace)
    assert all_may_go <= some_go * (1 + 1e-6) + 1e-6
    assert some_go <= all_stay * (1 + 1e-6) + 1e-6


@given(SOMEBODY, paces, st.integers(0, 3_000))
def test_low_and_high_are_around_what_is_told(some, pace, ahead) -> None:
    found = expected_wait(ahead=ahead, desks=some, pace=pace)
    assert found is not None
    assert 0 <= found.low <= found.seconds <= found.high


def test_where_nobody_is_nothing_is_told() -> None:
    assert expected_wait(ahead=0, desks=Desks(), pace=PACE) is None


def test_with_more_ready_than_ahead_nobody_waits() -> None:
    assert seconds(2, Desks(ready=3), PACE) == 0


def test_one_desk_that_talks_is_waited_for_as_its_conversation_lasts() -> None:
    just_begun = seconds(0, Desks(talking_s=(0.0,)), PACE)
    nearly_over = seconds(0, Desks(talking_s=(180.0,)), replace(PACE, spread=0.2))
    assert 130 < just_begun < 270
    assert nearly_over < 60


def test_a_long_patient_queue_is_its_work_shared_by_the_desks() -> None:
    busy = Desks(talking_s=(100.0,) * 25)
    assert seconds(500, busy, replace(PACE, leaving=0.0)) == pytest.approx(501 * 200 / 25, rel=0.03)


def test_a_long_queue_that_hangs_up_is_as_the_fluid_limit_says() -> None:
    # Somebody with n ahead waits for log(1 + n * theta / (N * mu)) / theta, or a little longer.
    busy = Desks(talking_s=(100.0,) * 25)
    fluid = 600 * math.log1p(500 / 600 / (25 / 200))
    assert seconds(500, busy, PACE) == pytest.approx(fluid, rel=0.03)


@pytest.mark.parametrize(
    ("patience", "least"),
    [
        pytest.param(lambda chance: chance.expovariate(1 / 300), 0.8, id="five-minutes"),
        pytest.param(lambda chance: chance.expovariate(1 / 600), 0.8, id="ten-minutes"),
        pytest.param(lambda chance: chance.lognormvariate(6.0, 0.9), 0.8, id="lognormal"),
        # Who hang up far more seldom than is thought of callers of whom nothing is known.
        pytest.param(lambda chance: chance.expovariate(1 / 1_800), 0.7, id="half-an-hour"),
        # The longer they wait, the sooner they hang up: one rate for all does not know it.
        pytest.param(lambda chance: chance.weibullvariate(600, 1.5), 0.6, id="ever-less-patient"),
    ],
)
def test_in_a_storm_most_are_told_their_wait_within_a_fifth(
    patience: Callable[[random.Random], float], least: float
) -> None:
    # 2,200 calls within 30 minutes, 25 call-takers, and nothing known of the weeks before.
    right, inside = [], []
    for seed in range(3):
        callers = Centre(patience=patience, seed=seed).run()
        right.append(within(callers, 0.2))
        inside.append(covered(callers))
    assert sum(right) / 3 >= least
    assert sum(inside) / 3 >= 0.7


def test_callers_who_differ_are_told_their_wait_as_well_where_ordinary_weeks_are_known() -> None:
    # The callers of bench/storm.py: a third never hangs up, others after 90, 300 and 900 s.
    weeks = Sums(
        handled=800,
        handling_s=800 * 70,
        handling_s2=800 * (70**2 + 30**2),
        wrap_up_s=800 * 10,
        left=40,
        waited_s=40 * 600,
    )
    storm = Centre(patience=of_bench, handling_s=70, spread=0.43, wrap_up_s=10, backs=0)
    right = [within(replace(storm, before=weeks, seed=seed).run(), 0.2) for seed in range(3)]
    assert sum(right) / 3 >= 0.8


def test_the_last_hour_outweighs_the_weeks_before() -> None:
    before = Sums(handled=100, handling_s=100 * 180, handling_s2=100 * 180**2 * 1.5)
    today = Sums(handled=300, handling_s=300 * 400, handling_s2=300 * 400**2 * 1.5)
    assert 350 < pace_of(recent=today, before=before).handling_s < 400


def test_without_any_history_published_figures_are_taken_and_said_to_be_unsure() -> None:
    found = pace_of(recent=Sums(), before=Sums())
    assert found.handling_s == UNKNOWN.handling_s
    assert found.unsure == pytest.approx(UNKNOWN.unsure)


def test_patience_is_the_time_that_all_waited_by_those_who_left() -> None:
    found = pace_of(recent=Sums(left=2_000, waited_s=2_000 * 100), before=Sums())
    assert 1 / found.leaving == pytest.approx(100, rel=0.03)


SPANISH = Skills(frozenset({"en", "es"}))
ENGLISH = Skills(frozenset({"en"}))


def test_only_those_stand_before_me_whom_my_desks_will_take() -> None:
    crowd = {SPANISH: 5, ENGLISH: 20}
    english = {("en", ""): 500.0}
    assert competing(waiting=english, desks=crowd, language="es", topic="") == pytest.approx(
        100, rel=0.05
    )
    assert competing(waiting=english, desks=crowd, language="en", topic="") == 500


def test_those_whom_nobody_can_take_stand_before_nobody() -> None:
    waiting = {("zh-hans", ""): 50.0, ("en", ""): 3.0}
    assert competing(waiting=waiting, desks={ENGLISH: 2}, language="en", topic="") == 3


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["en", "es", "ar"]), st.sampled_from(["", "water"])),
        st.integers(0, 2_000).map(float),
    ),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_at_most_all_of_those_ahead_stand_before_me(waiting, some, others) -> None:
    found = competing(
        waiting=waiting, desks={SPANISH: some, ENGLISH: others}, language="es", topic=""
    )
    assert 0 <= found <= sum(waiting.values()) * (1 + 1e-9)
