"""One call to an Open311 server: sent in its dialect, its answer parsed, its failure named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode

from citycall.core import clock
from citycall.core.reaching import Reply, Unreached
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.failures import Limited, Rejected, Unavailable
from citycall.exchange.open311.parsing import NotUnderstood, parse
from citycall.exchange.open311.records import faults

Pairs = Iterable[tuple[str, str]]

# A thousand requests with long descriptions are a few million bytes.
MOST_BYTES: Final = 30_000_000
# Where a server wants to be left alone, but does not say how long.
_REST_SECONDS: Final = 60.0
_LONGEST_REST: Final = 86_400.0
_FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
_KEY_STATUSES: Final = frozenset({401, 403})
_UNSURE: Final = frozenset({408, 425})
_ACCEPT: Final = {"json": "application/json", "xml": "text/xml, application/xml"}


class Reach(Protocol):
    """How another system is called: ``reaching.reach``, or what stands in for it."""

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        seconds: float = 10.0,
        most_bytes: int = 1_000_000,
    ) -> Reply:
        """The answer, whatever its status; raises ``Unreached``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that could be read: what it says, and its headers in small letters."""

    plain: Any
    headers: Mapping[str, str]


def ask(endpoint: Endpoint, reach: Reach, parts: tuple[str, ...], pairs: Pairs = ()) -> Answer:
    """Ask with GET. Raises ``Rejected``, ``Limited`` and ``Unavailable``."""
    asked = [*_own(endpoint), *pairs]
    if endpoint.profile.key_always:
        asked.append(("api_key", endpoint.api_key))
    return _called(endpoint, reach, "GET", parts, _encoded(asked), None, {})


def tell(
    endpoint: Endpoint,
    reach: Reach,
    parts: tuple[str, ...],
    pairs: Pairs,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Tell with POST, with the API key. Raises ``Rejected``, ``Limited`` and ``Unavailable``."""
    told = [("api_key", endpoint.api_key), *_own(endpoint), *pairs]
    content = _encoded(told).encode()
    return _called(
        endpoint, reach, "POST", parts, "", content, {"Content-Type": _FORM, **(headers or {})}
    )


def _own(endpoint: Endpoint) -> list[tuple[str, str]]:
    return [("jurisdiction_id", endpoint.jurisdiction_id)]


def _encoded(pairs: Pairs) -> str:
    """The pairs that say anything: an empty parameter is the same as an absent one."""
    return urlencode([(name, value) for name, value in pairs if value])


def _called(
    endpoint: Endpoint,
    reach: Reach,
    method: str,
    parts: tuple[str, ...],
    query: str,
    content: bytes | None,
    headers: Mapping[str, str],
) -> Answer:
    url = endpoint.address(*(quote(part, safe="") for part in parts))
    try:
        reply = reach(
            method,
            f"{url}?{query}" if query else url,
            headers={"Accept": _ACCEPT[endpoint.profile.format.value], **headers},
            content=content,
            seconds=endpoint.seconds,
            most_bytes=MOST_BYTES,
        )
    except Unreached as error:
        raise Unavailable(str(error), sent=error.sent) from None
    told = {name.lower(): value for name, value in reply.headers.items()}
    _check(endpoint, reply, told)
    if reply.status == 204:
        return Answer([], told)
    try:
        return Answer(parse(reply.body), told)
    except NotUnderstood as error:
        raise Unavailable(str(error)) from None


def _check(endpoint: Endpoint, reply: Reply, headers: Mapping[str, str]) -> None:
    """Raise what a status that is no success means."""
    status = reply.status
    if 200 <= status < 300:
        return
    if status in {429, 503}:
        raise Limited(_rest(headers))
    if 300 <= status < 400:
        raise Unavailable(f"HTTP {status}: it has moved to another address", sent=False)
    if not 400 <= status < 500 or status in _UNSURE:
        raise Unavailable(f"HTTP {status}")
    sentences = _sentences(reply.body)
    names_key = status == endpoint.profile.key_status and "key" in " ".join(sentences).lower()
    raise Rejected(status, sentences, key_refused=status in _KEY_STATUSES or names_key)


def _sentences(body: bytes) -> list[str]:
    try:
        return faults(parse(body))
    except NotUnderstood:
        return []


def _rest(headers: Mapping[str, str]) -> float:
    """The seconds in ``Retry-After``, which may be a date by the server's own clock."""
    told = headers.get("retry-after", "").strip()
    if told.isdigit():
        return min(float(told), _LONGEST_REST)
    until, now = _date(told), _date(headers.get("date", "")) or clock.now()
    if until is None:
        return _REST_SECONDS
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_REST)


def _date(text: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
