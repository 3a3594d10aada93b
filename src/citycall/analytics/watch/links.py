"""Signed links in mailed answers, by which one tap ends them."""

from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

_END: Final = "citycall.analytics.watch.end"
_LONGEST_KEY: Final = 100


class BadLink(DomainError):
    """The key of a link was cut off or altered."""

    code = "bad_link"


def end_address(subscription_id: int) -> str:
    """Where one tap, or the mail program by itself, ends the messages."""
    key = quote(_signer().sign(str(subscription_id)))
    return f"{settings.PUBLIC_URL}/citistat/ask/end?key={key}"


def read_end(key: str) -> int:
    """What the key ends; raises ``BadLink``."""
    try:
        if len(key) > _LONGEST_KEY:
            raise signing.BadSignature(key[:_LONGEST_KEY])
        return int(_signer().unsign(key))
    except (signing.BadSignature, ValueError):
        raise BadLink(
            _("This link is not complete. Please use the whole link of the message."), field="key"
        ) from None


def question_address(question_id: int) -> str:
    """Where a saved question is answered."""
    return f"{settings.PUBLIC_URL}/citistat/ask/{question_id}"


def _signer() -> signing.Signer:
    return signing.Signer(salt=_END, sep=".")
