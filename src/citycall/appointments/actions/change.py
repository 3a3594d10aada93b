"""Moving an appointment, and giving it back; and how each change begins and ends."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.appointments import policies, queries
from citycall.appointments.actions.seats import chosen, free_seat, free_turn, taking
from citycall.appointments.models import Appointment
from citycall.core import events as core_events
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions import close
from citycall.service_requests.actions.change import finish as finish_request
from citycall.service_requests.actions.change import lock
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest, Status
from citycall.service_requests.rules import StepNotAllowed

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
        offer, route, free = chosen(queries.offer_for(request, at=at), day)
        before = row.starts_at
        row.seat = free_seat(offer.entry.id, route, day, at=at)
        row.route, row.capacity, row.day = route.code, route.capacity, day
        row.turn = free_turn(offer, address=row.address, year=day.year, but=row.pk)
        row.year = day.year
        row.starts_at, row.ends_at = free.starts_at, free.ends_at
        row.moves, row.changed_at, row.reminded_at = row.moves + 1, at, None
        row.save()
        request.due_at = row.ends_at
        finish(request, Kind.APPOINTMENT_MOVED, row, by=by, at=at, before=before.isoformat())
        return row


@transaction.atomic
def cancel(request_id: int, *, by: Actor, at: datetime, words: str = "") -> Appointment:
    """Give the date back. A reporter who does so wants nobody to come: the request ends too.

    Where others reported it as well, or staff cancel the date, the request stays open and another
    date can be booked. Raises ``NotAllowed``, ``StepNotAllowed``, ``NoAppointment`` and
    ``TooLateToChange``.
    """
    request = begin(request_id, "cancel", by=by)
    row = _booked(request, by=by, at=at)
    ends = _is_reporters(request, by) and request.report_count == 1
    row.state, row.changed_at = State.CANCELLED, at
    row.save(update_fields=["state", "changed_at"])
    request.due_at = close.fresh_due_date(request, at=at)
    finish(
        request,
        Kind.APPOINTMENT_CANCELLED,
        row,
        by=by,
        at=at,
        words=words.strip() or None,
        ends=ends,
    )
    if ends:
        close.cancel(
            request.pk, reason=words.strip() or _("The appointment was cancelled."), by=by, at=at
        )
    return row


@transaction.atomic
def give_back(request_id: int, *, at: datetime) -> bool:
    """The request has ended before its date: nobody comes, so that others can have the date.

    Returns whether there was one. Done again, it changes nothing.
    """
    rows = Appointment.objects.filter(
        service_request_id=request_id, state=State.BOOKED, starts_at__gt=at
    )
    return bool(rows.update(state=State.CANCELLED, changed_at=at))


def begin(request_id: int, action: str, *, by: Actor) -> ServiceRequest:
    """Lock the request, if the actor may change its appointment and it is open."""
    request = lock(request_id)
    if not _is_reporters(request, by):
        require(policies.PERMISSIONS, action, by=by, agency_id=request.agency_id)
    if request.status not in OPEN_STATUSES:
        raise StepNotAllowed(
            _("This request is “%(status)s”, so that step is not possible now.")
            % {"status": Status(request.status).label}
        )
    return request


def finish(
    request: ServiceRequest,
    kind: Kind,
    row: Appointment,
    *,
    by: Actor,
    at: datetime,
    words: str | None = None,
    **more: Any,
) -> None:
    """Save the request and append what happened to its appointment, for reporters and staff."""
    finish_request(
        request,
        kind,
        by=by,
        at=at,
        data={**_told(row), **more},
        words=words,
        visibility=Visibility.REPORTER,
    )


def tell(
    request_id: int, kind: Kind, row: Appointment, *, by: Actor, at: datetime, **more: Any
) -> None:
    """Append what happened to an appointment where the request itself stays as it is."""
    core_events.record(
        kind=kind.value,
        subject_kind=SUBJECT,
        subject_id=request_id,
        by=by,
        at=at,
        visibility=Visibility.REPORTER,
        data={**_told(row), **more},
    )


def _told(row: Appointment) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(),
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
    }


def _booked(request: ServiceRequest, *, by: Actor, at: datetime) -> Appointment:
    rows = Appointment.objects.filter(service_request=request, state=State.BOOKED)
    row = rows.select_for_update().first()
    if row is None:
        raise NoAppointment(_("No date is booked for this request."))
    until = queries.changes_until(row) if _is_reporters(request, by) else row.starts_at
    if until is None or at >= until:
        raise TooLateToChange(
            _("It is too late to change this date online. Please call the city if you must.")
        )
    return row


def _is_reporters(request: ServiceRequest, by: Actor) -> bool:
    return service_requests.is_reporter(by, request)
