"""The short way for what programs ask most: one public request by its id, without a key.

Everything else, and whatever is unusual, goes the long way through the framework. So that both
ways answer alike, what surrounds an answer is never made here: the headers of an answer that went
the long way are kept and used again for the same host, scheme and format.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError

from citycall.accounts.callers import TooManyCalls, count_address
from citycall.open311.calls import has
from citycall.open311.formats import Format, rendered
from citycall.open311.lists import tag_of
from citycall.open311.naming import public_id
from citycall.open311.telling import told
from citycall.open311.vocabulary import vocabulary
from citycall.service_requests import published

Start = Callable[..., Any]
Handler = Callable[[dict[str, Any], Start], Iterable[bytes]]
Headers = list[tuple[str, str]]

_ASKED: Final = re.compile(r"/open311/v2/requests/([0-9]{1,18})\.(json|xml)", re.ASCII)
# What an answer's headers may depend on, besides its format and its body.
_SURROUNDINGS: Final = ("HTTP_HOST", "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO")
_OWN: Final = frozenset({"content-length", "etag"})
_MOST: Final = 64


class Lane:
    """A WSGI application before the framework's ``handler``."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._kept: dict[tuple[Any, ...], Headers] = {}

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer here if that is possible, else let the handler do it."""
        asked = _asked(environ)
        if asked is None:
            return self._handler(environ, start_response)
        request_id, form = asked
        around = (form, *(environ.get(name) for name in _SURROUNDINGS))
        headers = self._kept.get(around)
        if headers is None:
            return self._handler(environ, self._keeping(around, start_response))
        answer = _answer(environ, request_id, form)
        if answer is None:
            return self._handler(environ, start_response)
        status, tag, body = answer
        start_response(status, [*headers, ("Content-Length", str(len(body))), ("ETag", tag)])
        return (body,)

    def _keeping(self, around: tuple[Any, ...], start_response: Start) -> Start:
        """``start_response``, which keeps the headers of a full answer."""

        def start(status: str, headers: Headers, *more: Any) -> Any:
            if status == "200 OK":
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                self._kept[around] = [pair for pair in headers if pair[0].lower() not in _OWN]
            return start_response(status, headers, *more)

        return start


def _asked(environ: dict[str, Any]) -> tuple[int, Format] | None:
    """The id and the format, of a call that says nothing else."""
    found = _ASKED.fullmatch(environ["PATH_INFO"])
    if found is None or environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
        return None
    request_id = public_id(found[1])
    if request_id is None or "HTTP_AUTHORIZATION" in environ or settings.CITYCALL_JURISDICTIONS:
        return None
    return request_id, "json" if found[2] == "json" else "xml"


def _answer(
    environ: dict[str, Any], request_id: int, form: Format
) -> tuple[str, str, bytes] | None:
    """Status, tag and body; none where the long way knows better what to say."""
    try:
        words = vocabulary()
        row = published.one(request_id)
        if row is None:
            return None
        count_address(environ)
    except (DatabaseError, TooManyCalls):
        # A connection that broke since its last use is opened anew on the long way.
        return None
    tag = tag_of(words, [row])
    if has(tag, environ.get("HTTP_IF_NONE_MATCH")):
        return "304 Not Modified", tag, b""
    rows = [told(row, words)]
    return "200 OK", tag, rendered(form, root="service_requests", item="request", rows=rows)
