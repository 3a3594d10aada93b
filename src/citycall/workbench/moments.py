"""The state of a request that somebody decided upon, as a page hands it back."""

from datetime import datetime

from django.utils.translation import gettext as _

from citycall.core.errors import DomainError


class Incomplete(DomainError):
    """A page came back without what it had been decided upon."""

    code = "incomplete"


def seen_of(text: str) -> datetime:
    """When the request that they saw was last changed; raises ``Incomplete``."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Incomplete(
            _("This page was incomplete. Please look at the request and try again.")
        ) from None
