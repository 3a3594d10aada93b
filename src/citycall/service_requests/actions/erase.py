"""Forgetting what one person said, while the problem itself stays on record."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from citycall.catalog.queries import catalog
from citycall.catalog.specs import Datatype, ServiceSpec
from citycall.core import events as core_events
from citycall.core.actors import Actor
from citycall.core.models import Visibility
from citycall.service_requests import photos, queries
from citycall.service_requests.actions.change import finish, lock
from citycall.service_requests.actions.recognise import forget_languages
from citycall.service_requests.events import Kind
from citycall.service_requests.history import specs_along
from citycall.service_requests.models import Attachment, Report, ServiceRequest
from citycall.service_requests.personal import words_added_to

_WRITTEN = frozenset({Datatype.STRING, Datatype.TEXT})


@transaction.atomic
def erase_reports(report_ids: Collection[int], *, by: Actor, at: datetime) -> int:
    """Empty what was written and take away the photos of these reports. Returns how many.

    Service, place, dates, state and answers by choice stay: they tell of the problem, not of who
    reported it. What the first reporter wrote about how to find the spot goes too.
    """
    reports = list(Report.objects.filter(pk__in=report_ids).order_by("service_request_id", "pk"))
    said = [event.pk for event in words_added_to(reports)]
    core_events.erase_words(said)
    forget_languages(said)
    for report in reports:
        _erase(report, by=by, at=at)
    return len(reports)


def _erase(report: Report, *, by: Actor, at: datetime) -> None:
    request = lock(report.service_request_id)
    asked = [question for spec in _services_of(request) for question in spec.questions]
    written = {question.code for question in asked if question.datatype in _WRITTEN}
    known = {question.code for question in asked} - written
    report.words = report.wanted = report.written_in = ""
    report.answers = {code: given for code, given in report.answers.items() if code in known}
    report.save(update_fields=["words", "wanted", "answers", "written_in"])
    if report.number == request.number:
        request.directions = ""
    _remove_photos(report)
    finish(
        request,
        Kind.ERASED,
        by=by,
        at=at,
        data={"report": report.pk},
        visibility=Visibility.INTERNAL,
    )


def _services_of(request: ServiceRequest) -> list[ServiceSpec]:
    """The services that the request has had, whose questions were answered."""
    happened = queries.history(request, visible=(Visibility.PUBLIC,))
    spec = catalog().service_by_id(request.service_id).spec
    had = specs_along(((event.kind, event.data) for event in happened), spec)
    return list({each.code: each for each in (spec, *had)}.values())


def _remove_photos(report: Report) -> None:
    """The rows go now, the pictures with the next tidying unless another report has them."""
    for attachment in Attachment.objects.filter(report=report):
        photos.release(attachment.file, attachment.thumbnail)
        attachment.delete()
