"""A place's own page, which a sign on the spot leads to: what is known here, and report."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from citycall.core import clock
from citycall.places import named
from citycall.web import here, nearby, place_links
from citycall.web.views.nearby import count

_DAY_S = 86_400


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """What is this, what is open here, and how do I report something?"""
    count(request)
    place, at = named.get(code), clock.now()
    found = here.open_there(place, at=at)
    shown = (found or ())[: here.MOST_SHOWN]
    around = {
        "lon": round(place.longitude, 6),
        "lat": round(place.latitude, 6),
        "place": place.label,
        "of": place.label,
    }
    context = {
        "place": place,
        "invitation": here.invitation(place.kind),
        "report": f"{reverse('web:report')}?{urlencode({place_links.FIELD: place.code})}",
        "requests": [nearby.request_told(each, at=at) for each in shown],
        "more": found is None or len(found) > len(shown),
        "nearby": f"{reverse('web:nearby')}?{urlencode(around)}",
    }
    return render(request, "web/here.html", context)


@require_safe
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """The sign to print and put up at the place."""
    place = named.get(code)
    context = {
        "place": place,
        "invitation": here.invitation(place.kind),
        "address": here.address(place.code).partition("://")[2],
    }
    return render(request, "web/sign.html", context)


@require_safe
def code_svg(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code alone."""
    place = named.get(code)
    response = HttpResponse(here.sign_svg(place.code), content_type="image/svg+xml")
    response.headers["Cache-Control"] = f"public, max-age={_DAY_S}"
    return response
