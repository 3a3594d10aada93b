"""One call of the standard, read in any accent and answered in one way, whatever goes wrong."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from citycall.accounts.callers import TooManyCalls, caller
from citycall.accounts.misses import TooManyMisses
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.errors import DomainError, NotFound
from citycall.open311.faults import Fault, faults_of, status_of
from citycall.open311.formats import CONTENT_TYPES, Format, Row, rendered
from citycall.open311.jurisdictions import WHOLE_CITY, Jurisdiction, jurisdiction_of
from citycall.open311.parameters import Parameters, parameters_of

log = logging.getLogger(__name__)

_ALLOWED_HEADERS: Final = "Authorization, Content-Type, If-None-Match, Idempotency-Key"
_EXPOSED_HEADERS: Final = "total, page, page_size, Link, ETag, Retry-After"
_FOR_LATER: Final = "public, no-cache"


def has(tag: str, told: str | None) -> bool:
    """Whether a caller who sent ``If-None-Match: told`` has the answer with this entity tag."""
    if not told:
        return False
    known = {part.strip().removeprefix("W/") for part in told.split(",")}
    return "*" in known or tag.removeprefix("W/") in known


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call whose key and jurisdiction are known: everything that an answer may depend on."""

    request: HttpRequest
    form: Format
    parameters: Parameters
    actor: Actor
    jurisdiction: Jurisdiction
    at: datetime

    def has(self, tag: str) -> bool:
        """Whether the caller says that it has the answer with this entity tag already."""
        return has(tag, self.request.META.get("HTTP_IF_NONE_MATCH"))

    @property
    def asks_whether_changed(self) -> bool:
        """Whether the caller has an answer already and asks whether it still holds."""
        return "HTTP_IF_NONE_MATCH" in self.request.META


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: ``rows`` of ``item``, or the one object where there is no ``item``."""

    root: str
    item: str | None
    rows: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The caller has this answer already."""

    tag: str


Read = Callable[..., Answer | Unchanged]


class UnknownFormat(NotFound):
    """The address ends with something else than .xml or .json."""

    code = "unknown_format"


class MethodNotAllowed(DomainError):
    """This address does not take the method."""

    code = "method_not_allowed"
    status = 405


def door(
    *, get: Read | None = None, post: Read | None = None, everywhere: bool = False
) -> Callable[..., HttpResponse]:
    """The view of one address: what to do with GET (and HEAD) and with POST.

    Each is told the ``Call`` and the parts of the address by name. ``everywhere`` marks what is
    the same in every jurisdiction.
    """
    methods: dict[str, Read] = {}
    if get:
        methods |= {"GET": get, "HEAD": get}
    if post:
        methods["POST"] = post

    @csrf_exempt
    def view(request: HttpRequest, form: str | None = None, **named: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return _preflight(methods)
        shape = _shape(request, form)
        try:
            if form and form.lower() not in CONTENT_TYPES:
                raise UnknownFormat(_("This address ends with .xml or with .json."))
            answer = _answer(request, shape, methods, named, everywhere=everywhere)
            response = _response(answer, shape)
        except Exception as error:
            response = _refusal(error, shape)
        if response.status_code == 405:
            response.headers["Allow"] = _allowed(methods)
        return _dressed(request, response, named=form is not None)

    return view


def _answer(
    request: HttpRequest,
    shape: Format,
    methods: Mapping[str, Read],
    named: Mapping[str, str],
    *,
    everywhere: bool,
) -> Answer | Unchanged:
    act = methods.get(request.method or "")
    if act is None:
        raise MethodNotAllowed(
            _("This address takes %(methods)s only.") % {"methods": _allowed(methods)}
        )
    parameters = parameters_of(request)
    actor = caller(request, secret=parameters.one("api_key") or "")
    jurisdiction = WHOLE_CITY if everywhere else jurisdiction_of(parameters.one("jurisdiction_id"))
    call = Call(
        request=request,
        form=shape,
        parameters=parameters,
        actor=actor,
        jurisdiction=jurisdiction,
        at=clock.now(),
    )
    return act(call, **named)


def no_such_address(_call: Call) -> Answer:
    """What an address that the standard does not know is answered with."""
    raise NotFound(_("There is no such resource."))


def _shape(request: HttpRequest, form: str | None) -> Format:
    """The format of the answer: as the address ends, else as the caller prefers, else XML."""
    if form:
        return "json" if form.lower() == "json" else "xml"
    preferred = request.get_preferred_type(["text/xml", "application/xml", "application/json"])
    return "json" if preferred == "application/json" else "xml"


def _response(answer: Answer | Unchanged, shape: Format) -> HttpResponse:
    if isinstance(answer, Unchanged):
        response = HttpResponse(status=304, content_type=CONTENT_TYPES[shape])
        response.headers["ETag"] = answer.tag
        return response
    body = rendered(shape, root=answer.root, item=answer.item, rows=answer.rows)
    response = HttpResponse(body, status=answer.status, content_type=CONTENT_TYPES[shape])
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _refusal(error: Exception, shape: Format) -> HttpResponse:
    """What went wrong, in the standard's shape; what the caller cannot put right is logged."""
    if isinstance(error, DomainError):
        response = _failure(shape, *faults_of(error))
        if isinstance(error, TooManyCalls | TooManyMisses):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    log.error("A call of Open311 failed.", exc_info=error)
    if isinstance(error, InterfaceError | OperationalError):
        response = _failure(shape, Fault(503, _("The system is busy. Please try again soon.")))
        response.headers["Retry-After"] = "10"
        return response
    return _failure(shape, Fault(500, _("Something went wrong on our side.")))


def _failure(shape: Format, *faults: Fault) -> HttpResponse:
    rows: list[Row] = [fault._asdict() for fault in faults]
    answer = Answer("errors", "error", rows, status=status_of(faults))
    response = _response(answer, shape)
    response.headers["Cache-Control"] = "no-store"
    return response


def _dressed(request: HttpRequest, response: HttpResponse, *, named: bool) -> HttpResponse:
    """Add what every answer carries: who may read it, for how long, and how long it is."""
    headers = response.headers
    if request.method != "POST":
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = _EXPOSED_HEADERS
        headers.setdefault("Cache-Control", _FOR_LATER)
    else:
        headers.setdefault("Cache-Control", "no-store")
    if not named:
        headers["Vary"] = "Accept"
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def _preflight(methods: Mapping[str, Read]) -> HttpResponse:
    """What a browser is told before a page of another origin may read from here."""
    response = HttpResponse(status=204)
    response.headers["Allow"] = _allowed(methods)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _allowed(methods: Mapping[str, Read]) -> str:
    return ", ".join([*methods, "OPTIONS"])
