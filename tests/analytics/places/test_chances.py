"""Chances by replication are right, and of many findings few false ones are believed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citycall.analytics.places.chances import believed, by_replication, from_replicates

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


def test_a_chance_is_the_share_of_replicates_that_are_as_extreme() -> None:
    rng = np.random.default_rng(1)
    found = [by_replication(x, lambda: float(rng.normal()), most=400) for x in (-1.0, 0.0, 1.0)]
    assert np.allclose(found, [0.84, 0.5, 0.16], atol=0.2)


def test_a_chance_smaller_than_any_replicate_tells_is_told_by_their_tail() -> None:
    seen = np.random.default_rng(2).gumbel(3.0, 1.0, 199)
    assert 1e-6 < from_replicates(15.0, seen) < 1e-4


@given(CHANCES, st.floats(0.001, 0.2))
def test_what_is_believed_is_no_less_likely_than_what_is_not(p: list[float], share: float) -> None:
    verdict = believed(p, false_share=share)
    good = [each for each, is_good in zip(p, verdict, strict=True) if is_good]
    bad = [each for each, is_good in zip(p, verdict, strict=True) if not is_good]
    assert not good or not bad or max(good) <= min(bad)
    assert all(each <= share for each in good)


@given(CHANCES)
def test_looking_at_more_that_is_nothing_never_makes_more_believed(p: list[float]) -> None:
    alone = sum(believed(p, false_share=0.05))
    assert sum(believed([*p, 1.0, 1.0], false_share=0.05)) <= alone
