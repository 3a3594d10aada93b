"""Booking a date: together with the report of it, or later for a request that has none."""

from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from citycall.appointments import queries
from citycall.appointments.actions.change import begin, finish, tell
from citycall.appointments.actions.seats import chosen, digest, free_seat, free_turn, taking
from citycall.appointments.models import Appointment
from citycall.appointments.queries import Offer
from citycall.appointments.rules import FreeDate, Route
from citycall.catalog.booking import items_of
from citycall.catalog.queries import catalog
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.service_requests.actions import submit as submitting
from citycall.service_requests.drafts import Draft, Receipt
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Report

State = Appointment.State


class BookedAlready(Conflict):
    """The request has a date, which can be moved."""

    code = "booked_already"


def submit(draft: Draft, *, day: date, by: Actor, at: datetime, holder: str = "") -> Receipt:
    """Take a report together with its date: both are durable when this returns, or neither is.

    The request is due when the appointment ends. What ``holder`` holds is used, also when its
    time ran out and nobody needed it. Sent again with the same key, it returns the first receipt.
    Raises what ``service_requests.actions.submit`` does, ``DateGone`` and ``TooOften``.
    """
    with taking():
        offer = queries.offer_at(
            catalog().service(draft.service), draft.location, at=at, holder=holder
        )
        free = offer.on(day) if offer is not None else None
        receipt = submitting.submit(
            draft, by=by, at=at, agreed_at=free.ends_at if free is not None else None
        )
        if receipt.again:
            return receipt
        place = draft.location.place if draft.location is not None else ""
        row = _take(
            *chosen(offer, day), request_id=receipt.request_id, place=place, holder=holder, at=at
        )
        tell(receipt.request_id, Kind.APPOINTMENT_BOOKED, row, by=by, at=at, with_report=True)
        return replace(receipt, promised_at=row.ends_at)


def book(request_id: int, *, day: date, by: Actor, at: datetime) -> Appointment:
    """Book a date for a request that has none: by its reporter, or by staff who may.

    Raises ``NotAllowed``, ``StepNotAllowed``, ``BookedAlready``, ``DateGone`` and ``TooOften``.
    """
    with taking():
        request = begin(request_id, "book", by=by)
        _leave_past(request.pk, at=at)
        if queries.of_request(request.pk) is not None:
            raise BookedAlready(_("A date is booked already. It can be moved."))
        offer = queries.offer_for(request, at=at)
        row = _take(
            *chosen(offer, day), request_id=request.pk, place=request.place, holder="", at=at
        )
        request.due_at = row.ends_at
        finish(request, Kind.APPOINTMENT_BOOKED, row, by=by, at=at)
        return row


def _leave_past(request_id: int, *, at: datetime) -> None:
    """A date that is over while its request is not makes room for another."""
    Appointment.objects.filter(
        service_request_id=request_id, state=State.BOOKED, ends_at__lte=at
    ).update(state=State.PASSED, changed_at=at)


def _take(
    offer: Offer,
    route: Route,
    free: FreeDate,
    *,
    request_id: int,
    place: str,
    holder: str,
    at: datetime,
) -> Appointment:
    """The seat that is held, or else a free one, booked for the request."""
    row = _held(offer, route, free, holder=holder)
    if row is None:
        seat = free_seat(offer.entry.id, route, free.day, at=at)
        row = Appointment(service_id=offer.entry.id, route=route.code, day=free.day, seat=seat)
        row.capacity = route.capacity
    row.state, row.service_request_id = State.BOOKED, request_id
    row.holder, row.held_until = "", None
    row.starts_at, row.ends_at = free.starts_at, free.ends_at
    row.address, row.year = digest(place), free.day.year
    row.turn = free_turn(offer, address=row.address, year=free.day.year)
    row.items = items_of(offer.booking, _answers(request_id))
    row.made_at = row.changed_at = at
    row.save()
    return row


def _held(offer: Offer, route: Route, free: FreeDate, *, holder: str) -> Appointment | None:
    if not holder:
        return None
    held = Appointment.objects.select_for_update().filter(
        holder=holder,
        state=State.HELD,
        service_id=offer.entry.id,
        route=route.code,
        day=free.day,
    )
    return held.first()


def _answers(request_id: int) -> dict[str, object]:
    """What the first reporter answered to the service's questions."""
    rows = Report.objects.filter(service_request_id=request_id).order_by("reported_at", "id")
    return dict(rows.values_list("answers", flat=True)[0])
