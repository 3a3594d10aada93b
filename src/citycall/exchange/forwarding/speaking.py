"""A client for a partner, and what its answers say about its clock."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from citycall.core import clock, reaching
from citycall.core.reaching import Reply
from citycall.exchange.forwarding.keys import key_of
from citycall.exchange.models import Partner
from citycall.exchange.open311.asking import Reach
from citycall.exchange.open311.client import Client
from citycall.exchange.open311.endpoint import Endpoint
from citycall.exchange.open311.patience import Patience
from citycall.exchange.open311.profiles import profile

SECONDS: Final = 20.0
# What is asked is asked again at once where a single answer got lost; not so what is told.
TRIES: Final = 3


class Line:
    """The line to a partner: its client, and how far its clock is ahead of ours.

    ``ahead`` is none until an answer has told the partner's time.
    """

    def __init__(
        self,
        partner: Partner,
        *,
        reach: Reach = reaching.reach,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self.ahead: timedelta | None = None
        self.now = now
        self._reach = reach
        dialect = profile(partner.profile)
        self.client = Client(
            Endpoint(
                url=partner.url,
                profile=dialect,
                jurisdiction_id=partner.jurisdiction_id,
                api_key=key_of(partner.code),
                seconds=SECONDS,
            ),
            reach=self._listened,
            patience=Patience(
                tries=TRIES,
                first=0.3,
                longest=2.0,
                longest_rest=0.0,
                per_minute=dialect.per_minute,
            ),
        )

    def their_time(self, ours: datetime) -> datetime:
        """A moment by the partner's clock, as far as it is known."""
        return ours + (self.ahead or timedelta(0))

    def _listened(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        seconds: float = 10.0,
        most_bytes: int = 1_000_000,
    ) -> Reply:
        reply = self._reach(
            method, url, headers=headers, content=content, seconds=seconds, most_bytes=most_bytes
        )
        told = _date(reply.headers.get("Date", ""))
        if told is not None:
            self.ahead = told - self.now()
        return reply


def _date(text: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
