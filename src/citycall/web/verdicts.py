"""A limit on verdicts for which a number is the only proof, so that nobody gives them in a row."""

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from limits import RateLimitItem, RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from citycall.accounts.sign_in import client_address
from citycall.core.errors import DomainError
from citycall.service_requests.public import PublicRequest

# Counted by each web process. One address may be a library full of people, but few of them
# answer in the same hour about a report that they sent without saying who they are.
LIMIT: Final[RateLimitItem] = RateLimitItemPerHour(10)
_given = MovingWindowRateLimiter(MemoryStorage())


class TooManyVerdicts(DomainError):
    """This client has answered for too many reports whose number it knows."""

    code = "too_many_verdicts"
    status = 429

    def __init__(self) -> None:
        super().__init__(_("Too many answers by number. Please wait an hour and try again."))


def count(request: HttpRequest, told: PublicRequest) -> None:
    """Count a verdict, unless the report is proven to be the visitor's; raises ``TooManyVerdicts``.

    A link from a message proves it, and so does having sent it in this session.
    """
    if told.own is None and not _given.hit(LIMIT, client_address(request)):
        raise TooManyVerdicts


def forget() -> None:
    """Forget every counted verdict, as a restart does."""
    _given.storage.reset()
