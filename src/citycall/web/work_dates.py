"""What work is promised or scheduled when, as entries of a calendar; public facts only."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from citycall.appointments import queries as appointments
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.knowledge import alerts as known
from citycall.knowledge.specs import AlertSpec
from citycall.service_requests import published
from citycall.service_requests.cells import Box
from citycall.service_requests.models import Status
from citycall.service_requests.public import PublicRequest
from citycall.web import alerts
from citycall.web.feeds import Point, metres_to
from citycall.web.icalendar import Date
from citycall.web.nearby import Asked

AHEAD: Final = timedelta(days=90)
MOST: Final = 200


def around(asked: Asked, point: Point, *, at: datetime) -> Iterator[Date]:
    """Planned work and service alerts there, and the promised days of open requests."""
    until = at + AHEAD
    for alert in known.scheduled(point, within_m=asked.within_m, at=at, until=until):
        yield _of_alert(alert)
    found = published.listed(
        published.Asked(
            services=asked.selection.services,
            box=Box.around(*point, metres=asked.within_m),
            is_open=True,
            limit=MOST,
        )
    )
    for row in found:
        if row.due_at is not None and metres_to(row, point) <= asked.within_m:
            yield _promised(
                row.id,
                row.due_at,
                service=catalog().service_by_id(row.service_id).name,
                state=str(Status(row.status).label),
                place=row.place,
            )


def of_request(told: PublicRequest) -> Iterator[Date]:
    """The promised day of one request, and for its reporter the date that they booked.

    A request that has ended without the work is still there, as cancelled, so that a calendar
    which knows the day strikes it out.
    """
    if told.due_at is not None and told.status not in {Status.COMPLETED, Status.CLOSED}:
        yield _promised(
            told.request_id,
            told.due_at,
            service=told.entry.name if told.entry is not None else _("A report to the city"),
            state=str(told.status.label),
            place=told.place,
            cancelled=not told.open,
        )
    booked = appointments.of_request(told.request_id) if told.own is not None else None
    if booked is not None and told.entry is not None:
        yield Date(
            uid=f"appointment-{booked.pk}@{_host()}",
            starts=booked.starts_at,
            ends=booked.ends_at,
            summary=told.entry.name,
            description=told.agency,
            place=told.place,
        )


def _promised(
    request_id: int,
    due_at: datetime,
    *,
    service: str,
    state: str,
    place: str,
    cancelled: bool = False,
) -> Date:
    address = f"{settings.PUBLIC_URL}{reverse('web:nearby-request', args=[request_id])}"
    return Date(
        uid=f"request-{request_id}@{_host()}",
        starts=_day(due_at),
        summary=_("%(service)s: promised by today") % {"service": service},
        description=f"{state}\n{address}",
        place=place,
        cancelled=cancelled,
    )


def _of_alert(alert: AlertSpec) -> Date:
    told = alerts.told(alert)
    address = f"{settings.PUBLIC_URL}{told['href']}"
    return Date(
        uid=f"alert-{alert.code}@{_host()}",
        starts=alert.starts,
        ends=alert.ends,
        summary=told["title"],
        description="\n".join(filter(None, (told["words"], address))),
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.city_zone()).date()


def _host() -> str:
    return settings.PUBLIC_URL.partition("://")[2]
