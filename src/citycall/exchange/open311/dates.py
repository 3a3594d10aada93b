"""Dates as Open311 servers write and read them."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

_DATE: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,](?P<fraction>\d+))?)?"
    r"\s*(?P<offset>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
# A date outside of these years is a slip of the pen in every 311 system there is.
_YEARS: Final = range(1970, 2101)


def read(text: str, *, zone: ZoneInfo | None) -> datetime | None:
    """The moment that a date means, in UTC; none where it is no date.

    One without an offset is the local time of ``zone``, or UTC where there is none.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    try:
        local = datetime.fromisoformat(f"{found['date']}T{found['time'] or '00:00'}")
        local += timedelta(microseconds=int((found["fraction"] or "0")[:6].ljust(6, "0")))
        moment = local.replace(tzinfo=_offset(found["offset"]) or zone or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:] if len(text) > 3 else 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def written(moment: datetime, *, zone: ZoneInfo | None) -> str:
    """The moment as a server wants it, to the second.

    A server of a zone is given its local time with the offset, so that it is understood whether
    the offset is heeded or not.
    """
    if zone is None:
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
    return moment.astimezone(zone).isoformat(timespec="seconds")
