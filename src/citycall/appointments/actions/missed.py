"""Nobody came: told by the reporter, work again on the same request, with a new date promised."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from citycall.appointments import policies, queries, rules
from citycall.appointments.actions.step import tell_date
from citycall.appointments.models import Appointment, Missed, TakenUnit
from citycall.appointments.rules import Change
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import Conflict
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions import close
from citycall.service_requests.actions.change import finish, lock
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest, Status

State = Appointment.State
# Why the due date was changed, as its event says it.
NOBODY_CAME: Final = "nobody_came"


class NotMissed(Conflict):
    """There is no date of late on which nobody could have come."""

    code = "not_missed"


@transaction.atomic
def tell_missed(request_id: int, *, by: Actor, at: datetime, words: str = "") -> Missed:
    """Say that nobody came on the date, for some days after it; again, it changes nothing.

    A request that the agency completed is opened again, as disputed. The new date is the end of
    the crew's hours on the working day by which the service promises to come back. Raises
    ``NotAllowed`` and ``NotMissed``.
    """
    request = lock(request_id)
    if not service_requests.is_reporter(by, request):
        require(policies.PERMISSIONS, "tell_missed", by=by, agency_id=request.agency_id)
    row = queries.last_of(request.pk)
    if row is not None and row.state == State.MISSED:
        return row.missed
    if row is None or not may_tell(request, row, at=at):
        raise NotMissed(_("There is no date of the last days on which nobody could have come."))
    disputes: dict[str, Any] = {}
    if request.status not in OPEN_STATUSES:
        disputes = _disputed(request, by=by)
        told = words.strip() or _("Nobody came.")
        request = close.reopen(request.pk, reason=told, by=by, at=at, disputed=True)
    before = request.due_at
    request.due_at = promised = _promise(row, at=at)
    row.state, row.changed_at = State.MISSED, at
    row.save(update_fields=["state", "changed_at"])
    TakenUnit.objects.filter(appointment=row).delete()
    known = Missed.objects.create(
        appointment=row,
        service_id=row.service_id,
        route=row.route,
        crew=row.crew,
        day=row.day,
        told_at=at,
        promised_at=promised,
    )
    finish(
        request,
        Kind.APPOINTMENT_MISSED,
        by=by,
        at=at,
        data={
            "starts_at": row.starts_at.isoformat(),
            "promised_at": promised.isoformat(),
            **disputes,
        },
        words=words.strip() or None,
        visibility=Visibility.REPORTER,
    )
    tell_date(request, before, why=NOBODY_CAME, by=by, at=at)
    return known


def _disputed(request: ServiceRequest, *, by: Actor) -> dict[str, Any]:
    """Whose answer to which completion it is, for those who keep such answers."""
    own = [each.pk for each in service_requests.reports_of(request) if each.pk in by.reports]
    if not own or request.completed_at is None:
        return {}
    return {"disputed_by": own, "completed_at": request.completed_at.isoformat()}


def may_tell(request: ServiceRequest, row: Appointment, *, at: datetime) -> bool:
    """Whether it can be said now that nobody came on this date."""
    booking = catalog().service_by_id(row.service_id).spec.booking
    if booking is None or row.state not in {State.BOOKED, State.PASSED}:
        return False
    possible = {*OPEN_STATUSES, Status.COMPLETED, Status.CLOSED}
    since = row.ends_at
    return request.status in possible and since <= at <= since + timedelta(days=booking.missed_days)


def may_tell_of(request_id: int, row: Appointment, *, at: datetime) -> bool:
    """The same, for the request of this id."""
    return may_tell(ServiceRequest.objects.get(pk=request_id), row, at=at)


def _promise(row: Appointment, *, at: datetime) -> datetime:
    entry = catalog().service_by_id(row.service_id)
    booking, zone = entry.spec.booking, clock.city_zone()
    if booking is None:
        raise NotMissed(_("This service comes by appointment no more."))
    today = at.astimezone(zone).date()
    changes = queries.changes_from(entry.id, today)
    day = rules.return_day(
        today,
        booking.return_days,
        works=lambda day: (
            queries.works_on(entry, booking, day) and not _called_off(changes, row, day)
        ),
    )
    return rules.window(booking, day, zone=zone)[1]


def _called_off(changes: list[Change], row: Appointment, day: object) -> bool:
    return any(change.day == day and change.hits(row.route, row.crew) for change in changes)
