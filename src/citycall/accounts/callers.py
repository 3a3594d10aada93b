"""Programs at the machines' doors: which key they hold, and how often they may call."""

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from citycall.accounts.queries import KnownKey, known_key
from citycall.accounts.sign_in import address_in
from citycall.core.actors import Actor, resident
from citycall.core.errors import DomainError

WINDOW_SECONDS: Final = 60
_BEARER: Final = "bearer "


class TooManyCalls(DomainError):
    """This key, or this address without a key, calls more often than it may."""

    code = "too_many_calls"
    status = 429

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(
            _("Too many calls. Please wait %(n)d seconds and try again.") % {"n": retry_after}
        )
        self.retry_after = retry_after


def bearer(request: HttpRequest) -> str:
    """The secret in ``Authorization: Bearer <key>``; empty where there is none."""
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    return header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER else ""


def caller(request: HttpRequest, *, secret: str = "") -> Actor:
    """Who calls: the program that holds the key, or without one anybody; the call is counted.

    ``secret`` is a key given elsewhere than in the header. Raises ``NotAllowed`` for a key that
    is not known and ``TooManyCalls``.
    """
    given = secret or bearer(request)
    if not given:
        count_address(request.META)
        return resident()
    try:
        key: KnownKey = known_key(given)
    except DomainError:
        count_address(request.META)
        raise
    _count(f"key:{key.actor.id}", key.per_minute)
    return key.actor


def count_address(environ: Mapping[str, Any]) -> None:
    """Count a call without a key, of which only the WSGI environment is known.

    Raises ``TooManyCalls``.
    """
    _count(f"address:{address_in(environ)}", None)


class _Calls:
    """How often each caller called in this minute, counted by each web process for itself.

    The library for limits starts a thread to forget each counter, which costs a tenth of a
    quick read; here the minute is forgotten whole.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: dict[str, int] = {}

    def count(self, who: str, *, most: int) -> None:
        """Count a call; raises ``TooManyCalls`` for one beyond ``most`` in this minute."""
        now = time.time()
        minute = int(now // WINDOW_SECONDS)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            called = self._counts[who] = self._counts.get(who, 0) + 1
        if called > most:
            raise TooManyCalls(retry_after=int((minute + 1) * WINDOW_SECONDS - now) + 1)

    def forget(self) -> None:
        """Forget every counted call, as a restart does."""
        with self._lock:
            self._counts = {}


_calls = _Calls()
forget = _calls.forget


def _count(who: str, per_minute: int | None) -> None:
    most = settings.CITYCALL_CALLS_PER_MINUTE if per_minute is None else per_minute
    _calls.count(who, most=most)
