"""Reminding of tomorrow's appointments, each once."""

from datetime import date, datetime, timedelta

from django.db import transaction

from citycall.appointments.actions.step import tell
from citycall.appointments.models import Appointment
from citycall.core import clock
from citycall.core.actors import SYSTEM
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN_STATUSES

# Nobody is woken; and who books for tomorrow in the afternoon has just been told.
FROM_HOUR = 9
AT_ONCE = 200
_JUST_TOLD = timedelta(hours=12)


def remind_due(*, at: datetime) -> int:
    """Tell those whose crew comes on the next day of the city's calendar; returns how many.

    Nothing before nine in the morning. Whoever booked or moved within twelve hours is counted as
    told. Run again, it reminds nobody twice; a date that was moved is reminded of anew.
    """
    local = at.astimezone(clock.city_zone())
    if local.hour < FROM_HOUR:
        return 0
    tomorrow = local.date() + timedelta(days=1)
    told = 0
    while batch := _remind_some(tomorrow, at=at):
        told += sum(batch)
    return told


@transaction.atomic
def _remind_some(day: date, *, at: datetime) -> list[bool]:
    """A batch of the day's appointments, and for each whether its reporters are told."""
    rows = list(
        Appointment.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(day=day, state=Appointment.State.BOOKED, reminded_at__isnull=True)
        .select_related("service_request")
        .order_by("id")[:AT_ONCE]
    )
    told = []
    for row in rows:
        request = row.service_request
        wanted = request is not None and request.status in OPEN_STATUSES
        if request is not None and wanted and at - row.changed_at > _JUST_TOLD:
            tell(request.pk, Kind.APPOINTMENT_NEAR, row, by=SYSTEM, at=at)
            told.append(True)
        else:
            told.append(False)
    Appointment.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=at)
    return told
