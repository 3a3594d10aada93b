"""Local time and instants over the changes of daylight-saving time."""

# ruff: noqa: DTZ001  (what a clock on the wall shows has no zone)

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.agencies.wall_clock import days_later, instant, stretches

NEW_YORK = ZoneInfo("America/New_York")
ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "UTC"]
ZONES += ["America/Havana", "Africa/Casablanca", "Asia/Kolkata", "Pacific/Apia"]
quick = settings(max_examples=100, deadline=None)
LOCALS = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1))


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def test_a_skipped_time_means_the_moment_of_the_change() -> None:
    found = instant(datetime(2026, 3, 8, 2, 30), zone=NEW_YORK)
    assert local(found, NEW_YORK) == datetime(2026, 3, 8, 3, 0)


def test_a_repeated_time_means_its_first_coming() -> None:
    found = instant(datetime(2026, 11, 1, 1, 30), zone=NEW_YORK)
    assert found == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_skipped_day_means_the_moment_of_the_change() -> None:
    apia = ZoneInfo("Pacific/Apia")
    found = instant(datetime(2011, 12, 30, 12), zone=apia)
    assert local(found, apia) == datetime(2011, 12, 31)


@pytest.mark.parametrize("start", [datetime(2026, 3, 6, 15, 10), datetime(2026, 10, 30, 9, 0)])
def test_days_later_keep_the_time_of_day_over_a_change(start: datetime) -> None:
    due = days_later(start.replace(tzinfo=NEW_YORK), 3, zone=NEW_YORK)
    assert local(due, NEW_YORK) == start + timedelta(days=3)


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        days_later(datetime(2026, 1, 1), 1, zone=NEW_YORK)


@quick
@given(LOCALS, st.sampled_from(ZONES))
def test_instant_shows_the_local_time_or_jumps_over_a_gap(when: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    shown = local(instant(when, zone=zone), zone)
    assert shown >= when
    if shown != when:
        before = instant(when, zone=zone) - timedelta(microseconds=1)
        assert local(before, zone) < when


@quick
@given(LOCALS, LOCALS, st.integers(0, 400), st.sampled_from(ZONES))
def test_days_later_is_monotone_in_the_local_start(
    one: datetime, other: datetime, days: int, name: str
) -> None:
    zone = ZoneInfo(name)
    first, second = (instant(when, zone=zone) for when in sorted([one, other]))
    assert days_later(first, days, zone=zone) <= days_later(second, days, zone=zone)


@quick
@given(st.integers(2005, 2034), st.sampled_from(ZONES))
def test_stretches_cover_a_year_with_one_offset_each(year: int, name: str) -> None:
    zone = ZoneInfo(name)
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found = list(stretches(begin, end, zone=zone))
    assert [since for since, _until, _offset in found] == [
        begin,
        *(until for _since, until, _offset in found[:-1]),
    ]
    assert found[-1][1] == end
    for since, until, offset in found:
        last = until - timedelta(microseconds=1)
        middle = since + (until - since) / 2
        assert {m.astimezone(zone).utcoffset() for m in (since, middle, last)} == {offset}
