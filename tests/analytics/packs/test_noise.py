"""Limits from the periods before: what only varies is not news, and what moved is."""

import random

from hypothesis import given
from hypothesis import strategies as st

from citycall.analytics.packs import noise
from citycall.analytics.packs.content import BETTER, MOVED, UNKNOWN, USUAL, WORSE
from citycall.analytics.packs.noise import Limits

COUNTS = st.lists(st.integers(0, 500).map(float), min_size=12, max_size=12)
SHARES = st.lists(st.floats(0, 1), min_size=12, max_size=12)


@given(COUNTS)
def test_limits_hold_the_mean_and_are_never_below_nought(before: list[float]) -> None:
    found = noise.limits(before, unit="count")
    assert found is not None
    assert 0 <= found.low <= sum(before) / 12 <= found.high


@given(SHARES, st.integers(0, 1000))
def test_limits_of_a_share_are_shares(before: list[float], size: int) -> None:
    found = noise.limits(before, unit="share", size=size, sizes=[50] * 12)
    assert found is not None
    assert 0 <= found.low <= found.high <= 1


@given(COUNTS, st.integers(0, 11))
def test_too_few_known_periods_set_no_limits(before: list[float], known: int) -> None:
    told: list[float | None] = [*before[:known], *[None] * (12 - known)]
    assert (noise.limits(told, unit="count") is None) == (known < noise.FEWEST)


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1000))
def test_a_verdict_says_on_which_side_of_the_limits_it_is(
    value: float, one: float, other: float
) -> None:
    found = Limits(min(one, other), max(one, other))
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
    assert noise.verdict(None, Limits(0, 1), good="up") == UNKNOWN
    assert noise.verdict(1.0, None, good="up") == UNKNOWN


def test_one_or_two_after_none_are_no_news() -> None:
    found = noise.limits([0.0] * 12, unit="count")
    assert found is not None
    assert noise.verdict(3.0, found, good="down") == USUAL
    assert noise.verdict(4.0, found, good="down") == WORSE


def test_a_share_of_few_needs_more_to_be_news() -> None:
    before: list[float | None] = [0.9] * 12
    few = noise.limits(before, unit="share", size=5, sizes=[50] * 12)
    many = noise.limits(before, unit="share", size=500, sizes=[50] * 12)
    assert noise.verdict(0.6, few, good="up") == USUAL
    assert noise.verdict(0.6, many, good="up") == WORSE


def test_what_only_varies_is_outside_about_twice_in_a_hundred() -> None:
    drawn = random.Random(8)
    outside = 0
    for _each in range(4_000):
        told = [drawn.gauss(1_000, 100) for _n in range(13)]
        found = noise.limits(list(told[:12]), unit="count")
        outside += noise.verdict(told[12], found, good="up") != USUAL
    assert 0.01 < outside / 4_000 < 0.03


def test_a_real_change_is_seen() -> None:
    drawn = random.Random(8)
    seen = 0
    for _each in range(500):
        told = [drawn.gauss(1_000, 50) for _n in range(12)]
        found = noise.limits(list(told), unit="count")
        seen += noise.verdict(drawn.gauss(1_300, 50), found, good="down") == WORSE
    assert seen / 500 > 0.95
