"""Is it known already? Open problems near a place that a report of a service may be about."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection

from citycall.catalog.queries import ServiceEntry, catalog
from citycall.catalog.specs import Privacy
from citycall.places.coordinates import Point
from citycall.places.locations import Location
from citycall.service_requests import published
from citycall.service_requests.models import Status
from citycall.service_requests.published import Published

# How far away a problem of the same service may be the same problem.
SAME_M: Final = 100.0
# Who chose a related service sees the same thing, so it has to be nearer to be it.
RELATED_M: Final = 60.0
# A problem of the very service tells more than one of a related service that is this much nearer.
_COUNTS_FOR_M: Final = 50.0
MOST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownProblem:
    """An open problem near a place, as everyone may know it; ``metres`` is how far away it is.

    It has no confirmation number, since a number can prove a report. ``words`` are there only
    where they were published, ``photo_id`` where a photo is public. ``point`` is longitude and
    latitude.
    """

    request_id: int
    entry: ServiceEntry
    same: bool
    place: str
    point: Point
    status: Status
    requested_at: datetime
    report_count: int
    metres: float
    words: str
    photo_id: int | None


class _Near(NamedTuple):
    request_id: int
    service_id: int
    metres: float


# One walk along the index for each service, nearest first; of an integer smaller than a bigint
# the index would serve the box alone.
_NEAREST: Final = """
SELECT near.id, near.service_id, near.metres
FROM unnest(%(services)s::bigint[]) AS asked (service_id)
CROSS JOIN LATERAL (
    SELECT id, request.service_id,
           (mercator <-> citycall_mercator(%(longitude)s, %(latitude)s))
               * cos(radians(%(latitude)s)) AS metres
    FROM service_requests_servicerequest AS request
    WHERE request.service_id = asked.service_id
      AND status IN ('new', 'assigned', 'in_progress', 'on_hold')
      AND mercator <@ box(
          point(
              (citycall_mercator(%(longitude)s, %(latitude)s))[0] - %(reach)s,
              (citycall_mercator(%(longitude)s, %(latitude)s))[1] - %(reach)s),
          point(
              (citycall_mercator(%(longitude)s, %(latitude)s))[0] + %(reach)s,
              (citycall_mercator(%(longitude)s, %(latitude)s))[1] + %(reach)s))
    ORDER BY mercator <-> citycall_mercator(%(longitude)s, %(latitude)s)
    LIMIT %(limit)s
) AS near
"""


def known_near(
    entry: ServiceEntry, location: Location | None, *, limit: int = MOST
) -> Sequence[KnownProblem]:
    """Open problems that a report of this service at this place may be about, most telling first.

    Of the same service within 100 metres, of related ones within 60. None where the place has no
    point; none of a service that does not show everyone where its work is, nor for one.
    """
    if location is None or location.point is None or entry.spec.privacy != Privacy.PUBLIC:
        return ()
    near = _nearest(entry, location.point, limit=limit)
    near.sort(key=lambda each: _telling(each, entry))
    facts = {row.id: row for row in published.some([each.request_id for each in near[:limit]])}
    problems = (_problem(facts.get(each.request_id), each, entry) for each in near[:limit])
    return [problem for problem in problems if problem is not None]


def _nearest(entry: ServiceEntry, point: Point, *, limit: int) -> list[_Near]:
    related = [e.id for e in catalog().related(entry) if e.spec.privacy == Privacy.PUBLIC]
    found = _within([entry.id], point, within_m=SAME_M, limit=limit)
    if related:
        found += _within(related, point, within_m=RELATED_M, limit=limit)
    return found


def _within(services: Collection[int], point: Point, *, within_m: float, limit: int) -> list[_Near]:
    longitude, latitude = point
    values: dict[str, Any] = {
        "services": list(services),
        "longitude": longitude,
        "latitude": latitude,
        "reach": within_m / math.cos(math.radians(latitude)),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, values)
        rows = [_Near._make(row) for row in cursor.fetchall()]
    return [row for row in rows if row.metres <= within_m]


def _telling(near: _Near, entry: ServiceEntry) -> tuple[float, int]:
    further = 0.0 if near.service_id == entry.id else _COUNTS_FOR_M
    return near.metres + further, near.request_id


def _problem(row: Published | None, near: _Near, entry: ServiceEntry) -> KnownProblem | None:
    if row is None or row.longitude is None or row.latitude is None:
        return None
    return KnownProblem(
        request_id=row.id,
        entry=catalog().service_by_id(row.service_id),
        same=row.service_id == entry.id,
        place=row.place,
        point=(row.longitude, row.latitude),
        status=Status(row.status),
        requested_at=row.requested_at,
        report_count=row.report_count,
        metres=near.metres,
        words=row.words,
        photo_id=row.photo_id,
    )
