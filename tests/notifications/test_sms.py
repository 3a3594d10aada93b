"""Text messages to a provider that speaks Twilio's way, on a real server, and into a folder."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pytest_django import Settings

from citycall.notifications import sms
from citycall.notifications.failures import Gone, Refused, TryAgainLater
from citycall.notifications.sms_settings import (
    BadSmsUrl,
    SmsFolder,
    SmsProvider,
    sms_settings,
)

TO = "+14105550123"
FROM = "+14105550100"
TOKEN = "the-token"


@dataclass
class Provider:
    """A server on loopback that keeps what it is asked, and answers as it is told."""

    port: int = 0
    status: int = 201
    code: int = 0
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://AC123@127.0.0.1:{self.port}?from=%2B14105550100"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    kept = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            kept.asked.append((self.path, self.headers["Authorization"], parse_qs(form)))
            body = json.dumps({"sid": "SM1", "code": kept.code, "message": f"to {TO}"}).encode()
            self.send_response(kept.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SMS = sms_settings(kept.url, token=TOKEN)
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_message_is_handed_over_as_twilio_takes_it(provider: Provider) -> None:
    sms.hand_over(to=TO, text="Grüße & more")
    ((path, authorization, form),) = provider.asked
    assert path == "/2010-04-01/Accounts/AC123/Messages.json"
    assert base64.b64decode(authorization.removeprefix("Basic ")) == b"AC123:the-token"
    assert form == {"To": [TO], "From": [FROM], "Body": ["Grüße & more"]}


def test_a_messaging_service_is_named_as_such(provider: Provider, settings: Settings) -> None:
    settings.SMS = sms_settings(provider.url.replace("%2B14105550100", "MG9"), token=TOKEN)
    sms.hand_over(to=TO, text="Hello")
    assert provider.asked[0][2]["MessagingServiceSid"] == ["MG9"]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, 21610, Gone),
        (400, 21211, Refused),
        (400, 21614, Refused),
        (400, 0, Refused),
        (401, 20003, TryAgainLater),
        (429, 20429, TryAgainLater),
        (503, 0, TryAgainLater),
    ],
)
def test_a_refusal_is_judged_by_what_it_means(
    provider: Provider, status: int, code: int, expected: type[Exception]
) -> None:
    provider.status, provider.code = status, code
    with pytest.raises(expected) as refusal:
        sms.hand_over(to=TO, text="Hello")
    assert refusal.type is expected
    assert TO not in str(refusal.value)


def test_a_provider_that_is_away_is_tried_again(settings: Settings) -> None:
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.SMS = sms_settings("http://AC1@127.0.0.1:1?from=%2B1", token=TOKEN)
    with pytest.raises(TryAgainLater):
        sms.hand_over(to=TO, text="Hello")


def test_without_a_provider_nothing_is_sent(settings: Settings) -> None:
    settings.SMS = sms_settings("", token="")
    assert not sms.is_on()
    with pytest.raises(Refused):
        sms.hand_over(to=TO, text="Hello")


def test_the_twin_writes_a_file(settings: Settings, tmp_path: Path) -> None:
    settings.SMS = sms_settings(f"file://{tmp_path}/sms", token="")
    assert SmsFolder(tmp_path / "sms") == settings.SMS
    sms.hand_over(to=TO, text="Hello")
    (file,) = (tmp_path / "sms").iterdir()
    assert file.read_text() == f"To: {TO}\n\nHello\n"
    assert file.stat().st_mode & 0o77 == 0


def test_a_plain_plus_sign_is_understood() -> None:
    made = sms_settings("https://AC1@api.twilio.com?from=+14105550100", token=TOKEN)
    assert isinstance(made, SmsProvider)
    assert (made.sender, made.address) == (FROM, "https://api.twilio.com")
    assert TOKEN not in repr(made)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.twilio.com?from=1",
        "https://AC1@api.twilio.com",
        "https://AC1:secret@api.twilio.com?from=1",
        "http://AC1@api.twilio.com?from=1",
        "ftp://AC1@api.twilio.com?from=1",
        "file://host/folder",
        "nonsense",
    ],
)
def test_a_wrong_address_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(BadSmsUrl) as error:
        sms_settings(url, token=TOKEN)
    assert "secret" not in str(error.value)


def test_a_provider_without_its_token_is_refused() -> None:
    with pytest.raises(BadSmsUrl, match="TOKEN"):
        sms_settings("https://AC1@api.twilio.com?from=1", token="")
