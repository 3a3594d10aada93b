"""How long until done: against textbook figures, and what holds for any requests."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.durations.rules import course

examples = st.lists(st.tuples(st.floats(0, 400), st.booleans()), max_size=120)
finished = st.lists(st.floats(0, 400), min_size=1, max_size=120)
shares = st.integers(1, 98).map(lambda percent: percent / 100)
quick = settings(deadline=None)


def test_the_estimate_is_that_of_kaplan_and_meier() -> None:
    # Freireich's leukaemia data (1963), the 21 patients with 6-MP: the median is 23 weeks.
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    found = course(weeks, seen)
    assert found.days_until(0.5) == 23
    # After 13 weeks 0.690 are left, after 23 weeks 0.448 and then nothing more is known.
    assert found.share_within(13) == pytest.approx(0.31, abs=0.011)
    assert len(found.days) == 55
    assert found.days_until(0.8) is None


@quick
@given(finished, shares)
def test_without_open_requests_it_is_the_plain_quantile(days: list[float], share: float) -> None:
    found = course(days, [True] * len(days))
    plain = np.quantile(days, share, method="inverted_cdf")
    assert found.days_until(share) == pytest.approx(plain)


@quick
@given(examples)
def test_later_percents_are_never_earlier(rows: list[tuple[float, bool]]) -> None:
    found = course([days for days, _done in rows], [done for _days, done in rows])
    assert list(found.days) == sorted(found.days)
    assert len(found.days) <= 99
    assert (found.done, found.waiting) == (
        sum(done for _days, done in rows),
        sum(not done for _days, done in rows),
    )


@quick
@given(finished, st.integers(1, 60), shares)
def test_a_backlog_never_makes_it_quicker(days: list[float], backlog: int, share: float) -> None:
    done = course(days, [True] * len(days)).days_until(share)
    waiting = course(
        [*days, *[max(days)] * backlog], [*[True] * len(days), *[False] * backlog]
    ).days_until(share)
    assert done is not None
    assert waiting is None or waiting >= done


@quick
@given(examples, shares, st.floats(0, 500))
def test_who_has_waited_is_never_told_the_past(
    rows: list[tuple[float, bool]], share: float, waited: float
) -> None:
    found = course([days for days, _done in rows], [done for _days, done in rows])
    until = found.days_until(share, waited=waited)
    fresh = found.days_until(share)
    assert until is None or until >= waited
    assert until is None or (fresh is not None and until >= fresh)


def test_nothing_is_known_of_no_requests() -> None:
    assert course([], []).days_until(0.5) is None


def test_what_is_no_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="before it is reported"):
        course([-1.0], [True])
    with pytest.raises(ValueError, match="one length"):
        course([1.0], [])
