"""Sending one owed message, once."""

import json
import logging
import re
import smtplib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import salted_hmac

from citycall.contacts import actions as contacts
from citycall.contacts.models import PushSubscription
from citycall.contacts.queries import push_subscription_of
from citycall.notifications import messages, web_push
from citycall.notifications.failures import Gone, Refused, TryAgainLater
from citycall.notifications.messages import Message, Notice, Template
from citycall.notifications.models import PUSH, Delivery

__all__ = ["TryAgainLater", "message_id", "send", "send_alone"]

log = logging.getLogger(__name__)

_LONGEST_PROBLEM = 500


def send(
    delivery_id: int, *, notice_for: Callable[[Delivery], Notice], at: datetime
) -> Delivery.State:
    """Send an owed message and keep what became of it; a message not owed any more is left alone.

    The row is locked meanwhile, so that two workers never both send it. Should the process die
    between the server's yes and the commit, the message goes out again with the same Message-ID.
    Raises ``TryAgainLater``, with the problem kept, when the failure may pass.
    """
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("contact", "event")
            .get(pk=delivery_id)
        )
        if delivery.state != Delivery.State.PENDING:
            return Delivery.State(delivery.state)
        _settle(delivery, notice_for, at)
        delivery.save(update_fields=["state", "attempts", "sent_at", "problem"])
    if delivery.state == Delivery.State.PENDING:
        raise TryAgainLater(delivery.problem)
    return Delivery.State(delivery.state)


def _settle(delivery: Delivery, notice_for: Callable[[Delivery], Notice], at: datetime) -> None:
    contact = delivery.contact
    hand_over = _way_to(delivery, at=at) if contact.erased_at is None else None
    if hand_over is None:
        delivery.state, delivery.problem = Delivery.State.SKIPPED, "The address was erased."
        return
    message = messages.render(
        Template(delivery.template), notice_for(delivery), language=contact.language
    )
    delivery.attempts += 1
    try:
        hand_over(message)
    except Gone as error:
        delivery.state, delivery.problem = Delivery.State.SKIPPED, str(error)
    except Refused as error:
        delivery.state = Delivery.State.FAILED
        delivery.problem = _without_address(str(error), contact.email)
    except TryAgainLater as error:
        delivery.problem = _without_address(str(error), contact.email)
    else:
        delivery.state, delivery.sent_at, delivery.problem = Delivery.State.SENT, at, ""


def _way_to(delivery: Delivery, *, at: datetime) -> Callable[[Message], None] | None:
    """How the message gets to its recipient, or none where that is not known any more."""
    if delivery.channel == PUSH:
        browser = push_subscription_of(delivery.contact_id)
        return (lambda message: _push(delivery, message, browser, at=at)) if browser else None
    if not delivery.contact.email:
        return None
    return lambda message: _hand_over(_email(delivery, message))


def _push(delivery: Delivery, message: Message, browser: PushSubscription, *, at: datetime) -> None:
    told = {**message.push, "tag": f"delivery-{delivery.pk}"}
    try:
        web_push.hand_over(browser, json.dumps(told).encode(), at=at)
    except Gone:
        contacts.end(browser.endpoint, at=at)
        raise


def _email(delivery: Delivery, message: Message) -> mail.EmailMultiAlternatives:
    return _written(message, to=delivery.contact.email, known_as=message_id(delivery))


def send_alone(
    message: Message, *, to: str, mark: str, headers: Mapping[str, str] | None = None
) -> None:
    """Send a message that tells of no report; ``mark`` is its own among all that are sent.

    ``headers`` are added to its own. Raises ``TryAgainLater``. An address that cannot be written to
    is left alone, and logged without being named.
    """
    known_as = _id_of(mark, name="message")
    try:
        email = _written(message, to=to, known_as=known_as)
        email.extra_headers.update(headers or {})
        _hand_over(email)
    except Refused as error:
        log.warning("%s was refused: %s", known_as, _without_address(str(error), to))


def _written(message: Message, *, to: str, known_as: str) -> mail.EmailMultiAlternatives:
    email = mail.EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[to],
        reply_to=[answers] if (answers := messages.reply_address()) else None,
        headers={
            "Message-ID": known_as,
            # RFC 3834, and the header that Exchange looks at: no automatic answers to this.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    email.attach_alternative(message.html, "text/html")
    return email


def message_id(delivery: Delivery) -> str:
    """The same for every attempt at a delivery, and never that of another one."""
    # The time is part of it because a database that is made anew counts from one again, and
    # mailboxes drop a second message with a known id.
    made = f"{delivery.pk}:{delivery.created_at.isoformat()}"
    return _id_of(made, name=f"delivery-{delivery.pk}")


def _id_of(made: str, *, name: str) -> str:
    mark = salted_hmac("citycall.notifications.message-id", made, algorithm="sha256").hexdigest()
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{name}-{mark[:16]}@{host}>"


def _hand_over(email: mail.EmailMultiAlternatives) -> None:
    """Give the message to the mail server; raises ``Refused`` or ``TryAgainLater``."""
    _check_address(email.to[0])
    connection = mail.get_connection()
    try:
        connection.open()
        connection.send_messages([email])
    except smtplib.SMTPRecipientsRefused as error:
        raise _verdict(*next(iter(error.recipients.values()))) from error
    except smtplib.SMTPDataError as error:
        raise _verdict(error.smtp_code, error.smtp_error) from error
    except OSError as error:
        # Here too: a refused password or sender. That is the city's to put right, and no
        # reporter's address is to blame, so the message waits.
        raise TryAgainLater(_one_line(error)) from error
    except ValueError as error:
        raise Refused(f"The message cannot be written: {error}") from error
    finally:
        # What the server has taken is sent, however badly the goodbye goes.
        with suppress(OSError):
            connection.close()


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused("The address is not one that mail can be sent to.") from error


def _verdict(code: int, words: bytes | str) -> Exception:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    sentence = f"The mail server answered {code}: {' '.join(said.split())}"
    return Refused(sentence) if 500 <= code < 600 else TryAgainLater(sentence)


def _one_line(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_verdict(error.smtp_code, error.smtp_error))
    said = " ".join(str(error).split()) or type(error).__name__
    return f"The mail server could not be used: {said}"


def _without_address(problem: str, address: str) -> str:
    """Servers repeat the address in their answer; personal data stays in contacts alone."""
    if not address:
        return problem[:_LONGEST_PROBLEM]
    found = re.compile(re.escape(address), re.IGNORECASE)
    return found.sub("…", problem)[:_LONGEST_PROBLEM]
