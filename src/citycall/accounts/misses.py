"""A limit on confirmation numbers that lead nowhere, so that no program tries them in a row."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.accounts.sign_in import client_address
from citycall.core.errors import DomainError, NotFound

# Counted by each web process, at all doors together: with several processes somebody gets that
# many times more, which still leaves a billion numbers a year far out of reach.
LIMIT: Final[RateLimitItem] = RateLimitItemPerMinute(20, 10)
WAIT_SECONDS: Final = 600
_misses = MovingWindowRateLimiter(MemoryStorage())


class TooManyMisses(DomainError):
    """This address has asked for too many numbers that lead nowhere."""

    code = "too_many_misses"
    status = 429

    def __init__(self) -> None:
        super().__init__(
            _("Too many numbers that we do not have. Please wait ten minutes and try again.")
        )
        self.retry_after = WAIT_SECONDS


def too_many(request: HttpRequest) -> bool:
    """Whether this address has to wait before it may ask for more numbers."""
    return not _misses.test(LIMIT, client_address(request))


def count(request: HttpRequest) -> None:
    """Remember that this address asked for a number that leads nowhere."""
    _misses.hit(LIMIT, client_address(request))


@contextmanager
def counted(request: HttpRequest) -> Iterator[None]:
    """Count a number that is looked up within and not found; raises ``TooManyMisses``."""
    if too_many(request):
        raise TooManyMisses
    try:
        yield
    except NotFound:
        count(request)
        raise


def forget() -> None:
    """Forget every counted miss, as a restart does."""
    _misses.storage.reset()
