"""The one way to call another system over HTTP: bounded, and never into the city's own network.

The addresses come from people outside. So the name is resolved once, every address behind it is
judged, and the connection goes to an address that was judged: a name server that answers
differently the second time gains nothing. No redirect is followed, no proxy or password file of
the environment is used, certificates are verified.

The limits of an HTTP client are for one step, and a server that sends a byte a second passes them
all. Each call therefore runs on a small event loop of its own, in the caller's thread, where it is
cancelled as a whole when its time is over.
"""

import asyncio
import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import httpx
from django.utils.translation import gettext as _

from citycall.core.errors import DomainError
from citycall.core.networks import may_be_called

T = TypeVar("T")

LONGEST_ADDRESS = 1_000
# Looking up a name while somebody waits for the form that they sent.
CHECK_SECONDS = 3.0
# A name with more addresses than this is tried at the first ones only.
MOST_ADDRESSES = 4
_USER_AGENT = "CityCall"

# At their level INFO they write down whole addresses, with what is secret in a query.
for name in ("httpx", "httpcore"):
    logging.getLogger(name).setLevel(logging.WARNING)


class BadAddress(DomainError):
    """The address is not one that the city's server calls."""

    code = "bad_address"
    status = 422


class Unreached(Exception):
    """No usable answer came; the text is a few words for logs, without address or content.

    ``sent`` is false only where it is certain that the request did not leave this computer.
    """

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why = why
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; its headers are found whatever their case.

    ``whole`` is false where the body was cut: only ever for a caller who asked for that.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True


def check_address(url: str) -> None:
    """Raise ``BadAddress`` unless ``url`` is http or https, without a password in it, and leads
    to a public network or an allowed one.

    The name is looked up, for at most three seconds.
    """
    try:
        target = _target(url)
        _run(_addresses(target, CHECK_SECONDS), CHECK_SECONDS)
    except _Forbidden as error:
        raise BadAddress(error.sentence, field="url") from None
    except (OSError, UnicodeError):
        # A look-up that takes too long is an OSError, too.
        sentence = _("No server with this name was found. Please check the address.")
        raise BadAddress(sentence, field="url") from None


def reach(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    seconds: float = 10.0,
    most_bytes: int = 1_000_000,
    cut: bool = False,
) -> Reply:
    """The answer to one request, whatever its status. Raises ``Unreached``.

    ``seconds`` bound the whole: name, connection, request, answer. ``most_bytes`` bound the body
    as it arrives and as it unpacks; where the caller says ``cut``, a body that is longer or later
    is cut off instead of refused. Called from threads, not from a running event loop.
    """
    call = _Call(method=method, url=url, headers=dict(headers or {}), content=content)
    call.most_bytes, call.cut = most_bytes, cut
    try:
        return _run(call.made(seconds), seconds)
    except _Forbidden as error:
        raise Unreached(error.why, sent=False) from None
    except TimeoutError:
        if cut and call.begun is not None:
            return call.cut_off()
        raise Unreached("slow", sent=call.sent) from None
    except httpx.LocalProtocolError:
        raise
    except (httpx.HTTPError, OSError, UnicodeError) as error:
        # Its text may hold the address, its type does not.
        raise Unreached(_word(error), sent=call.sent) from None


class _Forbidden(Exception):
    """The address may not be called: a word for logs and a sentence for a form."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(why)
        self.why = why
        self.sentence = sentence


def _run(work: Coroutine[Any, Any, T], seconds: float) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(seconds):
            return await work

    return asyncio.run(bounded())


def _target(url: str) -> httpx.URL:
    """The address as the client reads it, so that nothing is judged otherwise than it is called."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, TypeError):
        raise _not_an_address() from None
    if len(url) > LONGEST_ADDRESS or target.scheme not in {"http", "https"} or not target.host:
        raise _not_an_address()
    if target.userinfo:
        raise _Forbidden("password in address", _("Please leave user and password out of it."))
    if target.port is not None and not 0 < target.port < 65_536:
        raise _not_an_address()
    return target


def _not_an_address() -> _Forbidden:
    sentence = _("Please give a web address that begins with https:// or http://.")
    return _Forbidden("not a web address", sentence)


def _port(target: httpx.URL) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


def _name(target: httpx.URL) -> str:
    """The server's name as it is asked for in look-up, certificate and header: plain ASCII."""
    return target.raw_host.decode("ascii")


async def _addresses(target: httpx.URL, seconds: float) -> list[str]:
    """The addresses behind the name, all of which may be called."""
    found = await _looked_up(_name(target), _port(target))
    if not all(may_be_called(address) for address in found):
        sentence = _("This address leads into a network that the city's server does not call.")
        raise _Forbidden("address not allowed", sentence)
    return found[:MOST_ADDRESSES]


async def _looked_up(host: str, port: int) -> list[str]:
    # A look-up cannot be cancelled, so it has a thread of its own, which nobody waits for.
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def tell(found: list[str] | None, problem: Exception | None) -> None:
        if answer.cancelled():
            return
        if problem is not None:
            answer.set_exception(problem)
        else:
            answer.set_result(found or [])

    def ask() -> None:
        found, problem = None, None
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(row[4][0]) for row in rows))
        except (OSError, UnicodeError) as error:
            problem = error
        # The loop is closed when the caller's time was over first.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, found, problem)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    found = await answer
    if not found:
        raise OSError("no address")
    return found


@dataclass
class _Call:
    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None
    most_bytes: int = 0
    cut: bool = False
    sent: bool = False
    begun: httpx.Response | None = None
    arrived: bytearray = field(default_factory=bytearray)

    async def made(self, seconds: float) -> Reply:
        target = _target(self.url)
        addresses = await _addresses(target, seconds)
        for address in addresses[:-1]:
            # Where one of several does not take the connection, the next one may.
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self.sent_to(address, target, seconds / len(addresses))
        return await self.sent_to(addresses[-1], target, seconds)

    async def sent_to(self, address: str, target: httpx.URL, seconds: float) -> Reply:
        limits = httpx.Timeout(None, connect=seconds)
        extensions: dict[str, Any] = {"sni_hostname": _name(target).rstrip("."), "trace": self.note}
        headers = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity", **self.headers}
        headers["Host"] = target.netloc.decode("ascii")
        async with (
            httpx.AsyncClient(verify=_trust(), timeout=limits, trust_env=False) as client,
            client.stream(
                self.method,
                target.copy_with(host=address),
                headers=headers,
                content=self.content,
                extensions=extensions,
            ) as response,
        ):
            return await self.read(response)

    async def note(self, event: str, info: dict[str, Any]) -> None:
        """Told by the client of each step: whether any of the request has left."""
        if event.endswith("send_request_headers.started"):
            self.sent = True

    async def read(self, response: httpx.Response) -> Reply:
        self.begun = response
        try:
            async for part in response.aiter_raw():
                self.arrived += part
                if len(self.arrived) > self.most_bytes:
                    return self.too_long()
        except httpx.RemoteProtocolError:
            if self.cut:
                return self.cut_off()
            raise
        body, whole = _unpacked(bytes(self.arrived), _packing(response), self.most_bytes)
        if not whole:
            return self.too_long()
        return Reply(response.status_code, response.headers, body)

    def too_long(self) -> Reply:
        if self.cut:
            return self.cut_off()
        raise Unreached("answer too long", sent=True)

    def cut_off(self) -> Reply:
        """The answer as far as it came."""
        assert self.begun is not None
        came = bytes(self.arrived[: self.most_bytes])
        try:
            body, _whole = _unpacked(came, _packing(self.begun), self.most_bytes)
        except Unreached:
            body = b""
        return Reply(self.begun.status_code, self.begun.headers, body, whole=False)


def _packing(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Encoding", "")).strip().lower()


def _unpacked(content: bytes, packing: str, most_bytes: int) -> tuple[bytes, bool]:
    """The body as it was before packing, and whether that is all of it.

    Packed answers are not asked for, but some servers always pack. Never more than
    ``most_bytes`` are unpacked, however small the packed body is.
    """
    if packing in {"", "identity"}:
        return content, True
    if packing not in {"gzip", "x-gzip", "deflate"}:
        raise Unreached("answer packed in an unknown way", sent=True)
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        body = unpacker.decompress(content, most_bytes + 1)
    except zlib.error:
        raise Unreached("answer packed wrongly", sent=True) from None
    if len(body) > most_bytes:
        return body[:most_bytes], False
    if not unpacker.eof or unpacker.unused_data:
        raise Unreached("answer packed wrongly", sent=True)
    return body, True


def _word(error: Exception) -> str:
    """A few words for what went wrong."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return "name not found"
    if isinstance(error, httpx.ConnectTimeout):
        return "slow"
    if isinstance(error, httpx.ConnectError):
        tls = isinstance(_root(error), ssl.SSLError)
        return "certificate refused" if tls else "no connection"
    return type(error).__name__


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


@cache
def _trust() -> ssl.SSLContext:
    """The certificates that this computer trusts, the city's own among them."""
    return ssl.create_default_context()
