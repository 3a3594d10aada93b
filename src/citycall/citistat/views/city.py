"""The city's own page: what needs attention, and then the measures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citycall.citistat.around import around
from citycall.core.actors import Actor
from citycall.pages.staff import staff_only


@require_safe
@staff_only
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ranked exceptions with size and certainty, then the measures."""
    return render(request, "citistat/city.html", around(actor, "city"))
