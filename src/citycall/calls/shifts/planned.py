"""Reading planned shifts: how many people each half hour has, and whose they are."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from citycall.calls.measures.queries import midnight
from citycall.calls.measures.rules import HALF_HOUR
from citycall.calls.shifts.models import PlannedShift


def people(day: date, *, zone: ZoneInfo) -> dict[int, int]:
    """How many are planned in each half hour of the day (0 to 47); breaks are left out."""
    start = midnight(day, zone)
    found: Counter[int] = Counter()
    for shift in between(start, midnight(day + timedelta(days=1), zone)):
        first = max(_index(shift.begins, start), 0)
        resting = None if shift.break_at is None else _index(shift.break_at, start)
        for n in range(first, 48):
            if start + n * HALF_HOUR >= shift.ends:
                break
            if n != resting:
                found[n] += 1
    return dict(found)


def between(since: datetime, until: datetime) -> list[PlannedShift]:
    """The shifts that lie in this time or reach into it, by their beginning."""
    rows = PlannedShift.objects.filter(
        begins__lt=until, begins__gte=since - timedelta(days=1), ends__gt=since
    )
    return list(rows.select_related("taker").order_by("begins", "id"))


def _index(moment: datetime, start: datetime) -> int:
    return int((moment - start) // HALF_HOUR)
