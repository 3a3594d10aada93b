"""Serving photos to those who may see them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from citycall.service_requests import public
from citycall.service_requests.photos import path_of
from citycall.web import visits


@require_safe
def photo(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """The photo itself, for its reporter and for staff of the request."""
    return picture(public.photo_for(visits.reader_of(request), attachment_id).file)


@require_safe
def photo_small(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """Its thumbnail, for the same people."""
    return picture(public.photo_for(visits.reader_of(request), attachment_id).thumbnail)


def picture(name: str) -> HttpResponse:
    """A stored picture, for this browser only; it never changes, for it is named by its content."""
    try:
        response = HttpResponse(path_of(name).read_bytes(), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response
