"""Around every operation: which methods and parameters it takes, and what each answer says."""

from collections.abc import Iterable
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.operation import Operation
from ninja.parser import Parser

from citycall.api import problems
from citycall.api.deprecation import ending_of
from citycall.api.keys import Key
from citycall.core.errors import Faults
from citycall.service_requests.photos import MOST_BYTES

_EXPOSED: Final = (
    "ETag, Link, Retry-After, RateLimit, RateLimit-Policy, Deprecation, Sunset, Location"
)
CORS: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", _EXPOSED),
)
_PREFLIGHT: Final = (
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Allow-Headers", "Authorization, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
_JSON: Final = "application/json"
_FORM: Final = "multipart/form-data"
# What surrounds a picture in the body that brings it.
_AROUND: Final = 100_000
_UNUSED: Final = HttpResponse()
_CHARSETS: Final = frozenset({"utf-8", "utf8"})


class StrictParser(Parser):
    """Reads JSON as its standard says: UTF-8, no NaN, no halves of characters, not too deep."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body; raises for anything that is not JSON, which the framework turns into a 400."""
        return orjson.loads(request.body)


class _Way:
    """One operation of an address, with what is checked before and said after it."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        keys = [each for each in operation.auth_callbacks if isinstance(each, Key)]
        self.key = keys[0] if keys else None
        self.names: frozenset[str] = frozenset()
        self.lists: frozenset[str] = frozenset()
        for model in operation.models:
            if model.__ninja_param_source__ == "query":
                names = getattr(model, "__ninja_flatten_map__", {}) or model.model_fields
                self.names |= frozenset(names)
        sources = {model.__ninja_param_source__ for model in operation.models}
        self.reads = _JSON if "body" in sources else _FORM if "file" in sources else ""
        self.public = "GET" in operation.methods and not (self.key and self.key.required)
        self.headers: tuple[tuple[str, str], ...] = CORS if self.public else ()
        ending = ending_of(operation.view_func)
        if ending is not None:
            self.headers += ending.headers

    def check(self, request: HttpRequest) -> None:
        """Raise for parameters that are not known, and for a body of another kind."""
        if request.META.get("QUERY_STRING"):
            self._check_query(request)
        if self.reads:
            _check_body(request, self.reads)

    def run(self, request: HttpRequest, path: dict[str, str]) -> HttpResponseBase:
        """Know the caller, read the values, and let the handler answer.

        The framework's own way makes a response before and looks at the answer after, of which
        nothing is used here: every handler gives a finished response.
        """
        if self.key is not None:
            actor = self.key(request)
            if actor is None:
                raise AuthenticationError
            request.auth = actor  # type: ignore[attr-defined]
        values = self.operation._get_values(request, path, _UNUSED)
        response: HttpResponseBase = self.operation.view_func(request, **values)
        return response

    def _check_query(self, request: HttpRequest) -> None:
        faults = {}
        for name, values in request.GET.lists():
            if name not in self.names:
                faults[name] = _("There is no such parameter here.")
            elif len(values) > 1:
                faults[name] = _("This was given more than once.")
        if faults:
            raise Faults(faults)


class Entrance:
    """The view of one address: one operation for each method."""

    # Programs send no cookies, so that there is nothing that could be forged with them.
    csrf_exempt = True

    def __init__(self, api: NinjaAPI, operations: Iterable[Operation]) -> None:
        self.api = api
        self.ways = {
            method: _Way(operation) for operation in operations for method in operation.methods
        }
        methods = {*self.ways, "OPTIONS", *(["HEAD"] if "GET" in self.ways else [])}
        self.allowed = ", ".join(sorted(methods))

    def __call__(self, request: HttpRequest, **path: str) -> HttpResponseBase:
        """Answer one request; every failure is a problem document."""
        method = request.method or ""
        way = self.ways.get("GET" if method == "HEAD" else method)
        if way is None:
            if method == "OPTIONS":
                get = self.ways.get("GET")
                return options(self.allowed, public=get is not None and get.public)
            return problems.wrong_method(self.allowed)
        response: HttpResponseBase
        try:
            way.check(request)
            response = way.run(request, path)
        except Exception as error:
            response = self.api.on_exception(request, error)
        for name, value in way.headers:
            response.headers.setdefault(name, value)
        return response


def options(allowed: str, *, public: bool) -> HttpResponse:
    """Which methods an address takes, and from which sites (all, or none) browsers may read it."""
    response = HttpResponse(status=204)
    del response.headers["Content-Type"]
    response.headers["Allow"] = allowed
    for name, value in (*CORS, *_PREFLIGHT) if public else ():
        response.headers[name] = value
    return response


def _check_body(request: HttpRequest, media_type: str) -> None:
    given = request.META.get("CONTENT_TYPE", "")
    if given == _JSON == media_type:
        return
    kind, _semicolon, _rest = given.partition(";")
    if kind.strip().lower() != media_type:
        if not given and request.META.get("CONTENT_LENGTH") in {None, "", "0"}:
            return
        raise problems.WrongMediaType(_("The body must be %(type)s.") % {"type": media_type})
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.strip().lower() not in _CHARSETS:
        raise problems.WrongMediaType(_("The body must be in UTF-8."))
    if media_type == _FORM and _length(request) > MOST_BYTES + _AROUND:
        raise problems.TooLarge


def _length(request: HttpRequest) -> int:
    """The bytes that are announced; those that are not announced are not read."""
    length: str = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
