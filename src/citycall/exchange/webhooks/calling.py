"""One call to a receiver, and what came of it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from citycall.core.reaching import Reply, Unreached, reach
from citycall.exchange.models import Webhook
from citycall.exchange.webhooks import signing

SECONDS: Final = 10.0
# The receiver's words are kept for whoever looks for the fault; more of them would help nobody.
LONGEST_ANSWER: Final = 500
_MOST_BYTES: Final = 4 * LONGEST_ANSWER
_HIDDEN: Final = "[secret]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt: ``status`` is none where no answer came, ``problem`` empty where it was taken.

    ``answer`` is the beginning of the answer, without what was signed with. ``rest_seconds`` is
    how long the receiver asked to be left alone.
    """

    at: datetime
    status: int | None
    problem: str
    milliseconds: int
    answer: str = ""
    rest_seconds: float | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver took it."""
        return not self.problem

    def kept(self) -> dict[str, Any]:
        """The try as a delivery's row has it."""
        return {
            "at": self.at.isoformat(),
            "status": self.status,
            "problem": self.problem,
            "milliseconds": self.milliseconds,
            "answer": self.answer,
        }


def call(webhook: Webhook, *, kind: str, mark: str, body: bytes, at: datetime) -> Try:
    """Send a body, signed, and tell what came of it; never raises for a receiver's fault.

    ``mark`` is what receivers know a repeated delivery by.
    """
    secrets = signing.secrets(webhook, at=at)
    signature = signing.header(secrets=secrets, body=body, at=at)
    headers = {
        "Content-Type": "application/json",
        signing.EVENT: kind,
        signing.DELIVERY: mark,
        signing.SIGNATURE: signature,
    }
    started = time.monotonic()
    try:
        reply = reach(
            "POST",
            webhook.url,
            headers=headers,
            content=body,
            seconds=SECONDS,
            most_bytes=_MOST_BYTES,
            cut=True,
        )
    except Unreached as error:
        took = _milliseconds(started)
        return Try(at=at, status=None, problem=error.why, milliseconds=took)
    return Try(
        at=at,
        status=reply.status,
        problem="" if 200 <= reply.status < 300 else f"status {reply.status}",
        milliseconds=_milliseconds(started),
        answer=_answer(reply, secrets=[*secrets, *_signatures(signature)]),
        rest_seconds=_rest_seconds(reply.headers.get("Retry-After", ""), at=at),
    )


def _milliseconds(started: float) -> int:
    return round((time.monotonic() - started) * 1_000)


def _signatures(header: str) -> list[str]:
    return [part.partition("=")[2] for part in header.split(",") if part.startswith("v1=")]


def _answer(reply: Reply, *, secrets: list[str]) -> str:
    """The beginning of an answer that can be kept: a receiver may repeat what it was sent."""
    text = reply.body.decode("utf-8", "replace").replace("\x00", "")
    for each in secrets:
        text = text.replace(each, _HIDDEN)
    return text[:LONGEST_ANSWER]


def _rest_seconds(text: str, *, at: datetime) -> float | None:
    """What ``Retry-After`` says, as seconds or as a date; none where it says nothing."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - at).total_seconds(), 0.0)
