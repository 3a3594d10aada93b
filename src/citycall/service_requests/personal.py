"""What one person told the city: the reports behind their contacts, and all that they said."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from citycall.contacts.models import Contact
from citycall.core.actors import ActorKind
from citycall.core.models import Event
from citycall.core.paging import Page, page_by_time
from citycall.service_requests import queries
from citycall.service_requests.events import SUBJECT
from citycall.service_requests.models import Attachment, Report, ServiceRequest, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One report with its photos, and the words that the person added to it later."""

    report: Report
    photos: list[Attachment]
    added: list[Event]


def reports_of(
    contacts: QuerySet[Contact], *, also: QuerySet[Any, int] | None = None
) -> QuerySet[Report]:
    """The reports that were told with these contacts; ``also`` are ids of further ones."""
    told = Report.objects.filter(contact__in=contacts.values("pk"))
    if also is None:
        return told
    # A union and not "or", which no index serves.
    return Report.objects.filter(pk__in=told.values_list("pk", flat=True).union(also))


def page_of(reports: QuerySet[Report], *, older_than: str, size: int) -> Page[Report]:
    """Some of these reports, latest first, each with its request."""
    rows = reports.select_related("service_request")
    return page_by_time(rows, column="reported_at", older_than=older_than, size=size)


def latest(report_ids: Collection[int]) -> list[Report]:
    """These reports with their requests, latest first."""
    rows = Report.objects.filter(pk__in=report_ids).select_related("service_request")
    return list(rows.order_by("-reported_at", "-pk"))


def said_in(reports: Collection[Report]) -> list[Said]:
    """What was said in these reports and added to them."""
    photos = _by_report(Attachment.objects.filter(report__in=reports).order_by("pk"))
    added = list(words_added_to(reports))
    return [
        Said(
            report=report,
            photos=photos.get(report.pk, []),
            added=[
                event
                for event in added
                if event.data.get("report", report.pk) == report.pk
                and (event.data.get("report") or event.subject_id == report.service_request_id)
            ],
        )
        for report in reports
    ]


def words_added_to(reports: Collection[Report]) -> QuerySet[Event]:
    """The events with words that came from the reporters of these reports, as far as it is known.

    An event that does not say whose it is belongs to the only reporter, where there is only one.
    """
    theirs = Q(data__report__in=[report.pk for report in reports])
    return Event.objects.filter(
        theirs | Q(subject_id__in=_alone(reports)),
        subject_kind=SUBJECT,
        subject_id__in=_requests_of(reports),
        actor_kind=ActorKind.RESIDENT,
        words__isnull=False,
    ).order_by("pk")


def _alone(reports: Collection[Report]) -> list[int]:
    """The requests that nobody but these reporters has reported."""
    asked = {report.service_request_id for report in reports}
    others = Report.objects.filter(service_request__in=asked).exclude(
        pk__in=[report.pk for report in reports]
    )
    shared = set(others.values_list("service_request_id", flat=True))
    return sorted(asked - shared)


def _requests_of(reports: Collection[Report]) -> set[int]:
    """The requests of these reports, and those that they were merged into."""
    own = {report.service_request_id for report in reports}
    merged = ServiceRequest.objects.filter(pk__in=own, status=Status.MERGED)
    return own | {queries.root_id(pk) for pk in merged.values_list("pk", flat=True)}


def _by_report(photos: Iterable[Attachment]) -> dict[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    for photo in photos:
        if photo.report_id is not None:
            found.setdefault(photo.report_id, []).append(photo)
    return found
