"""Working out anew how each service's work is usually recorded, from its latest completions."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from citycall.catalog.queries import written
from citycall.closures.models import Usual
from citycall.core import clock
from citycall.durations.models import Duration
from citycall.durations.queries import WHOLE_CITY

MOST_READ: Final = 1_000
_PERCENTS: Final = 10

_LATEST: Final = """
SELECT count(*), avg((visited_at IS NOT NULL OR photos > 0)::int), avg((photos > 0)::int),
    avg((extract(hour FROM completed_at AT TIME ZONE %(zone)s)
        IN (21, 22, 23, 0, 1, 2, 3, 4))::int),
    percentile_cont(ARRAY[0.05, 0.5]) WITHIN GROUP (
        ORDER BY extract(epoch FROM completed_at - visited_at) / 60)
FROM (
    SELECT visited_at, photos, completed_at FROM closures_closure
    WHERE service_id = %(service)s AND completed_at <= %(at)s
    ORDER BY completed_at DESC LIMIT %(most)s) latest
"""


def compute(*, at: datetime) -> int:
    """Work it out for all services; returns for how many. Readers see the old until it is whole.

    How soon work is done follows from the room ``durations``.
    """
    quick = {
        row.service_id: list(row.days[:_PERCENTS])
        for row in Duration.objects.filter(area_id=WHOLE_CITY)
    }
    found = []
    for entry in written().all_services:
        with connection.cursor() as cursor:
            cursor.execute(
                _LATEST,
                {
                    "service": entry.id,
                    "at": at,
                    "most": MOST_READ,
                    "zone": str(clock.city_zone()),
                },
            )
            count, visits, photos, nights, minutes = cursor.fetchone()
        if not count:
            continue
        short, half = minutes if minutes else (None, None)
        found.append(
            Usual(
                service_id=entry.id,
                closures=count,
                visits=visits,
                photos=photos,
                nights=nights,
                short_visit=short,
                half_visit=half,
                quick_days=quick.get(entry.id, []),
                computed_at=at,
            )
        )
    with transaction.atomic():
        Usual.objects.all().delete()
        Usual.objects.bulk_create(found)
    return len(found)
