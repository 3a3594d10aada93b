"""Where text messages go, from the one setting ``CITYCALL_SMS_URL``; nowhere without it.

The settings read this module before Django is set up, so it uses the standard library only and
its sentences are English.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_FORM = "write https://account@host?from=+14105550100 or file:///a/folder"


class BadSmsUrl(ValueError):
    """The address of the provider cannot be used; the sentence never shows the token."""


@dataclass(frozen=True, slots=True)
class SmsProvider:
    """A provider that takes messages as Twilio does, at ``address``.

    ``sender`` is a number in E.164 form, a short code, or the id of a messaging service.
    """

    address: str
    account: str
    token: str
    sender: str

    def __repr__(self) -> str:
        return f"SmsProvider({self.address})"


@dataclass(frozen=True, slots=True)
class SmsFolder:
    """The twin for development: each message becomes a file there."""

    folder: Path


def sms_settings(url: str, *, token: str) -> SmsProvider | SmsFolder | None:
    """Who carries text messages; none where nobody does. Raises ``BadSmsUrl``."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme == "file":
        path = Path(unquote(parts.path))
        if parts.netloc or not path.is_absolute() or len(path.parts) < 2:
            raise BadSmsUrl("CITYCALL_SMS_URL needs a whole path: write file:///a/folder.")
        return SmsFolder(path)
    # A plus sign that was not written as %2B reads as a space.
    sender = parse_qs(parts.query).get("from", [""])[0].replace(" ", "+")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not (is_safe and parts.hostname and parts.username and sender) or parts.password:
        raise BadSmsUrl(f"CITYCALL_SMS_URL is not understood: {_FORM}.")
    if not token:
        raise BadSmsUrl("CITYCALL_SMS_URL needs the account's token in CITYCALL_SMS_TOKEN_FILE.")
    host = parts.netloc.rpartition("@")[2]
    return SmsProvider(
        address=f"{parts.scheme}://{host}{parts.path.rstrip('/')}",
        account=unquote(parts.username),
        token=token,
        sender=sender,
    )
