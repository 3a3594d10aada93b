"""How often one address may ask or say something; counted by each web process."""

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.accounts.sign_in import client_address
from citycall.core.errors import DomainError

_counted: Final = MovingWindowRateLimiter(MemoryStorage())


class TooOften(DomainError):
    """This address does so more often than people do."""

    code = "too_many"
    status = 429

    def __init__(self) -> None:
        super().__init__(_("That was too often. Please wait a while and try again."))


def may(request: HttpRequest, limit: RateLimitItem, what: str) -> bool:
    """Whether the address may do this once more; counts it."""
    return bool(_counted.hit(limit, what, client_address(request)))


def count(request: HttpRequest, limit: RateLimitItem, what: str) -> None:
    """Count that the address does this; raises ``TooOften``."""
    if not may(request, limit, what):
        raise TooOften


def forget() -> None:
    """Forget who did what, as a restart does."""
    _counted.storage.reset()
