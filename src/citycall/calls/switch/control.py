"""Telling a telephone system what to do with a call: one small interface, chosen by a setting.

What a system does it tells by its events; a command changes nothing here by itself.
"""

import json
import secrets
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from citycall.core import reaching
from citycall.core.errors import DomainError

TWILIO: Final = "twilio"
_SECONDS: Final = 5.0


class NotDone(DomainError):
    """The telephone system did not do it, or did not say that it did."""

    code = "switch_not_done"
    status = 502

    def __init__(self) -> None:
        super().__init__(_("The telephone system did not answer. Please use the telephone itself."))


class Switch(Protocol):
    """What a call-taker can have done to a call, ``key`` being the telephone system's own id.

    ``desk`` is the call-taker's extension. Each raises ``NotDone``.
    """

    def answer(self, key: str, *, desk: str) -> None:
        """Connect who waits or rings with this desk."""

    def hold(self, key: str) -> None:
        """Let the caller wait on the line."""

    def resume(self, key: str, *, desk: str) -> None:
        """Go on talking."""

    def transfer(self, key: str, *, to: str) -> None:
        """Connect the caller with another desk, or with a number in E.164 form."""

    def hang_up(self, key: str) -> None:
        """End the call."""

    def call_out(self, number: str, *, desk: str) -> str:
        """Call a number from this desk; the new call's key, empty where it is not told."""


class NoSwitch:
    """The twin without a telephone system: call-takers use their telephone itself."""

    def answer(self, key: str, *, desk: str) -> None:
        """Nothing."""

    def hold(self, key: str) -> None:
        """Nothing."""

    def resume(self, key: str, *, desk: str) -> None:
        """Nothing."""

    def transfer(self, key: str, *, to: str) -> None:
        """Nothing."""

    def hang_up(self, key: str) -> None:
        """Nothing."""

    def call_out(self, number: str, *, desk: str) -> str:
        """Nothing; no call is known."""
        return ""


class HttpSwitch:
    """Commands posted as JSON to the address of ``CITYCALL_SWITCH_URL``."""

    def answer(self, key: str, *, desk: str) -> None:
        """``answer`` with callId and user."""
        _post("answer", callId=key, user=desk)

    def hold(self, key: str) -> None:
        """``hold`` with callId."""
        _post("hold", callId=key)

    def resume(self, key: str, *, desk: str) -> None:
        """``resume`` with callId and user."""
        _post("resume", callId=key, user=desk)

    def transfer(self, key: str, *, to: str) -> None:
        """``transfer`` with callId and to, or user for a desk."""
        _post("transfer", callId=key, **{"to" if to.startswith("+") else "user": to})

    def hang_up(self, key: str) -> None:
        """``hangup`` with callId."""
        _post("hangup", callId=key)

    def call_out(self, number: str, *, desk: str) -> str:
        """``call`` with to and user; the answer may tell the new callId."""
        told = _post("call", to=number, user=desk).get("callId", "")
        return str(told)[:100]


def switch() -> Switch:
    """The telephone system that the settings name."""
    return _SWITCHES[settings.CITYCALL_SWITCH]()


@cache
def _twilio() -> Switch:
    # Loaded where it is used: the library takes ten megabytes.
    from citycall.calls.switch.twilio_control import TwilioSwitch

    return TwilioSwitch()


_SWITCHES: Final[dict[str, Callable[[], Switch]]] = {
    "": NoSwitch,
    "http": HttpSwitch,
    TWILIO: _twilio,
}


def _post(command: str, **said: str) -> dict[str, Any]:
    """One command, with an id by which the system can know it again."""
    document = {"command": command, "commandId": secrets.token_hex(16), **said}
    headers = {"Content-Type": "application/json"}
    if settings.CITYCALL_SWITCH_TOKEN:
        headers["Authorization"] = f"Bearer {settings.CITYCALL_SWITCH_TOKEN}"
    try:
        reply = reaching.reach(
            "POST",
            settings.CITYCALL_SWITCH_URL,
            headers=headers,
            content=json.dumps(document).encode(),
            seconds=_SECONDS,
            most_bytes=16_384,
        )
    except reaching.Unreached:
        raise NotDone from None
    if not 200 <= reply.status < 300:
        raise NotDone
    try:
        answer = json.loads(reply.body or b"{}")
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
