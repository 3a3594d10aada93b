"""The pages that say what went wrong and where to go from there."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The address or form was damaged."""
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """This visitor may not see it."""
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is at this address."""
    return defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """The fault is ours."""
    return defaults.server_error(request)
