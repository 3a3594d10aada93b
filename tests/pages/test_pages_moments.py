"""Times in the city's zone and in words."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.test import override_settings

from citycall.pages import moments

NOW = datetime(2026, 11, 24, 20, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _city_on_the_east_coast() -> Iterator[None]:
    with override_settings(TIME_ZONE="America/New_York"):
        yield


def utc(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (utc(2026, 11, 24, 20, 0), "today at 3 p.m."),
        (utc(2026, 11, 25, 3, 30), "today at 10:30 p.m."),
        (utc(2026, 11, 24, 4, 30), "yesterday at 11:30 p.m."),
        (utc(2026, 11, 25, 17, 0), "tomorrow at noon"),
        (utc(2026, 11, 3, 14, 5), "Tuesday, November 3 at 9:05 a.m."),
        (utc(2025, 7, 4, 14, 5), "July 4, 2025 at 10:05 a.m."),
        (date(2026, 11, 25), "tomorrow"),
        (date(2026, 12, 1), "Tuesday, December 1"),
    ],
)
def test_moment_is_said_as_a_person_in_the_city_would(moment: date, words: str) -> None:
    said = moments.in_words(moment, at=NOW)
    assert said.replace("Nov. ", "November ") == words


def test_day_leaves_the_time_out() -> None:
    assert moments.in_words(utc(2026, 11, 24, 20, 0), at=NOW, style="day") == "today"


def test_short_always_has_the_date() -> None:
    short = moments.in_words(utc(2026, 11, 24, 20, 0), at=NOW, style="short")
    assert short == "Nov. 24, 2026, 3 p.m."


def test_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="style must be one of"):
        moments.in_words(NOW, at=NOW, style="long")


@pytest.mark.parametrize(
    ("moment", "machine"),
    [
        (utc(2026, 11, 1, 5, 30), "2026-11-01T01:30:00-04:00"),
        (utc(2026, 11, 1, 6, 30), "2026-11-01T01:30:00-05:00"),
        (date(2026, 11, 1), "2026-11-01"),
    ],
)
def test_machine_form_tells_the_repeated_hour_apart(moment: date, machine: str) -> None:
    assert moments.machine_form(moment) == machine
