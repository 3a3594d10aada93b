"""Where mail goes, from the one setting ``CITYCALL_EMAIL_URL``.

The settings read this module before Django is set up, so it uses the standard library only and
its sentences are English.
"""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

# One step of the talk with a mail server may take this long; a worker asked to end waits for it.
TIMEOUT_SECONDS = 10.0
_PORTS = {"smtp": 25, "smtps": 465}
_OPTIONS = frozenset({"tls", "timeout"})
_FORMS = (
    "write smtp://user:password@host:587?tls=starttls, smtps://user:password@host"
    " or file:///a/folder"
)


class BadEmailUrl(ValueError):
    """The address of the mail server cannot be used; the sentence never shows the password."""


def email_settings(url: str, *, outbox: Path) -> dict[str, Any]:
    """Django's settings for sending mail by ``url``.

    Without a URL, each message becomes a file in ``outbox``: the twin for development. Raises
    ``BadEmailUrl``.
    """
    try:
        parts = urlsplit(url)
        if not url:
            return _files(outbox)
        if parts.scheme == "file":
            return _files(_folder(parts))
        if parts.scheme in _PORTS:
            return _server(parts)
    except ValueError as error:
        if isinstance(error, BadEmailUrl):
            raise
        # The text of urlsplit's own errors may hold part of the address, and so the password.
    raise BadEmailUrl(f"CITYCALL_EMAIL_URL is not understood: {_FORMS}.")


def _files(folder: Path) -> dict[str, Any]:
    return {
        "EMAIL_BACKEND": "citycall.notifications.outbox.OutboxBackend",
        "EMAIL_FILE_PATH": str(folder),
    }


def _folder(parts: SplitResult) -> Path:
    path = Path(unquote(parts.path))
    if parts.netloc or not path.is_absolute() or len(path.parts) < 2:
        raise BadEmailUrl("CITYCALL_EMAIL_URL needs a whole path: write file:///a/folder.")
    return path


def _server(parts: SplitResult) -> dict[str, Any]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not parts.hostname or parts.path not in ("", "/") or set(options) - _OPTIONS:
        raise BadEmailUrl(f"CITYCALL_EMAIL_URL is not understood: {_FORMS}.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": _starttls(parts.scheme, options.get("tls"), signs_in=bool(user)),
        "EMAIL_TIMEOUT": _timeout(options.get("timeout")),
    }


def _starttls(scheme: str, asked: str | None, *, signs_in: bool) -> bool:
    if scheme == "smtps":
        if asked is not None:
            raise BadEmailUrl("CITYCALL_EMAIL_URL: smtps:// is encrypted already; leave tls out.")
        return False
    if asked not in (None, "starttls", "none"):
        raise BadEmailUrl("CITYCALL_EMAIL_URL: tls is either starttls or none.")
    # A password is sent in the clear only where somebody asked for it by name.
    return asked == "starttls" or (asked is None and signs_in)


def _timeout(text: str | None) -> float:
    seconds = TIMEOUT_SECONDS if text is None else float(text)
    if not 0 < seconds <= 300:
        raise BadEmailUrl("CITYCALL_EMAIL_URL: timeout is a number of seconds up to 300.")
    return seconds
