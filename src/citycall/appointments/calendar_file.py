"""An appointment as an iCalendar file (RFC 5545), for the calendar of a phone. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

_LONGEST_LINE = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """What a calendar shows. ``uid`` stays the same while ``sequence`` counts the changes."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    words: str
    address: str
    made_at: datetime


def written(entry: CalendarEntry) -> bytes:
    """The file: one event, in UTC, that does not block its day."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//CityCall//Appointments//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_moment(entry.made_at)}",
        f"DTSTART:{_moment(entry.starts_at)}",
        f"DTEND:{_moment(entry.ends_at)}",
        f"SUMMARY:{_text(entry.title)}",
        f"LOCATION:{_text(entry.place)}",
        f"DESCRIPTION:{_text(entry.words)}",
        f"URL:{entry.address}",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n")):
        words = words.replace(plain, escaped)
    return words.replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> bytes:
    """The line in pieces of at most 75 bytes, none of which cuts a character in two."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        encoded = character.encode()
        # Every piece after the first begins with a space, which counts.
        if len(piece) + len(encoded) + bool(pieces) > _LONGEST_LINE:
            pieces.append(piece)
            piece = b""
        piece += encoded
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
