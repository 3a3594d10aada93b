"""How this door says what is wrong: RFC 9457 problem+json, for every failure."""

import logging
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from citycall.accounts.callers import TooManyCalls, bearer
from citycall.accounts.queries import known_key
from citycall.api.appointment_shapes import date_told
from citycall.appointments.actions.seats import DateGone
from citycall.core.errors import DomainError, Faults

log = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
# What a problem's code is appended to; the codes are what programs decide upon.
TYPE: Final = "urn:citycall:problem:"
USUAL_WAIT_SECONDS: Final = 10


class TooLarge(DomainError):
    """More was sent than is read."""

    code = "too_large"
    status = 413

    def __init__(self) -> None:
        super().__init__(_("This is larger than we can read. Please send less at once."))


class WrongMediaType(DomainError):
    """The body is not of the media type, or the charset, that the operation reads."""

    code = "wrong_media_type"
    status = 415


def answer(status: int, detail: str, *, code: str, **more: Any) -> HttpResponse:
    """One problem document; ``detail`` is a sentence for people, ``code`` is for programs."""
    body = {
        "type": f"{TYPE}{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    response = HttpResponse(orjson.dumps(body), status=status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def add_handlers(api: NinjaAPI) -> None:
    """Turn every failure into a problem document."""
    api.add_exception_handler(DomainError, _domain)
    api.add_exception_handler(TooManyCalls, _too_many_calls)
    api.add_exception_handler(DateGone, _date_gone)
    api.add_exception_handler(ValidationError, _shape)
    api.add_exception_handler(AuthenticationError, _no_key)
    api.add_exception_handler(HttpError, _unreadable)
    api.add_exception_handler(Http404, lambda _request, _error: unknown_address())
    for kind in (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        api.add_exception_handler(kind, lambda request, _error: _domain(request, TooLarge()))
    for fault in (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        api.add_exception_handler(fault, _unreadable)
    api.add_exception_handler(Exception, _broken)


def unknown_address() -> HttpResponse:
    """Nothing lives at this address."""
    return answer(404, _("There is nothing at this address."), code="unknown_address")


def wrong_method(allowed: str) -> HttpResponse:
    """The address is known; what is asked of it is not."""
    sentence = _("This address takes: %(methods)s.") % {"methods": allowed}
    response = answer(405, sentence, code="wrong_method")
    response.headers["Allow"] = allowed
    return response


def _domain(request: HttpRequest, error: Any) -> HttpResponse:
    faults = dict(error.faults) if isinstance(error, Faults) else {}
    if error.field and not faults:
        faults = {error.field: error.message}
    response = answer(error.status, str(error.message), code=error.code, faults=faults)
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(getattr(error, "retry_after", USUAL_WAIT_SECONDS))
    return response


def _date_gone(request: HttpRequest, error: Any) -> HttpResponse:
    """Whoever lost a date is told the next ones at once."""
    dates = [date_told(each) for each in error.dates]
    faults = {"day": error.message}
    return answer(error.status, str(error.message), code=error.code, faults=faults, dates=dates)


def _too_many_calls(request: HttpRequest, error: Any) -> HttpResponse:
    response = _domain(request, error)
    quota = _quota(request)
    response.headers["RateLimit-Policy"] = f'"calls";q={quota};w=60'
    response.headers["RateLimit"] = f'"calls";r=0;t={error.retry_after}'
    return response


def _quota(request: HttpRequest) -> int:
    usual: int = settings.CITYCALL_CALLS_PER_MINUTE
    try:
        own = known_key(bearer(request)).per_minute
    except DomainError:
        return usual
    return usual if own is None else own


def _shape(request: HttpRequest, error: Any) -> HttpResponse:
    faults = {
        ".".join(str(part) for part in fault["loc"][1:] if part != "body") or "body": fault["msg"]
        for fault in error.errors
    }
    sentence = _("This call is not as documented. Please see each fault.")
    return answer(422, sentence, code="bad_shape", faults=faults)


def _no_key(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(401, _("This call needs an API key."), code="key_missing")


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    sentence = _("This call could not be read. Please check its body and how it is encoded.")
    return answer(400, sentence, code="unreadable")


def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    log.error("%s %s", request.method, request.path, exc_info=error)
    sentence = _("Something is broken on our side. It has been written down; please try again.")
    return answer(500, sentence, code="broken")
