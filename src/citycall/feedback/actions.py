"""The reporter's answer to "was it really fixed?", and what follows when none comes."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.core.actors import SYSTEM, Actor, ActorKind
from citycall.core.errors import Conflict, NotAllowed
from citycall.core.events import erase_words
from citycall.core.models import Event
from citycall.core.permissions import require
from citycall.feedback.models import Rating, Verdict
from citycall.service_requests import policies, queries
from citycall.service_requests.actions import close
from citycall.service_requests.actions.change import lock
from citycall.service_requests.actions.work import BadChoice
from citycall.service_requests.events import SUBJECT
from citycall.service_requests.models import Report, ServiceRequest, Status
from citycall.service_requests.rules import StepNotAllowed

# How long after it was closed a reporter may still say that it was not fixed.
DISPUTE_WITHIN = timedelta(days=30)
CLOSE_AT_ONCE = 500


class TooLate(Conflict):
    """The time to dispute has passed; a new report is the way."""

    code = "too_late"


@transaction.atomic
def confirm(report: Report, *, by: Actor, at: datetime, words: str = "") -> ServiceRequest:
    """The reporter says that the problem is gone: the request is closed as confirmed.

    Said again, it changes nothing.
    """
    request = lock(queries.root_id(report.service_request_id))
    by = _proven(report, request, "confirm", by=by)
    completed_at = request.completed_at
    if completed_at is not None and _has_confirmed(report, completed_at):
        return request
    if request.status != Status.COMPLETED or completed_at is None:
        raise StepNotAllowed(_("There is nothing to confirm for this request now."))
    Verdict.objects.create(
        service_request=request,
        report=report,
        answer=Verdict.Answer.CONFIRMED,
        completed_at=completed_at,
        given_at=at,
        words=words.strip(),
    )
    return close.confirm(request.pk, by=by, at=at, words=words)


@transaction.atomic
def dispute(report: Report, *, by: Actor, at: datetime, words: str) -> ServiceRequest:
    """The reporter says that the problem is still there: the request is reopened.

    Possible while it awaits confirmation, and for 30 days after it was closed.
    """
    request = lock(queries.root_id(report.service_request_id))
    by = _proven(report, request, "dispute", by=by)
    if request.status not in {Status.COMPLETED, Status.CLOSED} or request.completed_at is None:
        raise StepNotAllowed(_("This request has not been completed, so it is still being worked."))
    if request.closed_at is not None and at > request.closed_at + DISPUTE_WITHIN:
        raise TooLate(_("This was closed over 30 days ago. Please report the problem anew."))
    completed_at = request.completed_at
    reopened = close.reopen(request.pk, reason=words, by=by, at=at, disputed=True)
    _note_disputed(report.pk, request.pk, completed_at, at=at, words=words)
    return reopened


def note_missed(event: Event) -> int:
    """Who says of a completed request that nobody came answers that it was not done.

    Returns how many reporters' answers these are; noted already, it changes nothing.
    """
    disputed_by = event.data.get("disputed_by", [])
    for report_id in disputed_by:
        completed_at = datetime.fromisoformat(event.data["completed_at"])
        words = event.words or ""
        _note_disputed(report_id, event.subject_id, completed_at, at=event.at, words=words)
    return len(disputed_by)


def _note_disputed(
    report_id: int, request_id: int, completed_at: datetime, *, at: datetime, words: str
) -> None:
    Verdict.objects.update_or_create(
        report_id=report_id,
        completed_at=completed_at,
        defaults={
            "service_request_id": request_id,
            "answer": Verdict.Answer.DISPUTED,
            "given_at": at,
            "words": words.strip(),
        },
    )


def close_undisputed_due(*, at: datetime) -> int:
    """Close every completed request that nobody objected to in time; returns how many."""
    closed = 0
    for request_id in queries.waiting_past(at=at, limit=CLOSE_AT_ONCE):
        try:
            close.close_undisputed(request_id, by=SYSTEM, at=at)
        except (Conflict, BadChoice):
            continue  # Its reporter answered while this was running; that answer stands.
        closed += 1
    return closed


def erase(report_ids: Collection[int]) -> int:
    """Empty what these reporters wrote with their answers; what they chose stays.

    Returns how many answers there are.
    """
    given = Verdict.objects.filter(report__in=report_ids)
    # A verdict's event has its moment; that it does not say whose it is, the verdict does.
    said = Event.objects.none()
    for verdict in given.exclude(words=""):
        said |= Event.objects.filter(
            subject_kind=SUBJECT, subject_id=verdict.service_request_id, at=verdict.given_at
        )
    erase_words(list(said.values_list("pk", flat=True)))
    Rating.objects.filter(report__in=report_ids).update(better="")
    return given.update(words="")


def _proven(report: Report, request: ServiceRequest, action: str, *, by: Actor) -> Actor:
    """The actor, with the report proven theirs; raises ``NotAllowed`` where it is not.

    Who gave the city no e-mail address could never be sent a link: their number is the proof.
    """
    if report.pk in by.reports:
        return by
    if by.kind is not ActorKind.RESIDENT:
        require(policies.PERMISSIONS, action, by=by, agency_id=request.agency_id)
        return by
    if queries.is_answered_by_number(report):
        return replace(by, reports=by.reports | {report.pk})
    raise NotAllowed(
        _("Please open this page from the link in your message, so that we know it is yours.")
    )


def _has_confirmed(report: Report, completed_at: datetime) -> bool:
    return Verdict.objects.filter(
        report=report, completed_at=completed_at, answer=Verdict.Answer.CONFIRMED
    ).exists()
