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

# Counted by each web process, as misses at the residents' pages are.
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


@contextmanager
def counted(request: HttpRequest) -> Iterator[None]:
    """Count a number that is looked up within and not found; raises ``TooManyMisses``."""
    address = client_address(request)
    if not _misses.test(LIMIT, address):
        raise TooManyMisses
    try:
        yield
    except NotFound:
        _misses.hit(LIMIT, address)
        raise


def forget() -> None:
    """Forget every counted miss, as a restart does."""
    _misses.storage.reset()
