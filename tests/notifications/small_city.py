"""Rows for tests that are not about how they came to be."""

from datetime import UTC, datetime, timedelta
from typing import Any

from citycall.agencies.models import Agency, Team, WorkingCalendar
from citycall.catalog.models import Service
from citycall.contacts.models import Contact
from citycall.core.models import Event, Visibility
from citycall.notifications.models import Delivery
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import Channel, Report, ServiceRequest
from tests.city import OFFICE

# A Saturday evening in the city, the night of Sunday in UTC.
NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


def potholes() -> Service:
    """The one service, of the one agency."""
    calendar, _ = WorkingCalendar.objects.get_or_create(
        code="office",
        defaults={
            "name": "Office hours",
            "definition": {"code": "office", "name": "Office hours", "hours": OFFICE},
        },
    )
    agency, _ = Agency.objects.get_or_create(
        code="dot",
        defaults={"name": "Streets Department", "phone": "555-0100", "calendar": calendar},
    )
    team, _ = Team.objects.get_or_create(
        code="paving", defaults={"name": "Paving", "agency": agency}
    )
    return Service.objects.get_or_create(
        code="pothole",
        defaults={
            "name": "Pothole",
            "group": "Streets",
            "agency": agency,
            "team": team,
            "definition": {
                "code": "pothole",
                "name": "Pothole",
                "group": "Streets",
                "agency": "dot",
                "outcomes": ["filled"],
            },
        },
    )[0]


def make_request(number: int = 264839201755, **facts: Any) -> ServiceRequest:
    """A request for a pothole at Main & 3rd, due in five days."""
    service = potholes()
    assert service.team is not None
    return ServiceRequest.objects.create(
        **{
            "number": number,
            "service": service,
            "agency": service.agency,
            "team": service.team,
            "requested_at": NOW,
            "updated_at": NOW,
            "due_at": NOW + timedelta(days=5),
            "location_kind": "intersection",
            "place": "Main St & 3rd St",
            **facts,
        }
    )


def make_report(
    request: ServiceRequest, *, email: str = "", number: int | None = None, language: str = "en"
) -> Report:
    """A report of the request, with a contact where an address is given."""
    contact = None
    if email:
        contact = Contact.objects.create(email=email, language=language, created_at=NOW)
    return Report.objects.create(
        service_request=request,
        number=request.number if number is None else number,
        contact=contact,
        channel=Channel.WEB,
        words="It is deep.",
        reported_at=NOW,
    )


def make_event(request: ServiceRequest, kind: Kind, **facts: Any) -> Event:
    """An event without a job, so that the test decides when its reactions run."""
    return Event.objects.create(
        **{
            "kind": kind.value,
            "at": NOW,
            "actor_kind": "staff",
            "actor_name": "Robin",
            "subject_kind": SUBJECT,
            "subject_id": request.pk,
            "visibility": Visibility.PUBLIC,
            "data": {},
            **facts,
        }
    )


def make_delivery(email: str = "ana@example.org", **facts: Any) -> Delivery:
    """One owed message about one new request."""
    request = make_request()
    report = make_report(request, email=email)
    event = make_event(request, Kind.SUBMITTED, data={"report": report.pk})
    return Delivery.objects.create(
        **{
            "event": event,
            "contact": report.contact,
            "report_id": report.pk,
            "template": "received",
            "created_at": NOW,
            **facts,
        }
    )
