"""From an event to what a message of it may say."""

from datetime import datetime

from citycall.appointments import queries as appointments
from citycall.catalog.queries import catalog
from citycall.core import numbers
from citycall.core.actors import ActorKind
from citycall.core.models import Event, Visibility
from citycall.feedback import actions as feedback
from citycall.notifications import links
from citycall.notifications.messages import Notice
from citycall.notifications.models import Delivery
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Report, ServiceRequest
from citycall.service_requests.public import words_of

LONGEST_PLACE = 120
# The messages that say when the crew comes, beside the receipt.
_TELL_OF_A_DATE = {Kind.APPOINTMENT_BOOKED, Kind.APPOINTMENT_MOVED, Kind.APPOINTMENT_NEAR}


def by_the_city(event: Event) -> bool:
    return event.actor_kind != ActorKind.RESIDENT


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
        words=_words(event, delivery.contact.language),
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
    if event.kind == Kind.APPOINTMENT_MISSED:
        return {"came_at": _moment(event.data["starts_at"])}
    if event.kind == Kind.APPOINTMENT_OFFERED:
        return {
            "comes_at": _moment(event.data["starts_at"]),
            "comes_until": _moment(event.data["ends_at"]),
            "change_until": _moment(event.data["kept_until"]),
        }
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
    if event.kind == Kind.APPOINTMENT_MISSED:
        return _moment(event.data["promised_at"])
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


def _words(event: Event, language: str) -> str:
    """What staff wrote to the public; one reporter's words are never mailed to another."""
    said_by_the_city = by_the_city(event) and event.visibility != Visibility.INTERNAL
    told = said_by_the_city and event.kind != Kind.DISPUTED
    return words_of(event, language) if told else ""
