"""Who is visited on a day, and how full it is."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citycall.appointments import queries as appointments
from citycall.core import clock, numbers
from citycall.core.actors import Actor
from citycall.workbench.staff import links_for, staff_only


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
        "staff_links": links_for(actor),
        "now": at,
    }
    return render(request, "workbench/day.html", context)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
