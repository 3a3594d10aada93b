"""A limit on numbers that lead nowhere, so that nobody can try them in a row."""

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.accounts.sign_in import client_address
from citycall.core.errors import DomainError

# Counted by each web process: with several of them somebody gets that many times more, which
# still leaves a billion numbers a year far out of reach.
LIMIT: Final[RateLimitItem] = RateLimitItemPerMinute(20, 10)
_misses = MovingWindowRateLimiter(MemoryStorage())


class TooManyMisses(DomainError):
    """This client has asked for too many numbers that lead nowhere."""

    code = "too_many_misses"
    status = 429

    def __init__(self) -> None:
        super().__init__(
            _("Too many numbers that we do not have. Please wait ten minutes and try again.")
        )


def count(request: HttpRequest) -> None:
    """Remember that this client asked for a number that leads nowhere."""
    _misses.hit(LIMIT, client_address(request))


def too_many(request: HttpRequest) -> bool:
    """Whether this client has to wait before asking for more numbers."""
    return not _misses.test(LIMIT, client_address(request))


def forget() -> None:
    """Forget every counted miss, as a restart does."""
    _misses.storage.reset()
