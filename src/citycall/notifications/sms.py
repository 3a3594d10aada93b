"""Text messages: through a provider that speaks Twilio's way, or into a folder for development."""

import base64
import json
import os
import secrets
from typing import Final
from urllib.parse import quote, urlencode

from django.conf import settings

from citycall.core.reaching import Unreached, reach
from citycall.notifications.failures import Gone, Refused, TryAgainLater
from citycall.notifications.sms_settings import SmsFolder, SmsProvider

# Twilio's answers that mean this number, and not the message or the account: it asked for no more
# messages, cannot take any, or is none.
_STOPPED: Final = 21_610
_NO_SUCH_NUMBER: Final = frozenset({21_211, 21_214, 21_217, 21_408, 21_612, 21_614})
_SECONDS: Final = 10.0


def is_on() -> bool:
    """Whether this city sends text messages."""
    return settings.SMS is not None


def hand_over(*, to: str, text: str) -> None:
    """Give a message for a number in E.164 form to whoever carries it.

    Raises ``TryAgainLater``, ``Refused``, and ``Gone`` where the number wants none.
    """
    carrier = settings.SMS
    if isinstance(carrier, SmsProvider):
        _send(carrier, to=to, text=text)
    elif isinstance(carrier, SmsFolder):
        _write(carrier, to=to, text=text)
    else:
        raise Refused("This city sends no text messages.")


def _send(provider: SmsProvider, *, to: str, text: str) -> None:
    account = quote(provider.account, safe="")
    kind = "MessagingServiceSid" if provider.sender.startswith("MG") else "From"
    known = base64.b64encode(f"{provider.account}:{provider.token}".encode()).decode()
    try:
        reply = reach(
            "POST",
            f"{provider.address}/2010-04-01/Accounts/{account}/Messages.json",
            headers={
                "Authorization": f"Basic {known}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            content=urlencode({"To": to, kind: provider.sender, "Body": text}).encode(),
            seconds=_SECONDS,
            most_bytes=100_000,
        )
    except Unreached as error:
        if error.sent:
            # It may be on its way: sending it again would cost, and come, twice.
            raise Refused(f"The provider did not answer: {error.why}") from error
        raise TryAgainLater(f"The provider could not be reached: {error.why}") from error
    if not 200 <= reply.status < 300:
        raise _verdict(reply.status, _code_in(reply.body))


def _verdict(status: int, code: int) -> Exception:
    """What a refusal means; the provider's own words hold the number, so they are not kept."""
    sentence = f"The provider answered {status} with code {code}."
    if code == _STOPPED:
        return Gone(sentence)
    if code in _NO_SUCH_NUMBER:
        return Refused(sentence)
    # Too many at once, a failing server; and a refused account, which the city has to put right.
    return (
        TryAgainLater(sentence) if status in {401, 403, 429} or status >= 500 else Refused(sentence)
    )


def _code_in(body: bytes) -> int:
    try:
        return int(json.loads(body)["code"])
    except (ValueError, TypeError, KeyError):
        return 0


def _write(carrier: SmsFolder, *, to: str, text: str) -> None:
    """A file for each message, whole or not there at all."""
    carrier.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = carrier.folder / f".{secrets.token_hex(8)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"To: {to}\n\n{text}\n")
    draft.replace(carrier.folder / f"{draft.name.lstrip('.')}.txt")
