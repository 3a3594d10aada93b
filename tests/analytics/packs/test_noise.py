"""Limits from the fortnights before: what only varies is not news, and what moved is."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from citycall.analytics.packs import noise
from citycall.analytics.packs.content import BETTER, MOVED, UNKNOWN, USUAL, WORSE
from citycall.analytics.packs.noise import Limits

COUNTS = st.lists(st.integers(0, 500).map(float), min_size=27, max_size=27)


@given(COUNTS)
def test_limits_hold_the_mean_and_are_never_below_nought(values: list[float]) -> None:
    found = noise.limits(values, [round(value) for value in values], unit="count")
    assert found is not None
    assert 0 <= found.low <= sum(values[:26]) / 26 + 1e-6
    assert found.high >= sum(values[:26]) / 26 - 1e-6


@given(COUNTS, st.integers(0, 26))
def test_too_few_known_fortnights_set_no_limits(values: list[float], known: int) -> None:
    told: list[float | None] = [*[None] * (26 - known), *values[-known - 1 :]]
    assert (noise.limits(told, [1] * 27, unit="count") is None) == (known < 12)


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1000))
def test_a_verdict_says_on_which_side_of_the_limits_it_is(
    value: float, one: float, other: float
) -> None:
    found = Limits(min(one, other), max(one, other), 0.0)
    inside = found.low <= value <= found.high
    above = value > found.high
    assert noise.verdict(value, found, good="up") == (
        USUAL if inside else BETTER if above else WORSE
    )
    assert noise.verdict(value, found, good="down") == (
        USUAL if inside else WORSE if above else BETTER
    )
    assert noise.verdict(value, found, good="") == (USUAL if inside else MOVED)


def test_what_is_not_known_is_not_judged() -> None:
    assert noise.verdict(None, Limits(0, 1, 0), good="up") == UNKNOWN
    assert noise.verdict(1.0, None, good="up") == UNKNOWN
    assert noise.limits([*[1.0] * 26, None], [1] * 27, unit="count") is None


def test_a_share_of_few_needs_more_to_be_news() -> None:
    values = [*[0.9] * 26, 0.6]
    few = noise.limits(values, [*[50] * 26, 5], unit="share")
    many = noise.limits(values, [*[50] * 26, 500], unit="share")
    assert noise.verdict(0.6, few, good="up") == USUAL
    assert noise.verdict(0.6, many, good="up") == WORSE


def test_among_many_that_only_vary_hardly_any_is_called_changed() -> None:
    drawn = random.Random(8)
    distances = [drawn.gauss(0, 1) for _n in range(2_000)]
    assert sum(noise.changed(distances)) <= 1
    assert sum(noise.changed([*distances, 7.0, -8.0, math.nan])) >= 2
