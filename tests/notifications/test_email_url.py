"""One setting says where mail goes."""

from pathlib import Path

import pytest

from citycall.notifications.email_url import BadEmailUrl, email_settings

OUTBOX = Path("/srv/citycall/outbox")


def test_without_a_url_messages_become_files_in_the_outbox() -> None:
    assert email_settings("", outbox=OUTBOX) == {
        "EMAIL_BACKEND": "citycall.notifications.outbox.OutboxBackend",
        "EMAIL_FILE_PATH": "/srv/citycall/outbox",
    }


def test_a_file_url_names_the_folder() -> None:
    found = email_settings("file:///srv/other%20mail", outbox=OUTBOX)
    assert found["EMAIL_FILE_PATH"] == "/srv/other mail"


def test_smtp_with_everything() -> None:
    url = "smtp://city%40example.org:p%40ss%2Fword@mail.example.org:587?tls=starttls&timeout=7"
    assert email_settings(url, outbox=OUTBOX) == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "city@example.org",
        "EMAIL_HOST_PASSWORD": "p@ss/word",
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 7.0,
    }


def test_smtps_is_encrypted_from_the_start() -> None:
    found = email_settings("smtps://mail.example.org", outbox=OUTBOX)
    assert (found["EMAIL_PORT"], found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (
        465,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("url", "encrypted"),
    [
        ("smtp://127.0.0.1:2525", False),
        ("smtp://user:secret@mail.example.org", True),
        ("smtp://user:secret@mail.example.org?tls=none", False),
    ],
)
def test_a_password_goes_in_the_clear_only_when_asked_for(url: str, encrypted: bool) -> None:
    assert email_settings(url, outbox=OUTBOX)["EMAIL_USE_TLS"] is encrypted


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://user:sesame@mail.example.org",
        "smtp://user:sesame@",
        "smtp://user:sesame@mail.example.org:port",
        "smtp://user:sesame@[::1",
        "smtp://user:sesame@mail.example.org/inbox",
        "smtp://user:sesame@mail.example.org?tls=maybe",
        "smtp://user:sesame@mail.example.org?tsl=starttls",
        "smtp://user:sesame@mail.example.org?timeout=soon",
        "smtp://user:sesame@mail.example.org?timeout=nan",
        "smtps://user:sesame@mail.example.org?tls=starttls",
        "file://folder",
        "file:///",
    ],
)
def test_what_cannot_be_used_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(BadEmailUrl, match="CITYCALL_EMAIL_URL") as refusal:
        email_settings(url, outbox=OUTBOX)
    assert "sesame" not in str(refusal.value)
