"""Conditional requests: an unchanged answer costs a comparison, not the answer.

An ETag is the digest of the answer's bytes, so it is exact. What is unchanged is known without
making the answer again: as long as the *pulse* (the latest event of the whole city, the picture
of the catalog) is what it was when this ETag was last found right, it is right still.
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any, Final

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse

from citycall.core import clock

PUBLIC: Final = "public, no-cache"
PRIVATE: Final = "private, no-cache"
NO_STORE: Final = "no-store"
LOOK_EVERY_SECONDS: Final = 1.0
# An event can be numbered before and committed after its neighbour, by no more than this.
CALM_SECONDS: Final = 10.0
# What changes without an event (erasure, a photo made public) is seen after this at the latest.
TRUSTED_SECONDS: Final = 60.0
MOST_REMEMBERED: Final = 4096

_LATEST: Final = "SELECT id, at FROM core_event ORDER BY id DESC LIMIT 1"


class _Pulse:
    """The id of the latest event, looked at no more than once a second."""

    def __init__(self) -> None:
        self.value: int | None = None
        self.looked = float("-inf")

    def get(self) -> int | None:
        if time.monotonic() - self.looked >= LOOK_EVERY_SECONDS:
            self.value = self._look()
            self.looked = time.monotonic()
        return self.value

    def _look(self) -> int | None:
        with connection.cursor() as cursor:
            cursor.execute(_LATEST)
            row = cursor.fetchone()
        if row is None:
            return 0
        age = (clock.now() - row[1]).total_seconds()
        return int(row[0]) if abs(age) > CALM_SECONDS else None


_pulse = _Pulse()
_found_right: dict[tuple[str, str], tuple[Any, float]] = {}


def last_change() -> int | None:
    """A number that changes with every event, at most a second old; none while they are fresh."""
    return _pulse.get()


def tag_of(body: bytes) -> str:
    """The strong ETag of an answer's bytes."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def render(document: Any) -> bytes:
    """A document as JSON; times are in UTC."""
    return orjson.dumps(document, default=str, option=orjson.OPT_UTC_Z)


def document(data: Any, *, status: int = 200, cache: str = NO_STORE) -> HttpResponse:
    """A JSON answer without conditions."""
    response = HttpResponse(render(data), status=status, content_type="application/json")
    response.headers["Cache-Control"] = cache
    return response


def conditional(
    request: HttpRequest, make: Callable[[], Any], *, pulse: Any = None, cache: str = PUBLIC
) -> HttpResponse:
    """What ``make`` tells, with its ETag; 304 where the caller has it already.

    ``pulse`` stands for everything that ``make`` reads: as long as it is equal, the answer is.
    With none, the answer is made each time.
    """
    held = request.META.get("HTTP_IF_NONE_MATCH", "")
    address = request.get_full_path() if pulse is not None else ""
    if held and pulse is not None and _is_right(address, held, pulse):
        return _not_modified(held, cache)
    body = render(make())
    tag = tag_of(body)
    if pulse is not None:
        _remember(address, tag, pulse)
    if held and matches(held, tag):
        return _not_modified(tag, cache)
    response = HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = cache
    return response


def matches(held: str, tag: str) -> bool:
    """Whether a list of ETags, as ``If-None-Match`` and ``If-Match`` carry, has this one."""
    return any(part.strip().removeprefix("W/") in {tag, "*"} for part in held.split(","))


def forget() -> None:
    """Forget which ETags were right, as a restart does."""
    _found_right.clear()
    _pulse.looked = float("-inf")


def _is_right(address: str, held: str, pulse: Any) -> bool:
    known = _found_right.get((address, held))
    return (
        known is not None
        and _is_same(known[0], pulse)
        and time.monotonic() - known[1] < TRUSTED_SECONDS
    )


def _is_same(one: Any, other: Any) -> bool:
    """Whether two pulses are the same numbers and the very same pictures."""
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return all(map(_is_same, one, other))
    return one is other or (isinstance(one, int) and bool(one == other))


def _remember(address: str, tag: str, pulse: Any) -> None:
    if len(_found_right) >= MOST_REMEMBERED:
        _found_right.clear()
    _found_right[address, tag] = (pulse, time.monotonic())


def _not_modified(tag: str, cache: str) -> HttpResponse:
    response = HttpResponse(status=304)
    del response.headers["Content-Type"]
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = cache
    return response
