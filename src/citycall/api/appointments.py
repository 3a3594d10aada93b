"""Appointments: free dates for everyone, and the agencies' own programs book, move and cancel."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from citycall.api import work
from citycall.api.appointment_shapes import (
    AppointmentOut,
    CancelIn,
    DateIn,
    DatesAt,
    FreeDatesOut,
    LeftOut,
    MissedIn,
    MissedOut,
    WaitingOut,
    date_told,
    next_dates,
)
from citycall.api.conditions import document
from citycall.api.keys import ANYBODY, Key, actor_of
from citycall.api.naming import Code, Name
from citycall.api.staff import REQUEST
from citycall.api.telling import told
from citycall.appointments import queries
from citycall.appointments.actions import book, change, missed, waiting
from citycall.appointments.actions.change import NoAppointment
from citycall.appointments.actions.seats import DateGone
from citycall.appointments.models import Appointment, Waiting
from citycall.appointments.queries import Offer
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.errors import NotFound
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.policies import READ_SCOPE, WORK_SCOPE

router = Router(tags=["Appointments"])
_DATE: Final = {
    "day": "2026-11-26",
    "starts_at": "2026-11-26T11:00:00Z",
    "ends_at": "2026-11-26T23:00:00Z",
    "closes_at": "2026-11-25T17:00:00Z",
    "left": 12,
}
_APPOINTMENT: Final = {
    "day": "2026-11-26",
    "starts_at": "2026-11-26T11:00:00Z",
    "ends_at": "2026-11-26T23:00:00Z",
    "changes_until": "2026-11-25T17:00:00Z",
    "route": "collection_days/THU",
    "items": 2,
    "moves": 0,
}
_WAITING: Final = {
    "state": "waiting",
    "asked_at": "2026-11-20T15:00:00Z",
    "ahead": 2,
    "kept_day": None,
    "kept_until": None,
}
_MISSED: Final = {
    "day": "2026-11-26",
    "told_at": "2026-11-27T13:05:00Z",
    "promised_at": "2026-11-30T23:00:00Z",
}


class NoDates(NotFound):
    """The service does not come by appointment."""

    code = "no_dates"


@router.get(
    "/services/{code}/dates",
    auth=ANYBODY,
    **told(
        "list_free_dates",
        "The free dates of a service at a place",
        gives=FreeDatesOut,
        problems=(404,),
        example={"served": True, "items": [_DATE]},
    ),
)
def free_dates(request: HttpRequest, code: Code, asked: Query[DatesAt]) -> HttpResponse:
    """For a service that is an appointment: every date that can be taken there now.

    Send the chosen `day` with the report. `served` is false where nobody comes to the place.
    """
    entry = catalog().service(code)
    place = Location(kind=LocationKind.POINT, longitude=asked.longitude, latitude=asked.latitude)
    return document(_offered(queries.offer_at(entry, place, at=clock.now())))


@router.get(
    f"{REQUEST}/dates",
    auth=Key(READ_SCOPE, WORK_SCOPE),
    **told(
        "list_dates_of_work",
        "The free dates for a request's place",
        gives=FreeDatesOut,
        problems=(400,),
        example={"served": True, "items": [_DATE]},
    ),
)
def dates_of(request: HttpRequest, name: Name) -> HttpResponse:
    """The dates that it could be moved to."""
    row = work.request_for(request, actor_of(request), name)
    waits = queries.waiting_of(row.pk)
    holder = waiting.holder_of(waits) if waits is not None else ""
    return document(_offered(queries.offer_for(row, at=clock.now(), holder=holder)))


@router.get(
    f"{REQUEST}/appointment",
    auth=Key(READ_SCOPE, WORK_SCOPE),
    **told(
        "get_appointment",
        "When the crew comes",
        gives=AppointmentOut,
        problems=(400,),
        example=_APPOINTMENT,
    ),
)
def one(request: HttpRequest, name: Name) -> HttpResponse:
    """The date that is booked; 404 where none is."""
    row = work.request_for(request, actor_of(request), name)
    booked = queries.of_request(row.pk)
    if booked is None:
        raise NoDates(_("No date is booked for this request."))
    return document(appointment_told(booked))


@router.post(
    f"{REQUEST}/appointment",
    auth=Key(WORK_SCOPE),
    **told(
        "book_date",
        "Book a date, or move to it",
        gives=AppointmentOut,
        problems=(400, 409),
        sends={"day": "2026-11-26"},
        example=_APPOINTMENT,
    ),
)
def take(request: HttpRequest, name: Name, body: DateIn) -> HttpResponse:
    """Takes the date instead of one that is booked. The reporters are told.

    A date that went meanwhile answers 409 with `date_gone` and, in `dates`, the next ones that
    are free; what was booked is kept.
    """
    by, at = actor_of(request), clock.now()
    row = work.request_for(request, by, name)
    take_date = book.book if queries.of_request(row.pk) is None else change.move
    try:
        booked = take_date(row.pk, day=body.day, by=by, at=at)
    except DateGone as error:
        error.dates = next_dates(queries.offer_for(row, at=at))
        raise
    return document(appointment_told(booked))


@router.post(
    f"{REQUEST}/appointment/cancel",
    auth=Key(WORK_SCOPE),
    **told(
        "cancel_date",
        "Cancel the date",
        gives=AppointmentOut,
        problems=(400, 409),
        sends={"words": "The truck broke down."},
        example=_APPOINTMENT,
    ),
)
def cancel(request: HttpRequest, name: Name, body: CancelIn) -> HttpResponse:
    """The request stays open, and its reporters are asked to choose another date."""
    by = actor_of(request)
    row = work.request_for(request, by, name)
    if queries.of_request(row.pk) is None:
        raise NoAppointment(_("No date is booked for this request."))
    return document(
        appointment_told(change.cancel(row.pk, by=by, at=clock.now(), words=body.words))
    )


@router.post(
    f"{REQUEST}/appointment/missed",
    auth=Key(WORK_SCOPE),
    **told(
        "tell_missed_date",
        "Say that nobody came",
        gives=MissedOut,
        problems=(400, 409),
        sends={"words": "The bags are still there."},
        example=_MISSED,
    ),
)
def tell_missed(request: HttpRequest, name: Name, body: MissedIn) -> HttpResponse:
    """For some days after the date. The same request is work again, with a new date promised.

    Said again, it changes nothing. 409 with `not_missed` where no date of late was over.
    """
    by = actor_of(request)
    row = work.request_for(request, by, name)
    known = missed.tell_missed(row.pk, by=by, at=clock.now(), words=body.words)
    return document({"day": known.day, "told_at": known.told_at, "promised_at": known.promised_at})


@router.get(
    f"{REQUEST}/waiting",
    auth=Key(READ_SCOPE, WORK_SCOPE),
    **told(
        "get_waiting",
        "Its place on the waiting list",
        gives=WaitingOut,
        problems=(400,),
        example=_WAITING,
    ),
)
def waits_for(request: HttpRequest, name: Name) -> HttpResponse:
    """404 where it does not wait for a date."""
    row = work.request_for(request, actor_of(request), name)
    waits = queries.waiting_of(row.pk)
    if waits is None:
        raise NoDates(_("This request does not wait for a date."))
    return document(_waiting_told(waits))


@router.post(
    f"{REQUEST}/waiting",
    auth=Key(WORK_SCOPE),
    **told(
        "join_waiting_list",
        "Wait for a date that comes free",
        gives=WaitingOut,
        problems=(400, 409),
        example=_WAITING,
    ),
)
def join(request: HttpRequest, name: Name) -> HttpResponse:
    """Where every date is taken. Again, it changes nothing.

    The reporters are told when a date is kept for them; it is booked like any other.
    """
    by = actor_of(request)
    row = work.request_for(request, by, name)
    waiting.join(row.pk, by=by, at=clock.now())
    return waits_for(request, name)


@router.post(
    f"{REQUEST}/waiting/leave",
    auth=Key(WORK_SCOPE),
    **told(
        "leave_waiting_list",
        "Wait no longer",
        gives=LeftOut,
        problems=(400, 409),
        example={"waited": True},
    ),
)
def leave(request: HttpRequest, name: Name) -> HttpResponse:
    """A date that was kept for it goes to the next. Again, it changes nothing."""
    by = actor_of(request)
    row = work.request_for(request, by, name)
    return document({"waited": waiting.leave(row.pk, by=by, at=clock.now())})


def _waiting_told(waits: Waiting) -> Mapping[str, Any]:
    return {
        "state": waits.state,
        "asked_at": waits.asked_at,
        "ahead": queries.ahead_of(waits),
        "kept_day": waits.seat.day if waits.seat is not None else None,
        "kept_until": waits.kept_until,
    }


def appointment_told(booked: Appointment) -> Mapping[str, Any]:
    """A booked date as this door tells it."""
    return {
        "day": booked.day,
        "starts_at": booked.starts_at,
        "ends_at": booked.ends_at,
        "changes_until": queries.changes_until(booked),
        "route": booked.route,
        "items": booked.items,
        "moves": booked.moves,
    }


def _offered(offer: Offer | None) -> dict[str, Any]:
    if offer is None:
        raise NoDates(_("This service needs no appointment."))
    return {"served": offer.route is not None, "items": [date_told(each) for each in offer.dates]}
