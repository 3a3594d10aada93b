"""Sending one message by real SMTP: taken, refused for now, refused for good, no server."""

import threading
from datetime import datetime, timedelta

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.db import connections
from pytest_django import Settings

from citycall.notifications import delivery
from citycall.notifications.delivery import TryAgainLater, message_id, send
from citycall.notifications.messages import Notice
from citycall.notifications.models import Delivery
from tests.notifications.mail_server import MailServer
from tests.notifications.small_city import NOW, make_delivery

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=1)
State = Delivery.State


def _notice(owed: Delivery) -> Notice:
    return Notice(number="26-48392-01755", service="Pothole", link="http://x/r/1", at=NOW)


def _send(owed: Delivery, *, at: datetime = LATER) -> Delivery.State:
    return send(owed.pk, notice_for=_notice, at=at)


def test_a_message_arrives_with_both_parts(server: MailServer) -> None:
    owed = make_delivery("ana@example.org")
    assert _send(owed) == State.SENT
    (letter,) = server.letters
    assert letter.recipients == ["ana@example.org"]
    assert "26-48392-01755" in letter.part("plain")
    assert "26-48392-01755" in letter.part("html")
    owed.refresh_from_db()
    assert (owed.state, owed.sent_at, owed.attempts, owed.problem) == (State.SENT, LATER, 1, "")


def test_headers_say_that_a_program_wrote_it(server: MailServer, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Port Calder 311 <no-reply@311.example.org>"
    settings.CITYCALL_EMAIL_REPLY_TO = "311@example.org"
    owed = make_delivery()
    _send(owed)
    message = server.letters[0].message
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "Port Calder 311 <no-reply@311.example.org>"
    assert message["Reply-To"] == "311@example.org"
    assert message["Message-ID"] == message_id(owed)
    assert message["Message-ID"].endswith("@311.example.org>")


def test_a_message_is_sent_once_however_often_it_is_asked_for(server: MailServer) -> None:
    owed = make_delivery()
    assert [_send(owed), _send(owed)] == [State.SENT, State.SENT]
    assert len(server.letters) == 1


def test_a_message_sent_again_after_a_crash_is_recognisable(server: MailServer) -> None:
    owed = make_delivery()
    _send(owed)
    # The server had taken it, and the process died before the commit.
    Delivery.objects.update(state=State.PENDING, sent_at=None)
    _send(owed)
    first, second = (letter.message["Message-ID"] for letter in server.letters)
    assert first == second


@pytest.mark.parametrize("where", ["answers_to_recipients", "answers_to_messages"])
def test_refused_for_now_it_waits_and_is_sent_later(server: MailServer, where: str) -> None:
    getattr(server, where).append("451 4.7.1 Greylisted, please come back")
    owed = make_delivery()
    with pytest.raises(TryAgainLater, match="Greylisted"):
        _send(owed)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (State.PENDING, 1)
    assert "Greylisted" in owed.problem
    assert _send(owed) == State.SENT
    owed.refresh_from_db()
    assert (owed.attempts, owed.problem) == (2, "")


def test_a_refused_recipient_is_failed_with_the_reason_but_not_the_address(
    server: MailServer,
) -> None:
    server.answers_to_recipients.append("550 5.1.1 <{address}>: user unknown")
    owed = make_delivery("Ana@Example.org")
    assert _send(owed) == State.FAILED
    owed.refresh_from_db()
    assert owed.problem == "The mail server answered 550: 5.1.1 <…>: user unknown"
    assert _send(owed) == State.FAILED
    assert server.letters == []


def test_a_refused_message_is_failed(server: MailServer) -> None:
    server.answers_to_messages.append("554 5.7.1 No thank you")
    owed = make_delivery()
    assert _send(owed) == State.FAILED


def test_a_server_that_goes_down_is_tried_later(server: MailServer) -> None:
    server.answers_to_recipients.append("421 4.3.2 Going down")
    owed = make_delivery()
    with pytest.raises(TryAgainLater):
        _send(owed)


def test_without_a_server_it_waits(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 8349
    owed = make_delivery()
    with pytest.raises(TryAgainLater, match="could not be used"):
        _send(owed)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == (State.PENDING, 1)


def test_a_server_without_the_encryption_asked_for_gets_no_password_and_no_mail(
    server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_USE_TLS = True
    owed = make_delivery()
    with pytest.raises(TryAgainLater, match="STARTTLS"):
        _send(owed)
    assert server.letters == []


def test_a_refused_sign_in_is_the_citys_fault_and_fails_nobodys_message(
    server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "city", "sesame"
    owed = make_delivery()
    with pytest.raises(TryAgainLater) as problem:
        _send(owed)
    assert "sesame" not in str(problem.value)


def test_an_erased_contact_gets_nothing(server: MailServer) -> None:
    owed = make_delivery()
    owed.contact.email, owed.contact.erased_at = "", NOW
    owed.contact.save()
    assert _send(owed) == State.SKIPPED
    assert server.letters == []


@pytest.mark.parametrize(
    "address", ["ana@example.org\r\nBcc: all@example.org", "añá@example.org", "a b", "@", "a@b@c"]
)
def test_an_address_that_cannot_be_used_fails_and_reaches_nobody(
    server: MailServer, address: str
) -> None:
    owed = make_delivery(address)
    assert _send(owed) == State.FAILED
    assert server.letters == []


def test_an_international_domain_is_sent_to(server: MailServer) -> None:
    owed = make_delivery("ana@bücher.example")
    assert _send(owed) == State.SENT
    assert server.letters[0].recipients == ["ana@xn--bcher-kva.example"]


def test_a_bad_goodbye_does_not_unsend_a_message(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = EmailBackend.close

    def close_badly(backend: EmailBackend) -> None:
        close(backend)
        raise TimeoutError("timed out")

    monkeypatch.setattr(EmailBackend, "close", close_badly)
    assert _send(make_delivery()) == State.SENT


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_message_send_it_once(server: MailServer) -> None:
    owed = make_delivery()
    together = threading.Barrier(2)
    found: list[Delivery.State] = []

    def work() -> None:
        together.wait(5)
        try:
            found.append(_send(owed))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [State.SENT, State.SENT]
    assert len(server.letters) == 1


def test_a_message_that_cannot_be_written_stays_owed(server: MailServer) -> None:
    def broken(owed: Delivery) -> Notice:
        raise ZeroDivisionError

    owed = make_delivery()
    with pytest.raises(ZeroDivisionError):
        send(owed.pk, notice_for=broken, at=LATER)
    owed.refresh_from_db()
    assert owed.state == State.PENDING


def test_message_ids_differ_between_databases_that_count_from_one() -> None:
    first = Delivery(pk=1, created_at=NOW)
    second = Delivery(pk=1, created_at=LATER)
    assert delivery.message_id(first) != delivery.message_id(second)
