"""A real mail server on loopback, which refuses what a test tells it to refuse."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# Tests that run beside each other have ports of their own.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
HOST, PORT = "127.0.0.1", 8341 + int(_WORKER)


@dataclass
class Letter:
    """One message as the server took it."""

    recipients: list[str]
    message: EmailMessage

    def part(self, kind: str) -> str:
        """The text of its ``plain`` or ``html`` part."""
        body = self.message.get_body(preferencelist=(kind,))
        assert body is not None, f"there is no {kind} part"
        return cast(str, body.get_content())


@dataclass
class MailServer:
    """What arrived, and the answers still to give: to recipients first, then to the message."""

    letters: list[Letter] = field(default_factory=list)
    answers_to_recipients: list[str] = field(default_factory=list)
    answers_to_messages: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.answers_to_recipients:
            return self.answers_to_recipients.pop(0).replace("{address}", address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answers_to_messages:
            return self.answers_to_messages.pop(0)
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append(Letter(list(envelope.rcpt_tos), parsed))
        return "250 taken"


def use(settings: Any) -> None:
    """Point pytest-django's ``settings`` at the server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, PORT
    settings.EMAIL_TIMEOUT = 5


@contextmanager
def running(server: MailServer) -> Iterator[MailServer]:
    """Answer on the port until the block ends."""
    controller = Controller(server, hostname=HOST, port=PORT)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
