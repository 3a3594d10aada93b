"""Promised and scheduled work for the calendar of a phone: around a place, and of one request."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from citycall.core import clock, numbers
from citycall.places.queries import surroundings
from citycall.service_requests import map as request_map
from citycall.web import icalendar, work_dates
from citycall.web import nearby as asking
from citycall.web.icalendar import Date
from citycall.web.nearby import BadQuestion
from citycall.web.views.following import private, told_to
from citycall.web.views.nearby import count


@require_safe
@conditional_page
def around(request: HttpRequest) -> HttpResponse:
    """``?lon=&lat=&within=&group=``: what is scheduled around a point, to be subscribed to."""
    count(request)
    at = clock.now()
    asked = asking.read(request.GET.dict() | {"place": "", "show": ""}, at=at)
    if asked.point is None:
        raise BadQuestion(_("lon and lat are both needed, as degrees with a point."))
    name = _("City work near %(place)s") % {"place": surroundings(*asked.point).words}
    return _answer(work_dates.around(asked, asked.point, at=at), name=name, file="city-work", at=at)


@require_safe
@conditional_page
def one(request: HttpRequest, request_id: int) -> HttpResponse:
    """What everyone may know of when one request will be done."""
    count(request)
    told = request_map.shown(request_id)
    name = told.entry.name if told.entry is not None else _("A report to the city")
    return _answer(
        work_dates.of_request(told), name=name, file=f"request-{request_id}", at=clock.now()
    )


@private
@require_safe
def followed(request: HttpRequest, number: str) -> HttpResponse:
    """The same by its confirmation number; for its reporter with the date that was booked."""
    told = told_to(request, numbers.read(number))
    shown = numbers.show(told.number)
    name = _("Request %(number)s") % {"number": shown}
    answer = _answer(work_dates.of_request(told), name=name, file=shown, at=clock.now())
    del answer.headers["Cache-Control"]
    return answer


def _answer(dates: Iterable[Date], *, name: str, file: str, at: datetime) -> HttpResponse:
    # Made by the hour, so that a calendar which asks again is told that nothing has changed.
    made = at.replace(minute=0, second=0, microsecond=0)
    text = icalendar.calendar(dates, name=name, at=made)
    return icalendar.response(text, file_name=f"{file}.ics")
