"""Serving photos to those who may see them."""

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from citycall.service_requests import public
from citycall.service_requests.photos import path_of
from citycall.web import visits


@require_safe
def photo(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """The photo itself, for its reporter and for staff of the request."""
    return picture(public.photo_for(visits.reader_of(request), attachment_id).file)


@require_safe
def photo_small(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """Its thumbnail, for the same people."""
    return picture(public.photo_for(visits.reader_of(request), attachment_id).thumbnail)


def picture(name: str) -> HttpResponseBase:
    """A stored picture, for this browser only; it never changes, for it is named by its content."""
    try:
        file = path_of(name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response
