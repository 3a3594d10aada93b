"""Signed links in messages to followers: one to confirm, one to end it."""

from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from citycall.core.errors import DomainError

_CONFIRM: Final = "citycall.follows.confirm"
_END: Final = "citycall.follows.end"
_LONGEST_KEY: Final = 100


class BadFollowLink(DomainError):
    """The key of a link was cut off or altered, or what it is about has ended."""

    code = "bad_follow_link"


def confirm_address(follow_id: int) -> str:
    """Where somebody says that they did ask."""
    return (
        f"{settings.PUBLIC_URL}/follow/confirm?key={quote(_signer(_CONFIRM).sign(str(follow_id)))}"
    )


def end_address(follow_id: int) -> str:
    """Where one tap, or the mail program by itself, ends the messages."""
    return f"{settings.PUBLIC_URL}/follow/end?key={quote(_signer(_END).sign(str(follow_id)))}"


def read_confirm(key: str) -> int:
    """What the key confirms; raises ``BadFollowLink``."""
    return _read(key, _CONFIRM)


def read_end(key: str) -> int:
    """What the key ends; raises ``BadFollowLink``."""
    return _read(key, _END)


def bad() -> BadFollowLink:
    """Said of every link that leads nowhere."""
    return BadFollowLink(
        _("This link is not complete, is too old, or what it is about has ended."), field="key"
    )


def _read(key: str, salt: str) -> int:
    try:
        if len(key) > _LONGEST_KEY:
            raise signing.BadSignature(key[:_LONGEST_KEY])
        return int(_signer(salt).unsign(key))
    except (signing.BadSignature, ValueError):
        raise bad() from None


def _signer(salt: str) -> signing.Signer:
    return signing.Signer(salt=salt, sep=".")
