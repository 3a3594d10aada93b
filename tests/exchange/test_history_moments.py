"""Dates as exports write them, over the changes of daylight-saving time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citycall.agencies.wall_clock import instant
from citycall.exchange.history import moments
from citycall.exchange.history.moments import Dates, LocalClock

BALTIMORE = ZoneInfo("America/New_York")
# What clocks show has no offset.
FROM = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
UNTIL = datetime(2040, 1, 1, tzinfo=UTC).replace(tzinfo=None)
US = "%m/%d/%Y %I:%M:%S %p"


def read(text: str | None, *forms: str, after: datetime | None = None) -> Dates:
    limit = None if after is None else np.array([after.replace(tzinfo=None)], "datetime64[us]")
    column = pa.array([text], pa.string())
    return moments.read(column, forms or (US,), zone=BALTIMORE, after=limit)


def moment(text: str, *forms: str, after: datetime | None = None) -> datetime | None:
    told: datetime | None = read(text, *forms, after=after).moments[0].item()
    return told and told.replace(tzinfo=UTC)


def test_a_date_without_offset_is_local_time() -> None:
    assert moment("10/21/2019 11:49:49 AM") == datetime(2019, 10, 21, 15, 49, 49, tzinfo=UTC)


def test_an_offset_is_believed() -> None:
    told = moment("02/01/2015 08:12:00 AM +0000", US, f"{US} %z")
    assert told == datetime(2015, 2, 1, 8, 12, tzinfo=UTC)


def test_a_local_time_that_comes_twice_means_its_first_coming() -> None:
    assert moment("11/03/2019 01:30:00 AM") == datetime(2019, 11, 3, 5, 30, tzinfo=UTC)
    assert read("11/03/2019 01:30:00 AM").twice[0]


def test_it_means_its_second_where_the_first_would_lie_before_what_it_follows() -> None:
    requested = datetime(2019, 11, 3, 5, 50, tzinfo=UTC)
    told = moment("11/03/2019 01:30:00 AM", after=requested)
    assert told == datetime(2019, 11, 3, 6, 30, tzinfo=UTC)


def test_a_local_time_that_the_clocks_skip_means_the_moment_of_the_change() -> None:
    assert moment("03/10/2019 02:30:00 AM") == datetime(2019, 3, 10, 7, tzinfo=UTC)
    assert read("03/10/2019 02:30:00 AM").skipped[0]


@given(
    st.datetimes(FROM, UNTIL),
    st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_every_local_time_is_the_moment_that_the_rest_of_citycall_takes_it_for(
    local: datetime, name: str
) -> None:
    zone = ZoneInfo(name)
    told, _skipped, _twice = LocalClock(zone).to_utc(np.array([local], "datetime64[us]"))
    assert told[0].item().replace(tzinfo=UTC) == instant(local, zone=zone)


@given(st.datetimes(FROM, UNTIL))
def test_the_clocks_show_what_python_says(utc: datetime) -> None:
    shown = LocalClock(BALTIMORE).to_local(np.array([utc], "datetime64[us]"))
    local = utc.replace(tzinfo=UTC).astimezone(BALTIMORE).replace(tzinfo=None)
    assert shown[0].item() == local


@pytest.mark.parametrize(
    "text",
    [
        "2019-10-21T15:49:49Z",
        "2019-10-21 15:49:49+00",
        "2019-10-21T11:49:49-04:00",
        "2019-10-21 11:49:49",
        "2019-10-21T11:49:49",
        "2019-10-21T11:49:49.000",
    ],
)
def test_iso_is_read_in_all_its_forms(text: str) -> None:
    assert moment(text, "iso") == datetime(2019, 10, 21, 15, 49, 49, tzinfo=UTC)


def test_a_fraction_of_a_second_is_kept() -> None:
    told = moment("2019-10-21T11:49:49.25Z", "iso")
    assert told == datetime(2019, 10, 21, 11, 49, 49, 250_000, tzinfo=UTC)


def test_a_day_alone_is_its_local_midnight() -> None:
    assert moment("2019-10-21", "iso") == datetime(2019, 10, 21, 4, tzinfo=UTC)


def test_milliseconds_since_1970() -> None:
    told = moment("1571672989000", "iso", "epoch-milliseconds")
    assert told == datetime(2019, 10, 21, 15, 49, 49, tzinfo=UTC)


@pytest.mark.parametrize("text", ["02/30/2019 01:00:00 AM", "soon", "01/01/0019 01:00:00 AM"])
def test_what_is_no_date_is_marked_wrong(text: str) -> None:
    told = read(text)
    assert np.isnat(told.moments[0])
    assert told.wrong[0]


def test_nothing_is_not_wrong() -> None:
    told = read(None)
    assert np.isnat(told.moments[0])
    assert not told.wrong[0]


def test_timestamps_of_a_parquet_file_are_local_unless_they_have_a_zone() -> None:
    when = datetime(2019, 10, 21, 11, 49, tzinfo=UTC).replace(tzinfo=None)
    local = moments.read(pa.array([when]), ["iso"], zone=BALTIMORE).moments[0].item()
    zoned = pa.array([when], pa.timestamp("ms", "UTC"))
    assert local == when + timedelta(hours=4)
    assert moments.read(zoned, ["iso"], zone=BALTIMORE).moments[0].item() == when
