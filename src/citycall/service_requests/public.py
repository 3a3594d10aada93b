"""What anyone may know of a request from its number, and what its reporters know besides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from citycall.catalog.queries import ServiceEntry, catalog
from citycall.catalog.specs import Privacy
from citycall.contacts.in_words import hide_in_place
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotFound
from citycall.core.events import is_redacted
from citycall.core.models import Event, Visibility
from citycall.core.phrases import spoken
from citycall.places.models import LocationKind
from citycall.service_requests import queries
from citycall.service_requests.events import Kind
from citycall.service_requests.models import (
    OPEN_STATUSES,
    Attachment,
    Report,
    ServiceRequest,
    Status,
)

# The facts of each kind of event that may be told; everything else in ``data`` stays inside.
_TOLD: Final[Mapping[str, frozenset[str]]] = {
    Kind.SUBMITTED: frozenset({"team"}),
    Kind.REPORT_ADDED: frozenset({"reports"}),
    Kind.ASSIGNED: frozenset({"team"}),
    Kind.TRANSFERRED: frozenset({"to"}),
    Kind.SERVICE_CHANGED: frozenset({"service_before", "service"}),
    Kind.HELD: frozenset({"reason", "clock_stopped"}),
    Kind.COMPLETED: frozenset({"outcome", "fixed"}),
    Kind.PROMISE_CHANGED: frozenset({"before", "after", "why"}),
    Kind.RECEIVED_MERGE: frozenset({"reports"}),
    Kind.APPOINTMENT_BOOKED: frozenset({"starts_at"}),
    Kind.APPOINTMENT_MOVED: frozenset({"before", "starts_at"}),
    Kind.APPOINTMENT_CANCELLED: frozenset({"starts_at"}),
    Kind.VISIT_PLANNED: frozenset({"before", "day"}),
    Kind.VISIT_CALLED_OFF: frozenset({"day"}),
    Kind.VISITED: frozenset({"there_at"}),
    Kind.APPOINTMENT_OFFERED: frozenset({"starts_at"}),
    Kind.APPOINTMENT_MISSED: frozenset({"starts_at", "promised_at"}),
}
# Of a private service, strangers learn that these happened and when; nothing of what or why.
_TOLD_OF_PRIVATE: Final = frozenset(
    {
        Kind.SUBMITTED,
        Kind.IMPORTED,
        Kind.ASSIGNED,
        Kind.STARTED,
        Kind.HELD,
        Kind.RESUMED,
        Kind.COMPLETED,
        Kind.CONFIRMED,
        Kind.CLOSED,
        Kind.REOPENED,
        Kind.DISPUTED,
        Kind.CANCELLED,
        Kind.REFERRED,
        Kind.TAKEN_BACK,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event as its reader may know it; ``words`` is empty where they may not read them."""

    kind: str
    at: datetime
    by_reporter: bool
    facts: Mapping[str, Any]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """What the person who proved a report to be theirs told us, given back to them."""

    report: Report
    words: str
    wanted: str
    answers: Mapping[str, Any]
    directions: str
    photos: Sequence[Attachment]
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRequest:
    """The problem that a number leads to, as far as its reader may know it.

    ``entry`` and everything that tells what, where or by whom is empty where the service is
    private and the reader has not proven to be a reporter. ``own`` is there for those who have.
    ``answered_by`` is the report in whose name the reader may say whether it was fixed: their
    own, or the number's where no link could be sent to its reporter.
    """

    number: int
    request_id: int
    first: bool
    hidden: bool
    own: OwnReport | None
    answered_by: Report | None
    status: Status
    entry: ServiceEntry | None
    agency: str
    agency_phone: str
    team: str
    place: str
    point: tuple[float, float] | None
    report_count: int
    reported_at: datetime
    promised_at: datetime | None
    due_at: datetime | None
    moved_why: str
    clock_stopped: bool
    completed_at: datetime | None
    closed_at: datetime | None
    verify_until: datetime | None
    verification: str
    hold_reason: str
    outcome: str
    fixed: bool
    explanation: str
    referred_to: str
    happenings: Sequence[Happening]
    requested_at: datetime
    areas: Sequence[int]

    @property
    def open(self) -> bool:
        """Whether somebody still has work to do on it."""
        return self.status in OPEN_STATUSES

    @property
    def may_withdraw(self) -> bool:
        """Whether the reader alone reported it, and it has not ended."""
        return self.own is not None and self.own.alone and self.open


def by_number(number: int, *, by: Actor) -> PublicRequest:
    """What a resident may know of the problem that a confirmation number leads to.

    The numbers of merged and added reports lead to the one problem. Raises ``NotFound``.
    """
    asked = queries.report_by_number(number)
    request = queries.request_of(asked)
    entry = catalog().service_by_id(request.service_id)
    own = _own(asked, request, by=by)
    hidden = entry.spec.privacy == Privacy.PRIVATE and own is None
    events = queries.history(
        request,
        visible=(Visibility.PUBLIC, Visibility.REPORTER) if own else (Visibility.PUBLIC,),
    )
    return _told(asked, request, entry, own=own, hidden=hidden, events=events)


def photo_for(actor: Actor, attachment_id: int) -> Attachment:
    """One photo: for staff who may read its request, its own reporter, or all when public.

    Another reporter of the same problem does not see it: anybody can join a known problem. What
    the crew took of the finished work is for everyone who reported it: it is the evidence.
    Raises ``NotFound`` alike for photos that are not there and not theirs.
    """
    missing = NotFound(_("There is no such photo."))
    try:
        photo = Attachment.objects.select_related("service_request").get(pk=attachment_id)
    except Attachment.DoesNotExist:
        raise missing from None
    if is_for_everyone(photo) or photo.report_id in actor.reports:
        return photo
    is_evidence = photo.stage == Attachment.Stage.AFTER
    if is_evidence and queries.is_reporter(actor, photo.service_request):
        return photo
    if actor.kind is not ActorKind.RESIDENT and queries.may(actor, "read", photo.service_request):
        return photo
    raise missing


def is_for_everyone(photo: Attachment) -> bool:
    """Whether a photo was made public, and its request still is of a service that is."""
    spec = catalog().service_by_id(photo.service_request.service_id).spec
    return photo.public and spec.privacy is Privacy.PUBLIC


def _own(asked: Report, request: ServiceRequest, *, by: Actor) -> OwnReport | None:
    if by.kind is not ActorKind.RESIDENT or not by.reports:
        return None
    reports = queries.reports_of(request)
    proven = [report for report in reports if report.pk in by.reports]
    if not proven:
        return None
    report = next((r for r in proven if r.pk == asked.pk), proven[0])
    told_here = report.service_request_id == request.pk
    return OwnReport(
        report=report,
        words=report.words,
        wanted=report.wanted,
        answers=report.answers,
        directions=request.directions if told_here and reports[0].pk == report.pk else "",
        photos=[
            photo
            for photo in queries.attachments_of(request)
            if photo.report_id in by.reports or photo.stage == Attachment.Stage.AFTER
        ],
        alone=len(proven) == len(reports),
    )


def _place_for(own: OwnReport | None, request: ServiceRequest) -> str:
    """The place as its first reporter told it, for them alone: their own words may name people."""
    if own is not None and own.report.number == request.number:
        return request.place
    return place_for_all(request)


def _told(
    asked: Report,
    request: ServiceRequest,
    entry: ServiceEntry,
    *,
    own: OwnReport | None,
    hidden: bool,
    events: Sequence[Event],
) -> PublicRequest:
    agency = catalog().agency(request.agency_id)
    outcome = catalog().outcome_by_id(request.outcome_id) if request.outcome_id else None
    placeless = own is None and entry.spec.privacy != Privacy.PUBLIC
    return PublicRequest(
        number=asked.number,
        request_id=request.pk,
        first=asked.number == request.number,
        hidden=hidden,
        own=own,
        answered_by=own.report if own else asked if queries.is_answered_by_number(asked) else None,
        status=Status(request.status),
        entry=None if hidden else entry,
        agency="" if hidden else agency.name,
        agency_phone="" if hidden else agency.spec.phone,
        team="" if hidden else catalog().team(request.team_id).name,
        place="" if placeless else _place_for(own, request),
        point=None if placeless else _point(request),
        report_count=1 if hidden else request.report_count,
        reported_at=asked.reported_at,
        promised_at=request.promised_at,
        due_at=request.due_at,
        moved_why="" if hidden else _why_moved(events),
        clock_stopped=request.paused_at is not None,
        completed_at=request.completed_at,
        closed_at=request.closed_at,
        verify_until=request.verify_until,
        verification=request.verification,
        hold_reason="" if hidden else request.hold_reason,
        outcome=outcome.spec.name if outcome and not hidden else "",
        fixed=bool(outcome and outcome.spec.fixed),
        explanation="" if hidden else _as_read(request.explanation, events),
        referred_to="" if hidden else _as_read(request.referred_to, events),
        happenings=[
            _happening(event, own=own, hidden=hidden)
            for event in events
            if not hidden or event.kind in _TOLD_OF_PRIVATE
        ],
        requested_at=request.requested_at,
        areas=() if placeless else request.areas,
    )


def place_for_all(request: ServiceRequest) -> str:
    """The place's name as strangers may know it: nothing that only its reporter can have written.

    What they described in their own words may name people.
    """
    described = request.location_kind == LocationKind.WORDS
    return "" if described else hide_in_place(request.place)


def _point(request: ServiceRequest) -> tuple[float, float] | None:
    if request.longitude is None or request.latitude is None:
        return None
    return request.longitude, request.latitude


def _why_moved(events: Sequence[Event]) -> str:
    moves = [event for event in events if event.kind == Kind.PROMISE_CHANGED]
    return str(moves[-1].data.get("why", "")) if moves else ""


def _happening(event: Event, *, own: OwnReport | None, hidden: bool) -> Happening:
    by_reporter = event.actor_kind == ActorKind.RESIDENT
    # What residents write may name people, so only they themselves read it: with several
    # reporters an event does not say which of them wrote it. A dispute is in their words even
    # where staff wrote it down.
    theirs = by_reporter or event.kind == Kind.DISPUTED
    readable = not hidden and (not theirs or (own is not None and own.alone))
    allowed: frozenset[str] = frozenset() if hidden else _TOLD.get(event.kind, frozenset())
    return Happening(
        kind=event.kind,
        at=event.at,
        by_reporter=by_reporter,
        facts={name: value for name, value in event.data.items() if name in allowed},
        words=words_of(event, spoken()) if readable else "",
    )


def words_of(event: Event, language: str) -> str:
    """What was written, in this language where the text that was chosen has it.

    What is hidden in it stands in the other languages still, which nobody reads then.
    """
    words = event.words or ""
    return words if is_redacted(event) else str(event.data.get("said", {}).get(language, words))


def _as_read(words: str, events: Sequence[Event]) -> str:
    """Words that stand with the request, as the event that told them is read."""
    told = next((event for event in reversed(events) if words and event.words == words), None)
    return words_of(told, spoken()) if told else words
