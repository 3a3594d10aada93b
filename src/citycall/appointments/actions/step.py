"""How each change of an appointment begins and ends, and how it is told."""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from citycall.appointments import policies
from citycall.appointments.models import Appointment
from citycall.core import events as core_events
from citycall.core.actors import Actor
from citycall.core.models import Visibility
from citycall.core.permissions import require
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions.change import finish as finish_request
from citycall.service_requests.actions.change import lock
from citycall.service_requests.actions.work import tell_new_date
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest, Status
from citycall.service_requests.rules import StepNotAllowed

# Why a due date was changed, as its event says it.
BY_APPOINTMENT: Final = "appointment"
APPOINTMENT_CANCELLED: Final = "appointment_cancelled"


def begin(request_id: int, action: str, *, by: Actor) -> ServiceRequest:
    """Lock the request, if the actor may change its appointment and it is open."""
    request = lock(request_id)
    if not is_reporters(request, by):
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


def tell_date(
    request: ServiceRequest, before: datetime | None, *, why: str, by: Actor, at: datetime
) -> None:
    """Keep the old due date beside the new one, where only reporters and staff read it."""
    tell_new_date(request, before, why=why, by=by, at=at, visibility=Visibility.REPORTER)


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


def is_reporters(request: ServiceRequest, by: Actor) -> bool:
    """Whether the actor is one of those who reported it."""
    return service_requests.is_reporter(by, request)
