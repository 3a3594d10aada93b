"""Places where the same trouble returns: found at night, kept as cases of their own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from citycall.accounts.models import User
from citycall.accounts.queries import colleagues
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotFound
from citycall.core.paging import Page, decode, encode
from citycall.core.permissions import require
from citycall.duplicates import rules
from citycall.duplicates.features import METRES_A_DEGREE
from citycall.duplicates.models import RepeatChange, RepeatPlace, RepeatRequest, RepeatState
from citycall.duplicates.policies import PERMISSIONS
from citycall.duplicates.rules import Trouble
from citycall.service_requests import cells
from citycall.service_requests.models import ServiceRequest, Status

SIZE: Final = 50
LONGEST_CAUSE: Final = 4_000
# Merged requests are part of their parents; what was cancelled or another body's was no trouble.
_COUNTED: Final = """
SELECT id, service_id, agency_id, longitude, latitude, requested_at,
       coalesce(completed_at, closed_at), place
FROM service_requests_servicerequest
WHERE service_id = ANY(%(services)s::bigint[]) AND requested_at > %(since)s
  AND requested_at <= %(at)s AND longitude IS NOT NULL
  AND status NOT IN ('merged', 'cancelled', 'referred')
ORDER BY requested_at, id
"""


class CauseTooLong(DomainError):
    """The note is longer than anybody reads."""

    code = "cause_too_long"


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    service_id: int
    agency_id: int
    longitude: float
    latitude: float
    at: datetime
    ended: datetime | None
    place: str


def find(*, at: datetime) -> int:
    """Find the year's repeat places anew; returns how many there are.

    A place that is known already keeps its state, owner and cause; it is the same place while one
    of its requests is. What no longer repeats keeps its requests, with how often it was lately.
    """
    kept: set[int] = set()
    for services in troubles_alike():
        kept |= {place.pk for place in _find_among(services, at=at)}
    _count_others(kept, at=at)
    return len(kept)


def troubles_alike() -> list[list[int]]:
    """The ids of services that may mean the same trouble, together: those that name each other.

    What is taken as something else is no trouble of one kind.
    """
    book = catalog()
    left = {e.code: e for e in book.all_services if not e.spec.something_else}
    found = []
    while left:
        together = _together(left, left.popitem()[1])
        found.append(sorted(entry.id for entry in together))
    return sorted(found)


def _together(left: dict[str, ServiceEntry], first: ServiceEntry) -> list[ServiceEntry]:
    found, ahead = [], [first]
    while ahead:
        entry = ahead.pop()
        found.append(entry)
        named = set(entry.spec.related or ())
        named |= {code for code, other in left.items() if entry.code in (other.spec.related or ())}
        ahead += [left.pop(code) for code in sorted(named) if code in left]
    return found


def _find_among(services: Sequence[int], *, at: datetime) -> Iterator[RepeatPlace]:
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"services": list(services), "since": at - rules.A_YEAR, "at": at}
        cursor.execute(_COUNTED, asked)
        rows = {row[0]: _Row(*row) for row in cursor.fetchall()}
    for spot in rules.spots(list(_flat(rows.values()))):
        if len(spot) >= rules.OFTEN and rules.times(spot) >= rules.OFTEN:
            yield _keep([rows[each.id] for each in spot], times=rules.times(spot), at=at)


def _flat(rows: Iterable[_Row]) -> Iterator[Trouble]:
    """Degrees as metres; one city is small enough to be flat."""
    listed = list(rows)
    if not listed:
        return
    aside = METRES_A_DEGREE * float(np.cos(np.radians(round(listed[0].latitude))))
    for row in listed:
        yield Trouble(
            id=row.id,
            east=row.longitude * aside,
            north=row.latitude * METRES_A_DEGREE,
            at=row.at,
            ended=row.ended,
        )


@transaction.atomic
def _keep(rows: Sequence[_Row], *, times: int, at: datetime) -> RepeatPlace:
    ids = [row.id for row in rows]
    known = RepeatRequest.objects.filter(request_id__in=ids).order_by("place_id").first()
    last = rows[-1]
    services = [row.service_id for row in rows]
    facts: dict[str, Any] = {
        "agency_id": last.agency_id,
        "service_id": max(sorted(set(services)), key=services.count),
        "services": sorted(set(services)),
        "longitude": rows[0].longitude,
        "latitude": rows[0].latitude,
        "h3_cell": cells.cell_of(rows[0].longitude, rows[0].latitude),
        "place": next((row.place for row in reversed(rows) if row.place), ""),
        "times": times,
        "last_at": last.at,
        "counted_at": at,
    }
    if known is None:
        place = RepeatPlace.objects.create(**facts, found_at=at)
    else:
        RepeatPlace.objects.filter(pk=known.place_id).update(**facts)
        place = RepeatPlace.objects.get(pk=known.place_id)
    RepeatRequest.objects.bulk_create(
        [RepeatRequest(request_id=each, place=place) for each in ids], ignore_conflicts=True
    )
    return place


def _count_others(kept: set[int], *, at: datetime) -> None:
    """What repeats no more says how often it was within the last year, down to never."""
    for place in RepeatPlace.objects.exclude(pk__in=kept).filter(times__gt=0):
        place.times = rules.times(_troubles_at(place, since=at - rules.A_YEAR))
        place.counted_at = at
        place.save(update_fields=["times", "counted_at"])


def _troubles_at(place: RepeatPlace, *, since: datetime) -> list[Trouble]:
    rows = ServiceRequest.objects.filter(repeat_place__place=place, requested_at__gt=since).exclude(
        status__in=[Status.MERGED, Status.CANCELLED, Status.REFERRED]
    )
    return [Trouble(r.pk, 0.0, 0.0, r.requested_at, r.completed_at or r.closed_at) for r in rows]


@transaction.atomic
def join(request_id: int, *, at: datetime) -> RepeatPlace | None:
    """Add a new request to the repeat place that it lies at, if there is one. Safe to run twice."""
    request = ServiceRequest.objects.get(pk=request_id)
    if request.longitude is None or request.latitude is None:
        return None
    place = _at(request)
    if place is None:
        return None
    RepeatRequest.objects.get_or_create(request_id=request_id, defaults={"place": place})
    place = RepeatPlace.objects.select_for_update().get(pk=place.pk)
    place.times = rules.times(_troubles_at(place, since=at - rules.A_YEAR))
    place.last_at = max(place.last_at, request.requested_at)
    place.counted_at = at
    place.save()
    return place


def _at(request: ServiceRequest) -> RepeatPlace | None:
    """The repeat place of the request's service whose spot holds it, nearest first."""
    longitude, latitude = request.longitude or 0.0, request.latitude or 0.0
    box = cells.Box.around(longitude, latitude, metres=rules.SPOT_M)
    near = RepeatPlace.objects.filter(
        h3_cell__in=cells.covering(box, cells.RESOLUTION), services__contains=[request.service_id]
    )
    aside = METRES_A_DEGREE * float(np.cos(np.radians(latitude)))
    apart = [
        (
            float(
                np.hypot(
                    (each.longitude - longitude) * aside,
                    (each.latitude - latitude) * METRES_A_DEGREE,
                )
            ),
            each.pk,
            each,
        )
        for each in near
    ]
    inside = sorted(each for each in apart if each[0] <= rules.SPOT_M)
    return inside[0][2] if inside else None


# Reading and keeping.


def readable(actor: Actor) -> QuerySet[RepeatPlace]:
    """The repeat places that the actor may read: their agencies'."""
    grant = PERMISSIONS["read_repeats"]
    rows = RepeatPlace.objects.select_related("service", "agency", "owner")
    if grant.allows(actor, agency_id=None):
        return rows
    agencies = actor.agencies_as(grant.own_agency)
    return rows if agencies is None else rows.filter(agency_id__in=agencies)


def page(actor: Actor, *, state: str = "", after: str = "", size: int = SIZE) -> Page[RepeatPlace]:
    """One page of repeat places, the most frequent first; of one state, where one is named."""
    rows = readable(actor).filter(times__gte=rules.OFTEN)
    if state in RepeatState.values:
        rows = rows.filter(state=state)
    if after:
        often, row_id = decode(after, kinds=(int, int))
        rows = rows.filter(Q(times__lte=often) & (Q(times__lt=often) | Q(id__lt=row_id)))
    found = list(rows.order_by("-times", "-id")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(rows=found[:size], newer="", older=encode((last.times, last.pk)) if last else "")


def place_for(actor: Actor, place_id: int) -> RepeatPlace:
    """One repeat place; raises ``NotFound`` and ``NotAllowed``."""
    place = RepeatPlace.objects.select_related("service", "agency", "owner").filter(pk=place_id)
    found = place.first()
    if found is None:
        raise NotFound(_("There is no such repeat place."))
    require(PERMISSIONS, "read_repeats", by=actor, agency_id=found.agency_id)
    return found


def may_keep(actor: Actor, place: RepeatPlace) -> bool:
    """Whether the actor may decide about the place's cause."""
    return PERMISSIONS["keep_repeat"].allows(actor, agency_id=place.agency_id)


def of_request(actor: Actor, request_id: int) -> RepeatPlace | None:
    """The repeat place that a request belongs to, if the actor may read it."""
    return readable(actor).filter(members__request_id=request_id).first()


def requests_of(place: RepeatPlace, *, most: int = 200) -> list[ServiceRequest]:
    """The place's requests, the latest first."""
    rows = ServiceRequest.objects.filter(repeat_place__place=place).select_related("service")
    return list(rows.order_by("-requested_at", "-id")[:most])


def changes_of(place: RepeatPlace) -> list[RepeatChange]:
    """What was decided about the place, the latest first."""
    return list(place.changes.order_by("-id")[:100])


@transaction.atomic
def keep(
    place_id: int,
    *,
    state: RepeatState,
    owner_id: int | None,
    cause: str,
    by: Actor,
    at: datetime,
) -> RepeatPlace:
    """Say where the work on a place's cause stands, who sees to it, and what the cause is."""
    place = place_for(by, place_id)
    require(PERMISSIONS, "keep_repeat", by=by, agency_id=place.agency_id)
    cause = cause.strip()
    if len(cause) > LONGEST_CAUSE:
        raise CauseTooLong(
            _("Please keep this under %(n)s characters.") % {"n": LONGEST_CAUSE}, field="cause"
        )
    place = RepeatPlace.objects.select_for_update().get(pk=place_id)
    owner = _owner(place, owner_id)
    if (place.state, place.owner, place.cause) != (state, owner, cause):
        place.state, place.owner, place.cause = state, owner, cause
        place.save()
        RepeatChange.objects.create(
            place=place,
            at=at,
            by=by.name,
            state=state,
            owner=str(owner) if owner else "",
            cause=cause,
        )
    return place


def _owner(place: RepeatPlace, owner_id: int | None) -> User | None:
    """A colleague of the place's agency."""
    if owner_id is None:
        return None
    return next((u for u in colleagues(place.agency_id) if u.pk == owner_id), None)
