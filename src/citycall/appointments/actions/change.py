"""Moving an appointment, and giving it back."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.appointments import queries
from citycall.appointments.actions import waiting
from citycall.appointments.actions.seats import chosen, free_seat, free_turn, taking
from citycall.appointments.actions.step import (
    APPOINTMENT_CANCELLED,
    BY_APPOINTMENT,
    begin,
    finish,
    is_reporters,
    tell_date,
)
from citycall.appointments.models import Appointment, TakenUnit, Waiting
from citycall.appointments.queries import Offer
from citycall.appointments.rules import FreeDate
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.service_requests.actions import close
from citycall.service_requests.actions.change import lock
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest

State = Appointment.State


class NoAppointment(Conflict):
    """The request has no date that could be changed."""

    code = "no_appointment"


class TooLateToChange(Conflict):
    """The crew's list for that date is made already."""

    code = "too_late_to_change"


def move(request_id: int, *, day: date, by: Actor, at: datetime) -> Appointment:
    """Take another date instead of the booked one, which is free for others at once.

    A reporter may until the date closes; staff who may, until the crew comes. The same date again
    changes nothing. Raises ``NotAllowed``, ``StepNotAllowed``, ``NoAppointment``,
    ``TooLateToChange``, ``DateGone`` and ``TooOften``; the booked date is kept then.
    """
    with taking():
        request = begin(request_id, "move", by=by)
        row = _booked(request, by=by, at=at)
        if row.day == day:
            return row
        offer, free = chosen(queries.offer_for(request, at=at), day)
        left = row.route
        put_on(row, request, offer, free, by=by, at=at)
        waiting.pass_on(row.service_id, left, at=at)
        return row


def put_on(
    row: Appointment,
    request: ServiceRequest,
    offer: Offer,
    free: FreeDate,
    *,
    by: Actor,
    at: datetime,
    words: str | None = None,
) -> None:
    """Give a booked appointment a seat of another date, and tell it; raises ``DateGone``."""
    before = row.starts_at
    seat = free_seat(offer, free.day, at=at, but=row.pk)
    seat.put(row)
    row.turn = free_turn(offer, address=row.address, year=free.day.year, but=row.pk)
    row.year = free.day.year
    row.starts_at, row.ends_at = free.starts_at, free.ends_at
    row.moves, row.changed_at, row.reminded_at = row.moves + 1, at, None
    row.save()
    seat.take_units(row)
    due_before, request.due_at = request.due_at, row.ends_at
    finish(
        request,
        Kind.APPOINTMENT_MOVED,
        row,
        by=by,
        at=at,
        words=words,
        before=before.isoformat(),
    )
    tell_date(request, due_before, why=BY_APPOINTMENT, by=by, at=at)


@transaction.atomic
def cancel(request_id: int, *, by: Actor, at: datetime, words: str = "") -> Appointment:
    """Give the date back. A reporter who does so wants nobody to come: the request ends too.

    Where others reported it as well, or staff cancel the date, the request stays open and another
    date can be booked. Raises ``NotAllowed``, ``StepNotAllowed``, ``NoAppointment`` and
    ``TooLateToChange``.
    """
    request = begin(request_id, "cancel", by=by)
    row = _booked(request, by=by, at=at)
    ends = is_reporters(request, by) and request.report_count == 1
    free_again(row, at=at)
    tell_gone(row, request, by=by, at=at, words=words.strip() or None, ends=ends)
    if ends:
        close.cancel(
            request.pk, reason=words.strip() or _("The appointment was cancelled."), by=by, at=at
        )
    waiting.pass_on(row.service_id, row.route, at=at)
    return row


def tell_gone(
    row: Appointment,
    request: ServiceRequest,
    *,
    by: Actor,
    at: datetime,
    words: str | None = None,
    ends: bool = False,
) -> None:
    """Tell that nobody comes on this date; a request that does not end with it is due anew."""
    before = request.due_at
    if not ends:
        request.due_at = close.fresh_due_date(request, at=at)
    finish(request, Kind.APPOINTMENT_CANCELLED, row, by=by, at=at, words=words, ends=ends)
    tell_date(request, before, why=APPOINTMENT_CANCELLED, by=by, at=at)


def free_again(row: Appointment, *, at: datetime) -> None:
    """Nobody comes on this date: its seat and what it took of the truck are free."""
    row.state, row.changed_at = State.CANCELLED, at
    row.save(update_fields=["state", "changed_at"])
    TakenUnit.objects.filter(appointment=row).delete()


@transaction.atomic
def give_back(request_id: int, *, at: datetime, though_open: bool = False) -> bool:
    """The request has ended before its date: nobody comes, so that others can have the date.

    One that is open again keeps its date, unless it has to go ``though_open``. Returns whether
    there was one. Done again, it changes nothing.
    """
    if lock(request_id).status in OPEN_STATUSES and not though_open:
        return False
    waits = waiting.of_request(request_id)
    if waits is not None:
        waiting.end(waits, Waiting.State.LEFT, at=at)
        waiting.pass_on(waits.service_id, waits.route, at=at)
    rows = Appointment.objects.select_for_update().filter(
        service_request_id=request_id, state=State.BOOKED, starts_at__gt=at
    )
    row = rows.first()
    if row is None:
        return False
    free_again(row, at=at)
    waiting.pass_on(row.service_id, row.route, at=at)
    return True


def _booked(request: ServiceRequest, *, by: Actor, at: datetime) -> Appointment:
    rows = Appointment.objects.filter(service_request=request, state=State.BOOKED)
    row = rows.select_for_update().first()
    if row is None:
        raise NoAppointment(_("No date is booked for this request."))
    until = queries.changes_until(row) if is_reporters(request, by) else row.starts_at
    if until is None or at >= until:
        raise TooLateToChange(
            _("It is too late to change this date online. Please call the city if you must.")
        )
    return row
