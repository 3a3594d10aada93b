"""The file for a phone's calendar, by the rules of RFC 5545."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from citycall.appointments.calendar_file import CalendarEntry, written

AT = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
# What people type; a line feed within is a line of the description.
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


def entry(title: str = "Pick-up", words: str = "") -> CalendarEntry:
    return CalendarEntry(
        uid="appointment-1@city",
        sequence=0,
        starts_at=AT,
        ends_at=AT.replace(hour=23),
        title=title,
        place="1200 Harbor Street",
        words=words,
        address="https://city/book/1",
        made_at=AT,
    )


@given(texts, texts)
def test_no_line_is_longer_than_75_bytes_and_nothing_is_lost(title: str, words: str) -> None:
    file = written(entry(title, words))
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    unfolded = file.decode().replace("\r\n ", "")
    told = dict(line.split(":", 1) for line in unfolded.split("\r\n") if ":" in line)
    assert _plain(told["SUMMARY"]) == title
    assert _plain(told["DESCRIPTION"]) == words


def _plain(text: str) -> str:
    out, rest = [], iter(text)
    for character in rest:
        if character == "\\":
            follower = next(rest)
            out.append("\n" if follower == "n" else follower)
        else:
            out.append(character)
    return "".join(out)


def test_times_are_in_utc_and_lines_end_as_the_format_says() -> None:
    file = written(entry())
    assert b"DTSTART:20260304T110000Z\r\n" in file
    assert b"DTEND:20260304T230000Z\r\n" in file
    assert file.startswith(b"BEGIN:VCALENDAR\r\n")
    assert file.endswith(b"END:VCALENDAR\r\n")
