"""Programs at the machines' doors: which key they hold, and how often they may call."""

import time
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from citycall.accounts.queries import KnownKey, known_key
from citycall.accounts.sign_in import client_address
from citycall.core.actors import Actor, resident
from citycall.core.errors import DomainError

# Counted by each web process, as the limit's documentation says.
_calls = FixedWindowRateLimiter(MemoryStorage())
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
        _count(f"address:{client_address(request)}", None)
        return resident()
    try:
        key: KnownKey = known_key(given)
    except DomainError:
        _count(f"address:{client_address(request)}", None)
        raise
    _count(f"key:{key.actor.id}", key.per_minute)
    return key.actor


def _count(who: str, per_minute: int | None) -> None:
    limit = _limit(settings.CITYCALL_CALLS_PER_MINUTE if per_minute is None else per_minute)
    if not _calls.hit(limit, who):
        until = _calls.get_window_stats(limit, who).reset_time
        raise TooManyCalls(retry_after=max(1, round(until - time.time() + 0.5)))


def _limit(per_minute: int) -> RateLimitItem:
    return RateLimitItemPerMinute(per_minute)


def forget() -> None:
    """Forget every counted call, as a restart does."""
    _calls.storage.reset()
