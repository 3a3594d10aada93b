"""Who hears of an event in a request's life, and when nobody does."""

from collections.abc import Callable

from django.db.models import F, QuerySet

from citycall.appointments.actions.missed import NOBODY_CAME
from citycall.appointments.actions.step import APPOINTMENT_CANCELLED, BY_APPOINTMENT
from citycall.core.models import Event, Visibility
from citycall.feedback.models import Verdict
from citycall.service_requests import queries
from citycall.service_requests.actions.change_service import SERVICE_CHANGED
from citycall.service_requests.actions.take_back import TAKEN_BACK
from citycall.service_requests.events import Kind
from citycall.service_requests.models import Report, ServiceRequest, Status

Condition = Callable[[Event], bool]


def its_reporter(event: Event) -> list[Report]:
    """The reporter whose telling the event is."""
    return list(Report.objects.select_related("contact").filter(pk=event.data["report"]))


def every_reporter(event: Event) -> list[Report]:
    """All who reported the problem, through merged requests too."""
    return queries.reports_of(ServiceRequest.objects.get(pk=event.subject_id))


def other_reporters(event: Event) -> list[Report]:
    """All but the reporter whose own answer the event is."""
    answered = Verdict.objects.filter(service_request_id=event.subject_id, given_at=event.at)
    own = set(answered.values_list("report_id", flat=True))
    return [report for report in every_reporter(event) if report.pk not in own]


def clock_stopped(event: Event) -> bool:
    """The work waits and its date with it."""
    return bool(event.data["clock_stopped"])


def not_told_otherwise(event: Event) -> bool:
    """The messages about these changes name the new date already."""
    told = {
        "reopened",
        SERVICE_CHANGED,
        TAKEN_BACK,
        BY_APPOINTMENT,
        APPOINTMENT_CANCELLED,
        NOBODY_CAME,
    }
    return event.data["why"] not in told


def booked_later(event: Event) -> bool:
    """Of a date that came with the report, the receipt tells already."""
    return not event.data.get("with_report")


def of_the_first(event: Event) -> bool:
    """The report that made the request, and not one that was added to it."""
    its = Report.objects.filter(pk=event.data["report"])
    return its.filter(number=F("service_request__number")).exists()


def of_a_later(event: Event) -> bool:
    """A report that was added to a request."""
    return not of_the_first(event)


def not_asked(event: Event) -> bool:
    """Unless its reporters are asked just now whether it is done."""
    asked = ServiceRequest.objects.filter(pk=event.subject_id, status=Status.COMPLETED)
    return not asked.exists()


def both(one: Condition, other: Condition) -> Condition:
    """Where the one and the other hold."""
    return lambda event: one(event) and other(event)


def public(event: Event) -> bool:
    """Everybody may read it."""
    return event.visibility == Visibility.PUBLIC


def untold(event: Event) -> bool:
    """Taken back before anybody was written to about it, or the taking back of such a step.

    What is done to many requests at once waits a while before its messages go.
    """
    if event.data.get("untold"):
        return True
    if not event.data.get("tells_at"):
        return False
    return _later(event).filter(data__untold=True, data__batch=event.data["batch"]).exists()


def not_open_again(event: Event) -> bool:
    """Whether what ended with the event has not been opened again before anybody heard of it."""
    opened = [Kind.REOPENED.value, Kind.DISPUTED.value, Kind.UNMERGED.value]
    return not _later(event).filter(kind__in=opened).exists()


def taken_back_since(event: Event) -> bool:
    """Whether a step done to many requests was taken back before anything followed from it."""
    if not event.data.get("batch"):
        return False
    taking_back = [Kind.TAKEN_BACK.value, Kind.UNMERGED.value]
    return _later(event).filter(kind__in=taking_back, data__batch=event.data["batch"]).exists()


def _later(event: Event) -> QuerySet[Event]:
    return Event.objects.filter(
        subject_kind=event.subject_kind, subject_id=event.subject_id, id__gt=event.pk
    )
