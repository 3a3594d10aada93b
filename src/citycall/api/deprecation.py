"""Operations that will end: said in the headers of each answer and in the reference.

The policy is written in ``docs/reference/api-policy.md``: ``Deprecation`` (RFC 9745) says since
when an operation should no longer be used, ``Sunset`` (RFC 8594) from when it may not answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.utils.http import http_date

F = TypeVar("F", bound=Callable[..., Any])

SHORTEST_NOTICE: Final = timedelta(days=365)
POLICY: Final = "/developers#deprecation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When an operation was deprecated, when it ends, and what to use instead (an address)."""

    since: datetime
    sunset: datetime
    instead: str

    def __post_init__(self) -> None:
        if self.sunset - self.since < SHORTEST_NOTICE:
            raise ValueError("An operation is deprecated for at least a year before it ends.")

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What each of its answers says."""
        return (
            ("Deprecation", f"@{int(self.since.timestamp())}"),
            ("Sunset", http_date(self.sunset.timestamp())),
            (
                "Link",
                f'<{POLICY}>; rel="deprecation"; type="text/html", '
                f'<{self.instead}>; rel="successor-version"',
            ),
        )


def ending(*, since: datetime, sunset: datetime, instead: str) -> Callable[[F], F]:
    """Mark the operation below as deprecated; it answers as before, and says that it will end."""

    def mark(handler: F) -> F:
        handler.ending = Ending(  # type: ignore[attr-defined]
            since=since, sunset=sunset, instead=instead
        )
        return handler

    return mark


def ending_of(handler: Callable[..., Any]) -> Ending | None:
    """How the operation of this handler ends; none where it stays."""
    found: Ending | None = getattr(handler, "ending", None)
    return found
