"""Working out anew how long the latest requests took: a service at a time, in bounded reads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection, transaction

from citycall.catalog.queries import catalog
from citycall.durations import rules
from citycall.durations.models import Duration
from citycall.durations.queries import WHOLE_CITY
from citycall.places.queries import areas

# Latest first by an index; more would cost reading and tell of a time that is over.
MOST_READ: Final = 5_000
MOST_OF_CITY: Final = 1_000
MOST_OF_AREA: Final = 300
NOT_OLDER: Final = timedelta(days=365)
# An area speaks for itself from so many finished requests.
ENOUGH: Final = 30
_NEIGHBORHOODS: Final = "neighborhood"

# What was cancelled or referred was seen undone until then; merged ones are counted once, as the
# request that they were merged into. What was reopened is open again, whatever was said before.
_LATEST: Final = """
SELECT requested_at,
       CASE WHEN status IN ('completed', 'closed') THEN coalesce(completed_at, closed_at)
            WHEN status IN ('cancelled', 'referred') THEN closed_at END,
       status IN ('completed', 'closed'),
       areas
FROM service_requests_servicerequest
WHERE service_id = %(service)s::bigint AND requested_at > %(since)s AND requested_at <= %(at)s
  AND status <> 'merged'
ORDER BY requested_at DESC, id DESC
LIMIT %(most)s
"""


class _Example(NamedTuple):
    days: float
    done: bool


def compute(*, at: datetime) -> int:
    """Work out the courses of all services anew; returns how many rows there are now.

    Readers see the old table until the new one is whole.
    """
    neighborhoods = {
        area.id
        for layer in areas().layers
        if layer.startswith(_NEIGHBORHOODS)
        for area in areas().of_layer(layer)
    }
    found = [
        row for entry in catalog().all_services for row in _courses(entry.id, neighborhoods, at=at)
    ]
    with transaction.atomic():
        Duration.objects.all().delete()
        Duration.objects.bulk_create(found)
    return len(found)


def _courses(service_id: int, neighborhoods: set[int], *, at: datetime) -> Iterator[Duration]:
    """The rows of one service: the city's, and those of areas with examples enough."""
    by_area: dict[int, list[_Example]] = defaultdict(list)
    for example, area_ids in _latest(service_id, at=at):
        for area_id in (WHOLE_CITY, *(neighborhoods & set(area_ids))):
            most = MOST_OF_CITY if area_id == WHOLE_CITY else MOST_OF_AREA
            if len(by_area[area_id]) < most:
                by_area[area_id].append(example)
    for area_id, examples in by_area.items():
        course = rules.course([e.days for e in examples], [e.done for e in examples])
        if course.done >= (1 if area_id == WHOLE_CITY else ENOUGH):
            yield Duration(
                service_id=service_id,
                area_id=area_id,
                days=list(course.days),
                done=course.done,
                waiting=course.waiting,
                computed_at=at,
            )


def _latest(service_id: int, *, at: datetime) -> Iterable[tuple[_Example, list[int]]]:
    asked: dict[str, int | datetime] = {
        "service": service_id,
        "since": at - NOT_OLDER,
        "at": at,
        "most": MOST_READ,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, asked)
        rows = cursor.fetchall()
    for requested_at, ended_at, done, area_ids in rows:
        seen_until = min(ended_at or at, at)
        days = max(0.0, (seen_until - requested_at) / timedelta(days=1))
        yield _Example(days, bool(done and ended_at is not None and ended_at <= at)), area_ids
