"""Reading service requests: guarded for staff, by number for everyone else."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, F, Func, Q, QuerySet
from django.utils.translation import gettext as _

from citycall.contacts.models import Contact
from citycall.core import numbers, paging
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.models import Event, Visibility
from citycall.core.permissions import require
from citycall.service_requests import events, policies
from citycall.service_requests.models import (
    OPEN,
    Attachment,
    CommentLanguage,
    Report,
    ServiceRequest,
    Status,
)

_WITH = ("service", "agency", "team", "assignee", "outcome")

# A request and all that were merged into it, however often merging was repeated.
_FAMILY = """
WITH RECURSIVE family AS (
    SELECT %s::bigint AS id
    UNION
    SELECT child.id FROM service_requests_servicerequest child
    JOIN family ON child.merged_into_id = family.id AND child.status = 'merged'
)
SELECT id FROM family
"""
_ROOT = """
WITH RECURSIVE line AS (
    SELECT id, merged_into_id FROM service_requests_servicerequest WHERE id = %s
    UNION
    SELECT parent.id, parent.merged_into_id FROM service_requests_servicerequest parent
    JOIN line ON line.merged_into_id = parent.id
)
SELECT id FROM line WHERE merged_into_id IS NULL
"""


def _not_found() -> NotFound:
    return NotFound(_("We have no report with this number. Please check it and try again."))


def report_by_number(number: int) -> Report:
    """The report with this confirmation number; raises ``NotFound``."""
    try:
        return Report.objects.select_related("contact").get(number=number)
    except Report.DoesNotExist:
        raise _not_found() from None


def root_id(request_id: int) -> int:
    """The request that a merged one now belongs to; itself where it was not merged."""
    with connection.cursor() as cursor:
        cursor.execute(_ROOT, [request_id])
        row = cursor.fetchone()
    if row is None:
        raise _not_found()
    return int(row[0])


def roots(request_ids: Collection[int]) -> dict[int, ServiceRequest]:
    """The requests that these now belong to, through any merging, by the ids that were asked for.

    One query for each step of the longest line of merging.
    """
    here = ServiceRequest.objects.in_bulk(list(request_ids))
    while above := {row.merged_into_id for row in here.values() if row.merged_into_id}:
        parents = ServiceRequest.objects.in_bulk(list(above))
        here = {
            pk: parents[row.merged_into_id] if row.merged_into_id else row
            for pk, row in here.items()
        }
    return here


def family_ids(request_id: int) -> list[int]:
    """The ids of a request and of all requests merged into it."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, [request_id])
        return [row[0] for row in cursor.fetchall()]


def request_of(report: Report) -> ServiceRequest:
    """The problem that a report leads to today, through any merging."""
    return ServiceRequest.objects.get(pk=root_id(report.service_request_id))


def get_for(actor: Actor, number: int) -> ServiceRequest:
    """The request with this number, for staff who may read it; the only way to it for a door.

    A merged request is returned itself, not its parent. Raises ``NotFound``, ``NotAllowed``.
    """
    request = ServiceRequest.objects.select_related(*_WITH, "merged_into").get(
        pk=report_by_number(number).service_request_id
    )
    require(policies.PERMISSIONS, "read", by=actor, agency_id=request.agency_id)
    return request


def current(request: ServiceRequest) -> ServiceRequest:
    """The request that this one is part of today, with what belongs to it; itself if unmerged."""
    rows = ServiceRequest.objects.select_related(*_WITH, "merged_into")
    return rows.get(pk=root_id(request.pk))


def may(actor: Actor, action: str, request: ServiceRequest) -> bool:
    """Whether staff or a key may do ``action`` to this request."""
    return policies.PERMISSIONS[action].allows(actor, agency_id=request.agency_id)


def is_reporter(actor: Actor, request: ServiceRequest) -> bool:
    """Whether a resident has proven that one of the request's reports is theirs."""
    if actor.kind is not ActorKind.RESIDENT or not actor.reports:
        return False
    return Report.objects.filter(
        pk__in=actor.reports, service_request_id__in=family_ids(request.pk)
    ).exists()


def is_answered_by_number(report: Report) -> bool:
    """Whether the number alone proves the report, since no link could be sent to its reporter.

    Who had their address erased has had a link.
    """
    contact = report.contact
    return contact is None or (not contact.email and contact.erased_at is None)


def reports_of(request: ServiceRequest) -> list[Report]:
    """Every report of the problem, merged ones included, first come first."""
    return list(
        Report.objects.filter(service_request_id__in=family_ids(request.pk))
        .select_related("contact")
        .order_by("reported_at", "id")
    )


def contact_for(actor: Actor, request: ServiceRequest, report: Report) -> Contact | None:
    """The reporter's contact data, for those who may see it; raises ``NotAllowed``."""
    require(policies.PERMISSIONS, "read_contact", by=actor, agency_id=request.agency_id)
    return report.contact


def attachments_of(request: ServiceRequest) -> list[Attachment]:
    """The photos of the problem, merged reports' included, oldest first."""
    return list(
        Attachment.objects.filter(service_request_id__in=family_ids(request.pk)).order_by("id")
    )


# So many photos are looked at for the stops of one crew's day.
_MOST_PHOTOS: Final = 1_000


def reporters_photos(request_ids: Collection[int], *, by: Actor) -> list[Attachment]:
    """What reporters photographed of these requests, for staff who may read them; oldest first."""
    asked = readable(by).filter(pk__in=request_ids)
    rows = Attachment.objects.filter(service_request__in=asked, stage=Attachment.Stage.REPORT)
    return list(rows.order_by("id")[:_MOST_PHOTOS])


def history(request: ServiceRequest, *, visible: Iterable[Visibility]) -> list[Event]:
    """The request's events of these visibilities, oldest first, at most a thousand."""
    return list(
        Event.objects.filter(
            subject_kind=events.SUBJECT,
            subject_id=request.pk,
            visibility__in=[v.value for v in visible],
        ).order_by("id")[:1000]
    )


def happened_since(request: ServiceRequest, *, seen: datetime) -> list[Event]:
    """What was told of the request after the state that somebody saw, oldest first."""
    rows = Event.objects.filter(subject_kind=events.SUBJECT, subject_id=request.pk, at__gt=seen)
    return list(rows.order_by("id")[:50])


def comment_languages(events: Iterable[Event]) -> dict[int, str]:
    """The languages that the words of these events were recognised to be written in, by event."""
    by_residents = (event for event in events if event.actor_kind == ActorKind.RESIDENT)
    ids = [event.pk for event in by_residents if event.words]
    if not ids:
        return {}
    found = CommentLanguage.objects.filter(event_id__in=ids)
    return dict(found.values_list("event_id", "written_in"))


def work_list(
    actor: Actor,
    *,
    team_id: int | None = None,
    status: str = "",
    older_than: str = "",
    newer_than: str = "",
    size: int = 50,
) -> paging.Page[ServiceRequest]:
    """One page of the requests that the actor may read, latest first."""
    rows = readable(actor).select_related(*_WITH)
    if team_id is not None:
        rows = rows.filter(team_id=team_id)
    if status == "open":
        rows = rows.filter(OPEN)
    elif status in Status.values:
        rows = rows.filter(status=status)
    return paging.page_by_time(
        rows, column="requested_at", older_than=older_than, newer_than=newer_than, size=size
    )


def readable(actor: Actor) -> QuerySet[ServiceRequest]:
    """The requests that staff may read; raises ``NotAllowed`` for those who may read none."""
    grant = policies.PERMISSIONS["read"]
    if actor.kind is ActorKind.SYSTEM or actor.holds_anywhere(grant.everywhere):
        return ServiceRequest.objects.all()
    agencies = actor.agencies_as(grant.own_agency)
    if agencies is None:
        return ServiceRequest.objects.all()
    if not agencies:
        raise NotAllowed(_("You do not have permission to see service requests."))
    return ServiceRequest.objects.filter(agency_id__in=agencies)


def by_ids(actor: Actor, ids: Collection[int]) -> list[ServiceRequest]:
    """Those of these requests that the actor may read, in any order, with their services."""
    return list(readable(actor).filter(pk__in=ids).select_related("service"))


def count_up_to(most: int, selections: Sequence[QuerySet[ServiceRequest]]) -> list[int]:
    """How many requests each selection has, counted no further than ``most``, in one query."""
    if not selections:
        return []
    counts: list[str] = []
    values: list[Any] = []
    for selection in selections:
        some = selection.order_by().values("pk")[:most]
        try:
            sql, params = some.query.sql_with_params()
        except EmptyResultSet:
            counts.append("0")
            continue
        counts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608  (by the ORM)
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", values)
        return [int(count) for count in cursor.fetchone()]


# So many tags are looked through for what to suggest.
_TAGS_LOOKED_AT: Final = 5_000


def known_tags(actor: Actor, *, limit: int = 50) -> list[str]:
    """The tags that requests have which the actor may read, the most used first."""
    tagged = readable(actor).filter(~Q(tags=[])).order_by()
    tags = tagged.annotate(tag=Func(F("tags"), function="unnest", output_field=CharField())).values(
        "tag"
    )
    try:
        sql, params = tags[:_TAGS_LOOKED_AT].query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT tag FROM ({sql}) AS looked_at "  # noqa: S608  (by the ORM)
            "GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %s",
            [*params, limit],
        )
        return [tag for (tag,) in cursor.fetchall()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """An open request near a point: ``metres`` away."""

    request_id: int
    number: str
    place: str
    status: str
    requested_at: datetime
    report_count: int
    metres: float


# The index is told a bigint: of a smaller integer it would serve the box alone.
_NEAREST = """
SELECT id, number, place, status, requested_at, report_count,
       (mercator <-> citycall_mercator(%(longitude)s, %(latitude)s))
           * cos(radians(%(latitude)s)) AS metres
FROM service_requests_servicerequest
WHERE service_id = %(service)s::bigint AND status IN ('new', 'assigned', 'in_progress', 'on_hold')
  AND mercator <@ box(
      point(
          (citycall_mercator(%(longitude)s, %(latitude)s))[0] - %(reach)s,
          (citycall_mercator(%(longitude)s, %(latitude)s))[1] - %(reach)s),
      point(
          (citycall_mercator(%(longitude)s, %(latitude)s))[0] + %(reach)s,
          (citycall_mercator(%(longitude)s, %(latitude)s))[1] + %(reach)s))
ORDER BY mercator <-> citycall_mercator(%(longitude)s, %(latitude)s)
LIMIT %(limit)s
"""


def nearest_open(
    *, service_id: int, longitude: float, latitude: float, within_m: float, limit: int = 5
) -> Sequence[Nearby]:
    """Open requests of one service around a point, nearest first, at most ``within_m`` away."""
    stretch = math.cos(math.radians(latitude))
    with connection.cursor() as cursor:
        cursor.execute(
            _NEAREST,
            {
                "service": service_id,
                "longitude": longitude,
                "latitude": latitude,
                "reach": within_m / stretch,
                "limit": limit,
            },
        )
        rows = cursor.fetchall()
    return [
        Nearby(
            request_id=row[0],
            number=numbers.show(row[1]),
            place=row[2],
            status=row[3],
            requested_at=row[4],
            report_count=row[5],
            metres=row[6],
        )
        for row in rows
        if row[6] <= within_m
    ]


def waiting_past(*, at: datetime, limit: int) -> list[int]:
    """Ids of completed requests whose verification period has ended."""
    return list(
        ServiceRequest.objects.filter(Q(status=Status.COMPLETED, verify_until__lte=at))
        .order_by("verify_until")
        .values_list("id", flat=True)[:limit]
    )


def _readable_reports(by: Actor) -> QuerySet[Report]:
    """The reports of requests that staff may read, each with its request and service."""
    rows = Report.objects.select_related("service_request__service")
    return rows.filter(service_request__in=readable(by))


def told_as(asked: Iterable[int], *, by: Actor) -> list[Report]:
    """The reports with these confirmation numbers, latest first, as far as staff may read them."""
    found = _readable_reports(by).filter(number__in=list(asked))
    return list(found.order_by("-reported_at", "-id"))


def told_by(contacts: Iterable[Contact], *, by: Actor, limit: int) -> list[Report]:
    """The latest reports of these contacts, as far as staff may read them."""
    held = list(contacts)
    if not held:
        return []
    found = _readable_reports(by).filter(contact__in=held)
    return list(found.order_by("-reported_at", "-id")[:limit])


def first_reports(request_ids: Sequence[int], *, by: Actor) -> list[Report]:
    """The report that made each of these requests, latest first."""
    found = _readable_reports(by).filter(
        service_request_id__in=list(request_ids), number=F("service_request__number")
    )
    return list(found.order_by("-reported_at", "-id"))
