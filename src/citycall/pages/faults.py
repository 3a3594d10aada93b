"""A fault that a person can put right, shown as a page with the right status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citycall.core.errors import DomainError

Respond = Callable[[HttpRequest], HttpResponse]


class PlainFaults:
    """Turn a ``DomainError`` that no view has put beside its field into a page that says it."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for the fault; none for anything else, which is a fault of ours."""
        if not isinstance(error, DomainError):
            return None
        return render(request, "pages/fault.html", {"message": error.message}, status=error.status)
