"""What the numbers mean."""

import pytest

from citycall.calls.measures.rules import BOUNDS, Counts, Target, UnknownBound, bucket, within


def by_wait(*waits: float) -> tuple[int, ...]:
    counts = [0] * (len(BOUNDS) + 1)
    for wait in waits:
        counts[bucket(wait)] += 1
    return tuple(counts)


def test_a_wait_as_long_as_the_bound_is_within_it() -> None:
    assert within(by_wait(30.0), 30) == 1
    assert within(by_wait(30.1), 30) == 0


def test_other_bounds_are_refused() -> None:
    with pytest.raises(UnknownBound):
        within(by_wait(), 31)
    with pytest.raises(UnknownBound):
        Target(within_s=25)


def test_the_three_service_levels_differ_by_who_counts() -> None:
    counts = Counts(
        offered=10, answered=6, abandoned=3, call_backs=1,
        waits=by_wait(1, 2, 3, 40, 50, 60), left=by_wait(2, 90, 100),
    )  # fmt: skip
    assert counts.service_level(30) == 3 / 10
    assert counts.kind_level(30, 5) == 3 / 9
    assert counts.answered_level(30) == 3 / 6
    assert counts.left_after(5) == 2
    assert counts.abandon_rate == 3 / 10


def test_who_waits_still_counts_once_it_is_too_late() -> None:
    counts = Counts(offered=4, answered=1, waiting=3, waits=by_wait(5), still=by_wait(10, 31, 700))
    assert counts.service_level(30) == 1 / 3


def test_without_anybody_there_is_no_part_of_them() -> None:
    nothing = Counts()
    told = (nothing.service_level(30), nothing.abandon_rate, nothing.speed_of_answer,
            nothing.handling_seconds, nothing.occupancy, nothing.first_contact_rate)  # fmt: skip
    assert told == (None,) * 6


def test_together_sums_add_and_the_longest_stays_the_longest() -> None:
    both = Counts(offered=1, longest_seconds=9, waits=by_wait(9)) + Counts(
        offered=2, longest_seconds=4, waits=by_wait(4, 9)
    )
    assert (both.offered, both.longest_seconds, both.waits) == (3, 9, by_wait(9, 4, 9))


def test_handling_is_talk_and_wrap_up_and_occupancy_the_part_at_work() -> None:
    counts = Counts(
        handled=2, talk_seconds=300, held_seconds=50, wrap_seconds=100,
        staffed_seconds=1_800, busy_seconds=900,
    )  # fmt: skip
    assert counts.handling_seconds == 200
    assert counts.occupancy == 0.5
