"""Dates as an iCalendar file (RFC 5545), for the calendar of a phone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.http import HttpResponse

# Lines are folded at 75 octets, never within a letter.
_LONGEST_LINE: Final = 73


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """One entry: a whole day where ``starts`` is a date, else from ``starts`` to ``ends``."""

    uid: str
    starts: date
    ends: datetime | None = None
    summary: str
    description: str = ""
    place: str = ""
    cancelled: bool = False


def calendar(dates: Iterable[Date], *, name: str, at: datetime) -> str:
    """The file's text; ``at`` is when it was made."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//CityCall//CityCall//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for each in dates:
        lines += _entry(each, at)
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _fold(line))


def response(text: str, *, file_name: str) -> HttpResponse:
    """The file as a download."""
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _entry(each: Date, at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(each.uid)}"
    yield f"DTSTAMP:{_moment(at)}"
    if isinstance(each.starts, datetime):
        yield f"DTSTART:{_moment(each.starts)}"
        if each.ends is not None:
            yield f"DTEND:{_moment(each.ends)}"
    else:
        yield f"DTSTART;VALUE=DATE:{each.starts:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{each.starts + timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_text(each.summary)}"
    if each.description:
        yield f"DESCRIPTION:{_text(each.description)}"
    if each.place:
        yield f"LOCATION:{_text(each.place)}"
    if each.cancelled:
        yield "STATUS:CANCELLED"
    yield "END:VEVENT"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return words


def _fold(line: str) -> Iterator[str]:
    kept, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LONGEST_LINE:
            yield kept
            kept, size = " ", 1
        kept, size = kept + letter, size + octets
    yield kept
