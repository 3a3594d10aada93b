"""The development twin writes messages as files."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "citycall.notifications.outbox.OutboxBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "outbox")
    return tmp_path / "outbox"


def _message(message_id: str, body: str = "Hello") -> mail.EmailMessage:
    return mail.EmailMessage(
        "Subject", body, "a@example.org", ["b@example.org"], headers={"Message-ID": message_id}
    )


def test_each_message_becomes_a_file_that_only_we_can_read(outbox: Path) -> None:
    assert _message("<one@example.org>").send() == 1
    _message("<two@example.org>").send()
    assert sorted(p.name for p in outbox.iterdir()) == [
        "one@example.org.eml",
        "two@example.org.eml",
    ]
    written = outbox / "one@example.org.eml"
    assert written.stat().st_mode & 0o777 == 0o600
    parsed = message_from_bytes(written.read_bytes(), policy=policy.default)
    assert parsed["To"] == "b@example.org"


def test_a_message_sent_again_replaces_its_file(outbox: Path) -> None:
    _message("<one@example.org>", "first").send()
    _message("<one@example.org>", "second").send()
    (written,) = outbox.iterdir()
    assert b"second" in written.read_bytes()


def test_a_message_id_cannot_lead_out_of_the_folder(outbox: Path) -> None:
    _message("<../../../tmp/escape>").send()
    (written,) = outbox.iterdir()
    assert written.parent == outbox


def test_a_message_without_recipient_is_not_written(outbox: Path) -> None:
    message = _message("<one@example.org>")
    message.to = []
    assert message.send() == 0
    assert not outbox.exists()


def test_a_missing_setting_is_said(outbox: Path, settings: Settings) -> None:
    settings.EMAIL_FILE_PATH = None
    with pytest.raises(ImproperlyConfigured, match="EMAIL_FILE_PATH"):
        _message("<one@example.org>").send()
