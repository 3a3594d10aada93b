"""Who is visited on a day, and how full it is."""

from datetime import date, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citycall.appointments import days as appointments
from citycall.appointments.actions import calling_off
from citycall.catalog.queries import ServiceEntry
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotAllowed
from citycall.pages.staff import links_for, staff_only
from citycall.workbench.day_forms import CallOffForm, calling_off_of, crew_name, route_words

MISSED_DAYS: Final = 30


@require_safe
@staff_only
def day(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The appointments of a date (today, where none is asked for), a page at a time."""
    at = clock.now()
    chosen = _date(request.GET.get("day", "")) or at.astimezone(clock.city_zone()).date()
    loads = appointments.day_loads(actor, chosen)
    routes = [load.key for load in loads]
    route = request.GET.get("route", "")
    page = appointments.day_page(
        actor,
        chosen,
        route=route if route in routes else "",
        after=request.GET.get("after", ""),
    )
    context = {
        "day": chosen,
        "before": chosen - timedelta(days=1),
        "next": chosen + timedelta(days=1),
        "loads": loads,
        "route": route if route in routes else "",
        "stops": [
            {"stop": row, "number": numbers.show(row.service_request.number)}
            for row in page.rows
            if row.service_request is not None
        ],
        "older": page.older,
        "calls_off": bool(calling_off_of(actor)),
        "called_off": [
            {"row": row, "crew": crew_name(row), "where": route_words(row.route)}
            for row in appointments.called_off_on(actor, chosen)
        ],
        "waiting": appointments.waiting_by_route(actor),
        "missed": appointments.missed_by_route(actor, until=at, days=MISSED_DAYS),
        "missed_days": MISSED_DAYS,
        "staff_links": links_for(actor),
        "now": at,
    }
    return render(request, "workbench/day.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def call_off(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Call a day off: GET shows how many are booked, POST gives them other dates."""
    services = calling_off_of(actor)
    if not services:
        raise NotAllowed(_("You do not have permission to do this."))
    asked = request.POST if request.method == "POST" else request.GET
    form = CallOffForm(request.POST or None, services=services, initial=_first(asked, services))
    if request.method == "POST" and form.is_valid():
        try:
            calling_off.call_off(form.plan(), by=actor, at=clock.now())
        except DomainError as error:
            form.say(error)
        else:
            messages.success(
                request, _("The day is called off. Everybody booked is given another date now.")
            )
            day = form.cleaned_data["day"].isoformat()
            return redirect(f"{reverse('workbench:day')}?day={day}")
    counted = _date(asked.get("day", ""))
    context = {
        "form": form,
        "day": counted,
        "loads": appointments.day_loads(actor, counted) if counted else [],
        "staff_links": links_for(actor),
    }
    status = 422 if form.errors else 200
    return render(request, "workbench/call_off.html", context, status=status)


@require_POST
@staff_only
def take_back(request: HttpRequest, actor: Actor, called_off_id: int) -> HttpResponse:
    """Let a day that was called off be booked again."""
    row = calling_off.undo(called_off_id, by=actor, at=clock.now())
    messages.success(request, _("The day can be booked again. Who has another date keeps it."))
    return redirect(f"{reverse('workbench:day')}?day={row.day.isoformat()}")


def _first(asked: QueryDict, services: list[ServiceEntry]) -> dict[str, str]:
    return {"service": services[0].code, "day": asked.get("day", "")[:10]}


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
