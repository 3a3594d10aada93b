"""How sure one may be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from citycall.assistant.calibration import (
    NEVER,
    RIGHT,
    calibration_error,
    likely,
    measure,
    sharpness_of,
    threshold_of,
)


@given(
    arrays.arrays(float, (5, 4), elements=st.floats(-1e6, 1e6)),
    st.floats(0.01, 100),
)
def test_probabilities_sum_to_one(sums: np.ndarray, sharpness: float) -> None:
    shares = likely(sums, sharpness)
    assert ((shares >= 0) & (shares <= 1)).all()
    assert np.allclose(shares.sum(axis=1), 1)


@pytest.mark.parametrize("true", [0.3, 2.0, 15.0])
def test_the_sharpness_behind_the_labels_is_found(true: float) -> None:
    chance = np.random.default_rng(311)
    sums = chance.normal(size=(20_000, 5)) / true * 2
    shares = likely(sums, true)
    labels = (shares.cumsum(axis=1) < chance.random((20_000, 1))).sum(axis=1)
    assert sharpness_of(sums, labels) == pytest.approx(true, rel=0.1)


def test_certainty_that_comes_true_has_no_error() -> None:
    sure = np.repeat([0.25, 0.75], 400)
    right = np.concatenate([np.arange(400) % 4 == 0, np.arange(400) % 4 != 0])
    assert calibration_error(sure, right) == pytest.approx(0)
    assert calibration_error(sure, ~right) == pytest.approx(0.5)


def test_from_the_threshold_on_enough_are_right() -> None:
    sure = np.linspace(0, 1, 1001)
    right = np.random.default_rng(311).random(1001) < sure
    threshold = threshold_of(sure, right)
    assert 0.6 < threshold < 0.8
    assert right[sure >= threshold].mean() >= RIGHT


def test_where_nothing_is_right_often_enough_nothing_is_offered() -> None:
    assert threshold_of(np.linspace(0, 1, 500), np.arange(500) % 2 == 0) == NEVER


def test_a_few_lucky_cases_are_not_enough() -> None:
    assert threshold_of(np.linspace(0, 1, 20), np.ones(20, bool)) == NEVER


@given(
    st.lists(
        st.tuples(st.sampled_from([0.2, 0.5, 0.9, 0.95]), st.booleans()), min_size=1, max_size=300
    )
)
def test_equally_sure_suggestions_are_offered_together(cases: list[tuple[float, bool]]) -> None:
    sure = np.array([case[0] for case in cases])
    right = np.array([case[1] for case in cases])
    threshold = threshold_of(sure, right)
    assert threshold == NEVER or right[sure >= threshold].mean() >= RIGHT


def test_what_stands_for_no_service_is_never_right() -> None:
    shares = np.array([[0.9, 0.1], [0.2, 0.8]])
    measured = measure(shares, np.array([0, 1]), no_service=0)
    assert measured.first == 0.5
    assert measured.among_three == 0.5
