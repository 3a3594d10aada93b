"""Booking a date: together with the report of it, or later for a request that has none."""

from dataclasses import replace
from datetime import date, datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from citycall.appointments import queries
from citycall.appointments.actions import waiting
from citycall.appointments.actions.seats import chosen, digest, free_seat, free_turn, taking
from citycall.appointments.actions.step import BY_APPOINTMENT, begin, finish, tell, tell_date
from citycall.appointments.models import Appointment, Waiting
from citycall.appointments.queries import Offer
from citycall.appointments.rules import FreeDate
from citycall.catalog.booking import items_of
from citycall.catalog.queries import catalog
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.service_requests.actions import submit as submitting
from citycall.service_requests.drafts import Draft, Receipt
from citycall.service_requests.events import Kind

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
        entry = catalog().service(draft.service)
        offer = queries.offer_at(entry, draft.location, at=at, holder=holder, answers=draft.answers)
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
        waits = waiting.of_request(request.pk)
        holder = waiting.holder_of(waits) if waits is not None else ""
        offer = queries.offer_for(request, at=at, holder=holder)
        row = _take(
            *chosen(offer, day), request_id=request.pk, place=request.place, holder=holder, at=at
        )
        kept = waits.seat_id if waits is not None else None
        if waits is not None:
            waiting.end(waits, Waiting.State.BOOKED, at=at)
        before, request.due_at = request.due_at, row.ends_at
        finish(request, Kind.APPOINTMENT_BOOKED, row, by=by, at=at)
        tell_date(request, before, why=BY_APPOINTMENT, by=by, at=at)
        if waits is not None and kept not in {None, row.pk}:
            waiting.pass_on(waits.service_id, waits.route, at=at)
        return row


def _leave_past(request_id: int, *, at: datetime) -> None:
    """A date that is over while its request is not makes room for another."""
    Appointment.objects.filter(
        service_request_id=request_id, state=State.BOOKED, ends_at__lte=at
    ).update(state=State.PASSED, changed_at=at)


def _take(
    offer: Offer, free: FreeDate, *, request_id: int, place: str, holder: str, at: datetime
) -> Appointment:
    """The seat that is held, or else a free one, booked for the request."""
    row = _held(offer, free, holder=holder)
    seat = None
    if row is None:
        row = Appointment(service_id=offer.entry.id)
        seat = free_seat(offer, free.day, at=at)
        seat.put(row)
    row.state, row.service_request_id = State.BOOKED, request_id
    row.holder, row.held_until = "", None
    row.starts_at, row.ends_at = free.starts_at, free.ends_at
    row.address, row.year = digest(place), free.day.year
    row.turn = free_turn(offer, address=row.address, year=free.day.year)
    row.items = items_of(offer.booking, queries.answers_of(request_id))
    row.made_at = row.changed_at = at
    row.save()
    if seat is not None:
        seat.take_units(row)
    return row


def _held(offer: Offer, free: FreeDate, *, holder: str) -> Appointment | None:
    """What the holder holds of this date, unless they have more to fetch by now."""
    if not holder or offer.route is None:
        return None
    held = Appointment.objects.select_for_update().filter(
        holder=holder,
        state=State.HELD,
        service_id=offer.entry.id,
        route=offer.route.code,
        day=free.day,
    )
    row = held.first()
    if row is None or _units(row) == offer.need:
        return row
    row.delete()
    return None


def _units(row: Appointment) -> dict[str, int]:
    kinds = row.units.order_by().values_list("material")
    return dict(kinds.annotate(amount=Count("id")))
