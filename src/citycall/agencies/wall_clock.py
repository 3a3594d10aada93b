"""Local wall-clock time and instants, over the changes of daylight-saving time.

A city promises in wall-clock time ("Monday at 10:15") and works through real hours. A local time
that the clocks skip means the moment of the change; one that comes twice means its first coming.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


def instant(local: datetime, *, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the clocks of ``zone`` show ``local`` (given without zone)."""
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None, fold=0) == local:
        return first
    return _change(local.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def days_later(start: datetime, days: int, *, zone: ZoneInfo) -> datetime:
    """The same local time of day, ``days`` calendar days after ``start``; in UTC.

    Monotone in both, but for starts within the hour that comes twice in autumn, where a later
    moment may show an earlier time of day.
    """
    local = aware(start).astimezone(zone).replace(tzinfo=None, fold=0)
    if days == 0:
        return start.astimezone(UTC)
    return instant(local + timedelta(days=days), zone=zone)


def aware(moment: datetime) -> datetime:
    """``moment`` itself; raises ``ValueError`` where it does not say its offset from UTC."""
    if moment.utcoffset() is None:
        raise ValueError("A moment must carry its offset from UTC.")
    return moment


def stretches(
    begin: datetime, end: datetime, *, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """``begin`` to ``end`` (UTC) in stretches of one offset each: from, to, local minus UTC."""
    here = begin
    offset = _offset(begin, zone)
    step = begin
    while step < end:
        following = min(step + _DAY, end)
        if _offset(following, zone) != offset:
            change = _change(step, following, zone)
            yield here, change, offset
            here, following, offset = change, change, _offset(change, zone)
        step = following
    if here < end:
        yield here, end, offset


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    # Zone changes fall on whole seconds, so halving the gap down to one second finds the moment.
    old = _offset(before, zone)
    low, high = before.replace(microsecond=0), after
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle == low:
            middle = low + _SECOND
        if _offset(middle, zone) == old:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
