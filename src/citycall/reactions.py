"""What follows each event in a request's life: one table, read from top to bottom.

An event and the job that runs ``react`` commit together, so what may lag behind an action is
here and nowhere else. Every reaction is safe to run twice.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db import Error as DatabaseProblem
from django.db.models import F
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app as jobs

from citycall.appointments import queries as appointments
from citycall.appointments.actions import change as appointment_changes
from citycall.catalog.queries import catalog
from citycall.core import clock, numbers
from citycall.core.actors import ActorKind
from citycall.core.events import REACT_QUEUE, REACT_TASK
from citycall.core.models import Event, Visibility
from citycall.exchange.forwarding import actions as forwarding
from citycall.exchange.webhooks import actions as webhooks
from citycall.feedback import actions as feedback
from citycall.feedback.models import Verdict
from citycall.follows import telling as followers
from citycall.notifications import actions as notifications
from citycall.notifications import delivery as deliveries
from citycall.notifications import links
from citycall.notifications.actions import DELIVER_QUEUE, DELIVER_TASK, Recipient
from citycall.notifications.messages import Notice, Template
from citycall.notifications.models import Delivery
from citycall.service_requests import queries
from citycall.service_requests.actions.change_service import SERVICE_CHANGED
from citycall.service_requests.actions.recognise import note_language
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import Report, ServiceRequest

Reaction = Callable[[Event], None]
Audience = Callable[[Event], Iterable[Report]]
Condition = Callable[[Event], bool]

CLOSE_TASK = "citycall.close_undisputed"
HOUSEKEEPING_QUEUE = "housekeeping"
LONGEST_PLACE = 120

# A fault of the database may pass. Anything else is a fault of ours: it is shown as a dead job at
# once, and is run again when it has been put right.
_AGAIN_SOON = RetryStrategy(max_attempts=5, exponential_wait=3, retry_exceptions=(DatabaseProblem,))
# After 6 seconds, 36, then 4 minutes, 22, 2 hours and 13: 15 hours for a mail server to return.
_AGAIN_LATER = RetryStrategy(
    max_attempts=6,
    exponential_wait=6,
    retry_exceptions=(deliveries.TryAgainLater, DatabaseProblem),
)


class NoReaction(LookupError):
    """An event of a kind that the table does not know."""


# Who hears of it.


def its_reporter(event: Event) -> list[Report]:
    """The reporter whose telling the event is."""
    return list(Report.objects.select_related("contact").filter(pk=event.data["report"]))


def every_reporter(event: Event) -> list[Report]:
    """All who reported the problem, through merged requests too."""
    return queries.reports_of(ServiceRequest.objects.get(pk=event.subject_id))


def other_reporters(event: Event) -> list[Report]:
    """All but the reporter whose own answer the event is."""
    answered = Verdict.objects.filter(service_request_id=event.subject_id, given_at=event.at)
    own = set(answered.values_list("report_id", flat=True))
    return [report for report in every_reporter(event) if report.pk not in own]


# And when.


def clock_stopped(event: Event) -> bool:
    return bool(event.data["clock_stopped"])


def not_told_otherwise(event: Event) -> bool:
    """The messages about a reopening and another service name the new date already."""
    return event.data["why"] not in {"reopened", SERVICE_CHANGED}


def booked_later(event: Event) -> bool:
    """Of a date that came with the report, the receipt tells already."""
    return not event.data.get("with_report")


def by_the_city(event: Event) -> bool:
    return event.actor_kind != ActorKind.RESIDENT


def of_the_first(event: Event) -> bool:
    """The report that made the request, and not one that was added to it."""
    its = Report.objects.filter(pk=event.data["report"])
    return its.filter(number=F("service_request__number")).exists()


def of_a_later(event: Event) -> bool:
    return not of_the_first(event)


def public(event: Event) -> bool:
    return event.visibility == Visibility.PUBLIC


def give_back_its_date(event: Event) -> None:
    """Nobody comes any more on the date that was booked: others can have it."""
    appointment_changes.give_back(event.subject_id, at=event.at)


def note_for_followers(event: Event) -> None:
    """Whoever follows the place or the service hears of the new request by and by."""
    followers.note(event.subject_id)


def mail(template: Template, *, to: Audience, when: Condition | None = None) -> Reaction:
    """The reaction that owes a message to each of an audience, by every way that they gave."""

    def owe(event: Event) -> None:
        if when is None or when(event):
            notifications.notify(
                event=event,
                template=template,
                recipients=(
                    Recipient(contact=report.contact, report_id=report.pk) for report in to(event)
                ),
            )

    return owe


# Assigning, starting, photos and the like are on the request's page for whoever looks; nobody is
# written to about them.
REACTIONS: Mapping[Kind, tuple[Reaction, ...]] = {
    Kind.SUBMITTED: (
        mail(Template.RECEIVED, to=its_reporter),
        forwarding.forward,
        note_for_followers,
    ),
    Kind.REPORT_ADDED: (mail(Template.JOINED, to=its_reporter),),
    Kind.INFORMATION_ADDED: (),
    Kind.IMPORTED: (),
    Kind.ASSIGNED: (),
    Kind.STARTED: (),
    Kind.HELD: (mail(Template.HELD, to=every_reporter, when=clock_stopped),),
    Kind.RESUMED: (),
    Kind.PROMISE_CHANGED: (mail(Template.NEW_DATE, to=every_reporter, when=not_told_otherwise),),
    Kind.TRANSFERRED: (),
    Kind.SERVICE_CHANGED: (
        mail(Template.SERVICE_CHANGED, to=every_reporter),
        give_back_its_date,
        forwarding.forward,
    ),
    Kind.COMPLETED: (mail(Template.COMPLETED, to=every_reporter), give_back_its_date),
    Kind.CONFIRMED: (mail(Template.CLOSED, to=other_reporters),),
    Kind.CLOSED: (mail(Template.CLOSED, to=every_reporter),),
    Kind.DISPUTED: (mail(Template.REOPENED, to=every_reporter),),
    Kind.REOPENED: (mail(Template.REOPENED, to=every_reporter),),
    Kind.CANCELLED: (
        mail(Template.CANCELLED, to=every_reporter, when=by_the_city),
        give_back_its_date,
    ),
    Kind.REFERRED: (mail(Template.REFERRED, to=every_reporter), give_back_its_date),
    Kind.MERGED: (mail(Template.MERGED, to=every_reporter), give_back_its_date),
    Kind.UNMERGED: (mail(Template.UNMERGED, to=every_reporter),),
    Kind.RECEIVED_MERGE: (),
    Kind.LOST_MERGE: (),
    Kind.NOTE_ADDED: (mail(Template.NOTE, to=every_reporter, when=public),),
    Kind.PHOTO_ADDED: (),
    Kind.ERASED: (),
    Kind.CONTACT_GIVEN: (
        mail(Template.RECEIVED, to=its_reporter, when=of_the_first),
        mail(Template.JOINED, to=its_reporter, when=of_a_later),
    ),
    Kind.APPOINTMENT_BOOKED: (
        mail(Template.APPOINTMENT_BOOKED, to=every_reporter, when=booked_later),
    ),
    Kind.APPOINTMENT_MOVED: (mail(Template.APPOINTMENT_MOVED, to=every_reporter),),
    Kind.APPOINTMENT_CANCELLED: (mail(Template.APPOINTMENT_CANCELLED, to=every_reporter),),
    Kind.APPOINTMENT_NEAR: (mail(Template.APPOINTMENT_NEAR, to=every_reporter),),
}
# The messages that say when the crew comes, beside the receipt.
_TELL_OF_A_DATE = {Kind.APPOINTMENT_BOOKED, Kind.APPOINTMENT_MOVED, Kind.APPOINTMENT_NEAR}
# And after each of them: other systems are told, as far as they asked for it and may know, and
# the language of what a resident wrote is noted for staff.
ALWAYS: tuple[Reaction, ...] = (forwarding.owe_update, webhooks.owe, note_language)


def react(event: Event) -> None:
    """Do what follows the event, in the table's order; done already, it changes nothing.

    Raises ``NoReaction`` for a kind that is not in the table.
    """
    if event.subject_kind != SUBJECT or event.kind not in REACTIONS:
        raise NoReaction(f"{event.subject_kind}: {event.kind}")
    for reaction in (*REACTIONS[Kind(event.kind)], *ALWAYS):
        reaction(event)


@jobs.task(name=REACT_TASK, queue=REACT_QUEUE, retry=_AGAIN_SOON)
def react_to(event_id: int) -> None:
    """The job that every event leaves behind."""
    react(Event.objects.get(pk=event_id))


@jobs.task(name=DELIVER_TASK, queue=DELIVER_QUEUE, retry=_AGAIN_LATER)
def deliver(delivery_id: int) -> None:
    """The job of one owed message; written when it is sent, so that nothing erased is in it."""
    deliveries.send(delivery_id, notice_for=notice_for, at=clock.now())


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(name=CLOSE_TASK, queue=HOUSEKEEPING_QUEUE, queueing_lock=CLOSE_TASK)
def close_undisputed(timestamp: int) -> None:
    """Every ten minutes: close what nobody has objected to in time."""
    feedback.close_undisputed_due(at=clock.now())


# From an event to what its message may say.


def notice_for(delivery: Delivery) -> Notice:
    """What a message may say, taken from the event and from what still is on record."""
    event = delivery.event
    report = Report.objects.get(pk=delivery.report_id)
    request = ServiceRequest.objects.select_related("service", "agency", "outcome").get(
        pk=event.subject_id
    )
    number = numbers.show(report.number)
    return Notice(
        number=number,
        service=request.service.name,
        link=_link(event, number=number, report_id=report.pk),
        at=event.at,
        place=_place(request),
        agency=request.agency.name,
        agency_phone=request.agency.phone,
        due_at=_due_at(event, request),
        due_before=_moment(event.data.get("before")),
        answer_until=_answer_until(event, request),
        outcome=request.outcome.name if request.outcome is not None else "",
        reason=_reason(event, request),
        service_before=_service(event.data.get("service_before")),
        words=_words(event),
        gone=bool(event.data.get("fixed")),
        confirmed=event.kind == Kind.CONFIRMED,
        disputed=event.kind == Kind.DISPUTED,
        **_appointment(event, request),
        date_link=_date_link(request, number=number, report_id=report.pk),
        ended=bool(event.data.get("ends")),
    )


def _service(code: str | None) -> str:
    return catalog().service(code).name if code else ""


def _link(event: Event, *, number: str, report_id: int) -> str:
    """Who is asked whether it is done goes where one tap answers."""
    if event.kind == Kind.COMPLETED:
        return links.answer_address(number=number, report_id=report_id)
    return links.address(number=number, report_id=report_id)


def _date_link(request: ServiceRequest, *, number: str, report_id: int) -> str:
    """Where a date is chosen and changed; empty for services without appointments."""
    if catalog().service_by_id(request.service_id).spec.booking is None:
        return ""
    return links.date_address(number=number, report_id=report_id)


def _appointment(event: Event, request: ServiceRequest) -> dict[str, datetime | None]:
    """When the crew comes, or would have come, and until when that can be changed."""
    if event.kind == Kind.APPOINTMENT_CANCELLED:
        return {"came_at": _moment(event.data["starts_at"])}
    receipt = event.kind in {Kind.SUBMITTED, Kind.REPORT_ADDED}
    has_dates = catalog().service_by_id(request.service_id).spec.booking is not None
    if not (event.kind in _TELL_OF_A_DATE or (receipt and has_dates)):
        return {}
    booked = appointments.of_request(request.pk)
    if receipt and booked is None:
        return {}
    starts = booked.starts_at if receipt and booked else _moment(event.data["starts_at"])
    until = None
    if booked is not None and booked.starts_at == starts:
        until = appointments.changes_until(booked)
    return {
        "comes_at": starts,
        "comes_until": booked.ends_at if receipt and booked else _moment(event.data["ends_at"]),
        "came_at": _moment(event.data.get("before")),
        "change_until": until if until is not None and event.at < until else None,
    }


def _place(request: ServiceRequest) -> str:
    """The place, unless it could serve to send somebody's advertisement to a stranger."""
    lower = request.place.lower()
    if "://" in lower or "www." in lower:
        return ""
    return " ".join(request.place.split())[:LONGEST_PLACE]


def _due_at(event: Event, request: ServiceRequest) -> datetime | None:
    if event.kind == Kind.SUBMITTED:
        return _moment(event.data.get("due_at"))
    if event.kind == Kind.PROMISE_CHANGED:
        return _moment(event.data["after"])
    return request.due_at


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _answer_until(event: Event, request: ServiceRequest) -> datetime | None:
    if event.kind == Kind.COMPLETED:
        return request.verify_until
    if event.kind in {Kind.CONFIRMED, Kind.CLOSED}:
        return event.at + feedback.DISPUTE_WITHIN
    return None


def _reason(event: Event, request: ServiceRequest) -> str:
    """The public name of the reason for holding, or for the date that changed with it."""
    if event.kind not in {Kind.HELD, Kind.PROMISE_CHANGED}:
        return ""
    code = event.data["reason" if event.kind == Kind.HELD else "why"]
    spec = catalog().service_by_id(request.service_id).spec
    reasons = (*spec.pause_reasons, *spec.hold_reasons)
    return next((reason.name for reason in reasons if reason.code == code), "")


def _words(event: Event) -> str:
    """What staff wrote to the public; one reporter's words are never mailed to another."""
    said_by_the_city = by_the_city(event) and event.visibility != Visibility.INTERNAL
    return event.words or "" if said_by_the_city and event.kind != Kind.DISPUTED else ""
