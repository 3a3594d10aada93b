"""When do they come? The date of a request: shown by number, changed by its reporter."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.appointments import queries as appointments
from citycall.appointments.actions import book, change, missed, waiting
from citycall.appointments.actions.change import NoAppointment
from citycall.appointments.actions.seats import DateGone, TooOften
from citycall.appointments.actions.waiting import CannotWait
from citycall.appointments.calendar_file import CalendarEntry, written
from citycall.appointments.models import Appointment
from citycall.core import clock, numbers
from citycall.core.errors import DomainError, NotFound
from citycall.notifications import links
from citycall.service_requests.public import PublicRequest
from citycall.web import booked_dates, outlook, visits
from citycall.web.forms import DateForm, WordsForm
from citycall.web.telling import as_date
from citycall.web.views.following import number_fault, own_report, private, take_key, told_to


class NoDates(NotFound):
    """The request is of a service that does not come by appointment."""

    code = "no_dates"


@private
@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """When do they come, and can it be another day? A link's key leaves the address at once."""
    try:
        read = numbers.read(number)
    except numbers.BadNumber as error:
        return number_fault(request, number, error)
    shown = numbers.show(read)
    if "key" in request.GET:
        take_key(request, request.GET["key"])
        return redirect("web:book", number=shown)
    if number != shown:
        return redirect("web:book", number=shown)
    try:
        told = told_to(request, read)
    except NotFound as error:
        return number_fault(request, number, error)
    return _show(request, told)


@private
@require_POST
def choose(request: HttpRequest, number: str) -> HttpResponse:
    """Book the chosen date, or move to it; a date that went meanwhile is said so."""
    told = told_to(request, numbers.read(number))
    own_report(told)
    day = as_date(request.POST.get("day", ""))
    if day is None:
        return _show(request, told, fault=_("Please choose a date."))
    by, at = visits.resident_of(request), clock.now()
    try:
        if appointments.of_request(told.request_id) is None:
            book.book(told.request_id, day=day, by=by, at=at)
        else:
            change.move(told.request_id, day=day, by=by, at=at)
    except (DateGone, TooOften) as error:
        return _show(request, told, fault=error.message)
    messages.success(request, _("Your date is booked."))
    return redirect("web:book", number=numbers.show(told.number))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Give the date back: GET asks, POST does."""
    told = told_to(request, numbers.read(number))
    own_report(told)
    booked = appointments.of_request(told.request_id)
    if booked is None:
        raise NoAppointment(_("No date is booked for this request."))
    faults: dict[str, str] = {}
    words = request.POST.get("words", "")
    if request.method == "POST":
        try:
            by = visits.resident_of(request)
            change.cancel(told.request_id, by=by, at=clock.now(), words=words)
        except DomainError as error:
            faults[error.field or "words"] = error.message
        else:
            messages.success(request, _("Your date is cancelled."))
            return redirect("web:request", number=numbers.show(told.number))
    form = WordsForm(label=_("Would you like to say why?"), typed={"words": words}, faults=faults)
    form.fields["words"].required = False
    context = {
        "number": numbers.show(told.number),
        "comes": outlook.comes(booked, at=clock.now()),
        "alone": told.report_count == 1,
        "form": form,
    }
    return render(request, "web/book/cancel.html", context, status=422 if faults else 200)


@private
@require_safe
def calendar_file(request: HttpRequest, number: str) -> HttpResponse:
    """The date as a file for a calendar, for its reporter."""
    told = told_to(request, numbers.read(number))
    report = own_report(told)
    booked = appointments.of_request(told.request_id)
    if booked is None or told.entry is None:
        raise NoDates(_("No date is booked for this request."))
    shown = numbers.show(report.number)
    entry = CalendarEntry(
        uid=f"appointment-{booked.pk}@{settings.PUBLIC_URL.partition('://')[2]}",
        sequence=booked.moves,
        starts_at=booked.starts_at,
        ends_at=booked.ends_at,
        title=told.entry.name,
        place=told.place,
        words=_("Confirmation number %(number)s, %(agency)s")
        % {"number": shown, "agency": told.agency},
        address=f"{settings.PUBLIC_URL}/book/{shown}",
        made_at=booked.changed_at,
    )
    response = HttpResponse(written(entry), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{shown}.ics"'
    return response


@private
@require_POST
def wait(request: HttpRequest, number: str) -> HttpResponse:
    """Wait for a date that comes free."""
    told = told_to(request, numbers.read(number))
    own_report(told)
    try:
        waiting.join(told.request_id, by=visits.resident_of(request), at=clock.now())
    except CannotWait as error:
        return _show(request, told, fault=error.message)
    messages.success(request, _("You are on the list. We write to you when a date comes free."))
    return redirect("web:book", number=numbers.show(told.number))


@private
@require_POST
def leave(request: HttpRequest, number: str) -> HttpResponse:
    """Wait no longer."""
    told = told_to(request, numbers.read(number))
    own_report(told)
    waiting.leave(told.request_id, by=visits.resident_of(request), at=clock.now())
    messages.success(request, _("You are no longer on the list."))
    return redirect("web:book", number=numbers.show(told.number))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def nobody_came(request: HttpRequest, number: str) -> HttpResponse:
    """They did not come: GET asks, POST says it, and a new date is promised."""
    told = told_to(request, numbers.read(number))
    own_report(told)
    words, fault = request.POST.get("words", ""), ""
    if request.method == "POST":
        try:
            by = visits.resident_of(request)
            missed.tell_missed(told.request_id, by=by, at=clock.now(), words=words)
        except DomainError as error:
            fault = error.message
        else:
            messages.success(request, _("We are sorry. It is work again, with a new date."))
            return redirect("web:book", number=numbers.show(told.number))
    form = WordsForm(
        label=_("Would you like to say more?"),
        typed={"words": words},
        faults={"words": fault} if fault else {},
    )
    form.fields["words"].required = False
    context = {"number": numbers.show(told.number), "form": form}
    return render(request, "web/book/nobody_came.html", context, status=422 if fault else 200)


def _show(request: HttpRequest, told: PublicRequest, *, fault: str = "") -> HttpResponse:
    if told.entry is None or told.entry.spec.booking is None:
        raise NoDates(_("This request needs no appointment."))
    at = clock.now()
    booked = appointments.of_request(told.request_id) if told.open else None
    context = {
        "number": numbers.show(told.number),
        "told": told,
        "comes": outlook.comes(booked, at=at),
        "booked": booked,
        "own_link": _own_link(told),
        **_after(told, at=at),
        **_changing(request, told, booked, fault=fault),
    }
    return render(request, "web/book/page.html", context, status=422 if fault else 200)


def _after(told: PublicRequest, *, at: datetime) -> dict[str, Any]:
    """What there is to say when the date is over: that nobody came, or that it was said."""
    if told.own is None:
        return {}
    last = appointments.last_of(told.request_id)
    may = last is not None and missed.may_tell_of(told.request_id, last, at=at)
    was_missed = last is not None and last.state == Appointment.State.MISSED
    known = appointments.missed_of(told.request_id) if was_missed and told.open else None
    return {"may_tell_missed": may, "missed": known}


def _changing(
    request: HttpRequest, told: PublicRequest, booked: Appointment | None, *, fault: str
) -> dict[str, Any]:
    """What the reporter may do about the date, and the dates to choose from."""
    at = clock.now()
    until = appointments.changes_until(booked) if booked is not None else None
    over = booked is not None and booked.ends_at <= at
    may = told.own is not None and told.open and (booked is None or over or at < (until or at))
    if not may:
        return {"may": False, "until": until}
    waits = appointments.waiting_of(told.request_id)
    holder = waiting.holder_of(waits) if waits is not None else ""
    offer = appointments.offer_of(told.request_id, at=at, holder=holder)
    dates = [d for d in offer.dates if booked is None or d.day != booked.day] if offer else []
    shown = dates if "all" in request.GET else dates[: booked_dates.FIRST]
    form = DateForm(
        typed={"day": request.POST.get("day", "")[:10]},
        dates=booked_dates.choices(shown, at=at),
        faults={"day": fault} if fault else None,
    )
    later = len(dates) - len(shown)
    return {
        "may": True,
        "until": until,
        "over": over,
        "form": form,
        "any": dates,
        "later": later,
        "may_wait": bool(offer and offer.route and not dates and (booked is None or over)),
        "waits": waits,
        "kept": waits.seat if waits is not None else None,
        "ahead": appointments.ahead_of(waits) if waits is not None else 0,
    }


def _own_link(told: PublicRequest) -> str:
    if told.own is None:
        return ""
    report = told.own.report
    return links.date_address(number=numbers.show(report.number), report_id=report.pk)
