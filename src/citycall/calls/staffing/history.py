"""Calls gone by, as a forecast learns from them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from citycall.calls.staffing.forecast import HALF_HOURS


def counted(times: Iterable[datetime], *, zone: ZoneInfo) -> dict[date, list[float]]:
    """How many calls came in each half hour of each day, by the city's clock.

    From the day of the first call to the one before the last, which may not be over. Times without
    a zone are the city's own.
    """
    local = [at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone) for at in times]
    if not local:
        return {}
    first, last = min(local).date(), max(local).date()
    found = {first + timedelta(days=n): [0.0] * HALF_HOURS for n in range((last - first).days)}
    for at in local:
        if at.date() in found:
            found[at.date()][2 * at.hour + at.minute // 30] += 1
    return found
