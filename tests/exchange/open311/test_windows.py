"""Spans of time: together they are the time asked for, and none is longer than 90 days."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citycall.exchange.open311.windows import (
    LONGEST,
    MARGIN,
    ZONE_MARGIN,
    Window,
    grid,
    windows,
)

MOMENTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001  (the zones are given apart)
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
SPANS = st.tuples(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=1_500))).map(
    lambda told: (told[0], told[0] + told[1])
)


def test_windows_of_no_time_are_none() -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    assert list(windows(at, at)) == []
    assert list(grid(at, at, days=30)) == []


@given(SPANS)
def test_windows_touch_and_cover_the_whole_time(span: tuple[datetime, datetime]) -> None:
    found = list(windows(*span))
    bounds = [span[0], *(window.until for window in found)]
    assert [window.since for window in found] == bounds[:-1]
    assert bounds[-1] == span[1]
    assert all(window.length > timedelta(0) for window in found)


@given(SPANS)
def test_no_question_spans_more_than_90_days(span: tuple[datetime, datetime]) -> None:
    for window in windows(*span):
        for margin in (MARGIN, ZONE_MARGIN):
            assert window.asked(margin).length <= LONGEST


@given(SPANS, st.integers(1, 60))
def test_a_walk_on_the_grid_goes_back_through_the_whole_time(
    span: tuple[datetime, datetime], days: int
) -> None:
    found = list(grid(*span, days=days))
    bounds = [span[1], *(window.since for window in found)]
    assert [window.until for window in found] == bounds[:-1]
    assert bounds[-1] == span[0]
    assert all(timedelta(0) < window.length <= timedelta(days=days) for window in found)


@given(SPANS, st.timedeltas(timedelta(0), timedelta(days=100)))
def test_a_later_walk_meets_the_same_windows(
    span: tuple[datetime, datetime], later: timedelta
) -> None:
    first = list(grid(*span, days=30))
    again = list(grid(span[0], span[1] + later, days=30))
    # All but the latest, which was cut where the first walk began.
    assert set(first[1:]) <= set(again)


@given(MOMENTS, st.timedeltas(timedelta(microseconds=1), timedelta(days=90)))
def test_halves_make_up_the_whole(since: datetime, length: timedelta) -> None:
    window = Window(since, since + length)
    halves = window.halves()
    if halves is None:
        assert length <= timedelta(seconds=2)
        return
    assert (halves[0].since, halves[1].until) == window
    assert halves[0].until == halves[1].since
    assert all(half.length < length for half in halves)


@given(MOMENTS, st.timedeltas(timedelta(seconds=1), timedelta(days=90)))
def test_a_question_reaches_beyond_its_window_on_both_sides(
    since: datetime, length: timedelta
) -> None:
    window = Window(since, since + length)
    asked = window.asked()
    # Even a server that compares with < and forgets fractions gives what lies on the bounds.
    assert asked.since < window.since.replace(microsecond=0)
    assert asked.until > window.until
    assert asked.since.microsecond == asked.until.microsecond == 0
