"""The sampler draws as it says, and the interval holds the truth as often as it says."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from citycall.closures.estimate import (
    Drawn,
    clopper_pearson,
    expected_points,
    false_rate,
    systematic,
)
from tests.closures.populations import TOWNS, covered

shares = st.lists(st.integers(0, 1_000).map(lambda n: n / 1_000), max_size=25)
starts = st.integers(0, 999).map(lambda n: n / 1_000)


@given(shares, starts)
def test_as_many_are_drawn_as_the_probabilities_add_up_to(p: list[float], start: float) -> None:
    drawn = systematic(p, start=start)
    assert math.floor(sum(p) - 1e-6) <= len(drawn) <= math.ceil(sum(p) + 1e-6)
    assert len(set(drawn)) == len(drawn)


@given(shares, starts)
def test_the_certain_are_drawn_and_the_impossible_are_not(p: list[float], start: float) -> None:
    drawn = set(systematic(p, start=start))
    assert {n for n, each in enumerate(p) if each == 1} <= drawn
    assert not drawn & {n for n, each in enumerate(p) if each == 0}


@given(shares)
def test_over_all_starts_each_is_drawn_with_its_probability(p: list[float]) -> None:
    starts = 1_000
    times = [0] * len(p)
    for n in range(starts):
        for place in systematic(p, start=(n + 0.5) / starts):
            times[place] += 1
    for each, count in zip(p, times, strict=True):
        assert abs(count / starts - each) <= 2 / starts


@given(st.integers(1, 60), st.data())
def test_clopper_and_pearson_leave_their_tails(checked: int, data: st.DataObject) -> None:
    false = data.draw(st.integers(0, checked))
    low, high = clopper_pearson(false, checked)
    assert 0 <= low <= false / checked <= high <= 1
    if 0 < false < checked:
        assert beta.cdf(low, false, checked - false + 1) == pytest.approx(0.025, abs=1e-6)
        assert beta.cdf(high, false + 1, checked - false) == pytest.approx(0.975, abs=1e-6)


@given(
    st.lists(
        st.builds(
            Drawn,
            st.booleans(),
            st.integers(0, 3),
            st.sampled_from([0.02, 0.1, 0.5, 1.0]),
            st.sampled_from([True, False, None]),
        ),
        max_size=30,
    ),
    st.integers(0, 500),
    st.integers(0, 500),
)
def test_the_rate_lies_within_its_interval(
    drawn: list[Drawn], looked_false: int, others: int
) -> None:
    found = false_rate(drawn, {True: looked_false, False: others})
    if found is not None:
        assert 0 <= found.low <= found.rate + 1e-9
        assert found.rate - 1e-9 <= found.high <= 1
        assert found.checked == sum(row.false is not None for row in drawn)


def test_with_everything_checked_the_rate_is_the_share() -> None:
    drawn = [Drawn(n < 40, n % 3, 1.0, n % 8 == 0) for n in range(200)]
    found = false_rate(drawn, {True: 40, False: 160})
    assert found is not None
    assert found.rate == pytest.approx(25 / 200)


def test_a_rarely_drawn_one_stands_for_more() -> None:
    drawn = [Drawn(False, 0, 0.1, True), *[Drawn(False, 0, 0.5, False)] * 10]
    found = false_rate(drawn, {False: 30})
    assert found is not None
    assert found.rate == pytest.approx(10 / 30)


def test_who_was_not_reached_counts_as_the_others_of_the_agency_do() -> None:
    """Of one agency half were reached and all of these were false; of the other none was."""
    one = [Drawn(False, "one", 0.5, True if n % 2 else None) for n in range(20)]
    other = [Drawn(False, "other", 0.5, False) for _ in range(20)]
    found = false_rate([*one, *other], {False: 80})
    assert found is not None
    assert found.rate == pytest.approx(0.5)


def test_without_an_answer_in_a_part_nothing_is_said() -> None:
    assert false_rate([Drawn(False, 0, 0.5, None)], {False: 10}) is None
    assert false_rate([Drawn(False, 0, 0.5, False)], {False: 10, True: 5}) is None
    assert false_rate([], {}) is None


def test_four_times_the_checks_halve_the_width() -> None:
    def points(checks: float) -> float:
        return expected_points(
            checks,
            flagged_share=0.4,
            share_of_flagged=0.08,
            rates={True: 0.4, False: 0.01},
            answered=0.7,
        )

    assert points(800) == pytest.approx(points(200) / 2, rel=0.35)
    assert points(800) < points(200) < points(50)


@pytest.mark.parametrize("name", TOWNS)
def test_in_ninety_three_of_a_hundred_seeds_the_interval_holds_the_truth(name: str) -> None:
    found, _points = covered(TOWNS[name], seeds=100)
    assert found >= 93
