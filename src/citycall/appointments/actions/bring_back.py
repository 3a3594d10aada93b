"""What a request gave back because it ended by mistake: had again, where it still can be."""

from datetime import datetime

from django.db import transaction

from citycall.appointments import queries
from citycall.appointments.actions import waiting
from citycall.appointments.actions.change import tell_gone
from citycall.appointments.actions.seats import DateGone, TooOften, free_seat, free_turn, taking
from citycall.appointments.actions.step import tell
from citycall.appointments.models import Appointment, Waiting
from citycall.appointments.queries import Offer
from citycall.core.actors import SYSTEM
from citycall.service_requests.actions.change import lock
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN_STATUSES

State = Appointment.State


@transaction.atomic
def bring_back(request_id: int, *, ended_at: datetime, at: datetime) -> bool:
    """Give a request what it gave back when it ended at ``ended_at``, which was a mistake.

    Its reporters are told that the date is booked again, or, where others have it by now or it
    has passed, that it is gone and another can be chosen. Returns whether the date is its own
    again. Done again, it changes nothing.
    """
    request = lock(request_id)
    if request.status not in OPEN_STATUSES:
        return False
    _wait_again(request_id, ended_at=ended_at, at=at)
    rows = Appointment.objects.filter(
        service_request_id=request_id, state=State.CANCELLED, changed_at=ended_at
    )
    row = rows.select_for_update().first()
    if row is None or queries.of_request(request_id) is not None:
        return False
    offer = queries.offer_for(request, at=at)
    try:
        with taking():
            _take_again(row, offer, at=at)
    except (DateGone, TooOften):
        row.refresh_from_db()
        row.changed_at = at
        row.save(update_fields=["changed_at"])
        tell_gone(row, request, by=SYSTEM, at=at)
        return False
    tell(request_id, Kind.APPOINTMENT_BOOKED, row, by=SYSTEM, at=at)
    return True


def _take_again(row: Appointment, offer: Offer | None, *, at: datetime) -> None:
    if offer is None or row.starts_at <= at:
        raise DateGone
    seat = free_seat(offer, row.day, at=at)
    seat.put(row)
    row.turn = free_turn(offer, address=row.address, year=row.day.year)
    row.state, row.changed_at = State.BOOKED, at
    row.save()
    seat.take_units(row)


def _wait_again(request_id: int, *, ended_at: datetime, at: datetime) -> None:
    """Have its place on the list of those who wait for a date again."""
    left = Waiting.objects.select_for_update().filter(
        service_request_id=request_id, state=Waiting.State.LEFT, changed_at=ended_at
    )
    row = left.first()
    if row is not None and waiting.of_request(request_id) is None:
        row.state, row.changed_at = Waiting.State.WAITING, at
        row.save(update_fields=["state", "changed_at"])
        waiting.pass_on(row.service_id, row.route, at=at)
