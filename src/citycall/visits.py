"""What crews and those they come to owe each other: dates that are kept, and calls back."""

from citycall.appointments import queries as appointments
from citycall.calls.actions import call_backs
from citycall.calls.models import CallBack
from citycall.catalog.queries import catalog
from citycall.core import numbers
from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.service_requests import queries
from citycall.service_requests.models import Report, ServiceRequest
from citycall.work_orders.actions import orders


def keep_to_the_date(event: Event) -> None:
    """The crew's order keeps to the date on which somebody waits, or has none any more."""
    booked = appointments.of_request(event.subject_id)
    orders.expect_between(
        event.subject_id,
        window_from=booked.starts_at if booked else None,
        window_until=booked.ends_at if booked else None,
        at=event.at,
    )


def have_them_called(event: Event) -> None:
    """The call centre calls the first reporter who left a number, with what the crew asks."""
    request = ServiceRequest.objects.get(pk=event.subject_id)
    report = next(filter(_phone, queries.reports_of(request)), None)
    if report is None or report.contact is None:
        return
    # Asked once, also when this is done once more.
    if CallBack.objects.filter(phone=report.contact.phone, asked_at=event.at).exists():
        return
    call_backs.ask(
        call_id=None,
        phone=report.contact.phone,
        name=report.contact.name,
        language=report.language,
        topic=catalog().service_by_id(request.service_id).code,
        why=f"{numbers.show(report.number)}: {event.words or ''}",
        by=SYSTEM,
        at=event.at,
    )


def not_to_be_called(event: Event) -> list[Report]:
    """Those who left no number and are written to instead."""
    request = ServiceRequest.objects.get(pk=event.subject_id)
    return [report for report in queries.reports_of(request) if not _phone(report)]


def _phone(report: Report) -> str:
    return report.contact.phone if report.contact is not None else ""
