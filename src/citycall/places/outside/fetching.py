"""One question over HTTP: bounded in time and size, kept to one server, told plainly if it fails.

No client of HTTP bounds the whole of a request: its limits are for one step, and a server that
sends a byte a second passes them all. So requests run on an event loop of their own thread, where
they are cancelled when their time is over, and the sockets closed with them.
"""

import asyncio
import logging
import ssl
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import httpx

MOST_BYTES = 1_000_000
# So many questions of one process are under way at once; a further one is not asked.
AT_ONCE = 8
# What the caller waits beyond the time-out, for the cancelling itself.
GRACE_SECONDS = 0.5

# At their level INFO they write down whole addresses: the words and the key.
for name in ("httpx", "httpcore"):
    logging.getLogger(name).setLevel(logging.WARNING)

_places = threading.BoundedSemaphore(AT_ONCE)


class Unanswered(Exception):
    """No usable answer came; the text is a word for the log.

    ``rest_seconds``: how long the server asks to be left alone.
    """

    def __init__(self, why: str, *, rest_seconds: float | None = None) -> None:
        super().__init__(why)
        self.rest_seconds = rest_seconds


class Refused(Unanswered):
    """The server is well and refused this one question."""


class Busy(Unanswered):
    """Too many questions of this process are under way; the server was not asked."""


def fetch(
    url: str, parameters: Mapping[str, str], *, headers: Mapping[str, str], seconds: float
) -> bytes:
    """The body that ``url`` answers within ``seconds`` in all. Raises ``Unanswered``."""
    if not _places.acquire(blocking=False):
        raise Busy("busy")
    try:
        work = _get(httpx.URL(url, params=dict(parameters)), dict(headers), seconds)
        future = asyncio.run_coroutine_threadsafe(work, _line.loop())
        try:
            return future.result(seconds + GRACE_SECONDS)
        except TimeoutError:
            future.cancel()
            raise Unanswered("slow") from None
    finally:
        _places.release()


async def _get(url: httpx.URL, headers: dict[str, str], seconds: float) -> bytes:
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(verify=_trust(), timeout=seconds, headers=headers) as client,
            client.stream("GET", url) as response,
        ):
            if response.has_redirect_location:
                raise Unanswered("redirect")
            _check(response)
            return await _body(response)
    except (httpx.HTTPError, OSError, ValueError) as error:
        # A time-out of the whole is an OSError. The text may hold the key, its type does not.
        raise Unanswered(type(error).__name__) from None


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.OK:
        return
    rest = _rest_seconds(response.headers.get("Retry-After", ""))
    if status == httpx.codes.BAD_REQUEST:
        raise Refused("status 400")
    limited = status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}
    raise Unanswered(f"status {status}", rest_seconds=rest if limited else None)


async def _body(response: httpx.Response) -> bytes:
    # Packed answers are not asked for: a small one could unpack to any size.
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Unanswered("packed")
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > MOST_BYTES:
            raise Unanswered("too large")
    return bytes(body)


def _rest_seconds(text: str) -> float | None:
    """What ``Retry-After`` says, as seconds or as a date; none where it says nothing."""
    if text.strip().isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)


@cache
def _trust() -> ssl.SSLContext:
    """The certificates that this computer trusts, the city's own among them."""
    return ssl.create_default_context()


class _Line:
    """The thread of the event loop, started at the first question and again after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._thread is None or not self._thread.is_alive():
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="outside-geocoder", daemon=True
                )
                self._thread.start()
            return self._loop


_line = _Line()
