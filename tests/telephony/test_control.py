"""Commands to telephone systems: by HTTP, to Twilio, and to none."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from twilio.http.http_client import TwilioHttpClient

from citycall.calls.switch import control
from citycall.calls.switch.control import HttpSwitch, NoSwitch, NotDone
from citycall.calls.switch.twilio_control import TwilioSwitch


class Listener:
    """A telephone system that writes down what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], str]] = []
        self.status, self.answer = 200, b"{}"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.heard.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(outer.answer)))
                self.end_headers()
                self.wfile.write(outer.answer)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener(settings) -> Iterator[Listener]:
    made = Listener()
    settings.CITYCALL_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.CITYCALL_SWITCH_URL = f"{made.url}/commands"
    settings.CITYCALL_SWITCH_TOKEN = "a token"
    settings.CITYCALL_TWILIO_ACCOUNT, settings.CITYCALL_TWILIO_TOKEN = "AC1", "a token"
    settings.CITYCALL_TWILIO_NUMBER = "+14105550311"
    yield made
    made.server.shutdown()
    made.server.server_close()


class Loopback(TwilioHttpClient):  # type: ignore[misc]  # The library tells no types.
    """Twilio's client, which calls the listener instead of Twilio."""

    def __init__(self, url: str) -> None:
        super().__init__(pool_connections=False, timeout=5)
        self.url = url

    def request(self, method: str, url: str, *args: Any, **named: Any) -> Any:
        return super().request(method, self.url + urlsplit(url).path, *args, **named)


def test_commands_are_posted_with_the_token(listener) -> None:
    listener.answer = b'{"callId": "b7"}'
    switch = HttpSwitch()
    switch.answer("a1", desk="201")
    switch.transfer("a1", to="+14105550150")
    switch.transfer("a1", to="202")
    assert switch.call_out("+14105550188", desk="201") == "b7"
    told = [json.loads(body) for _path, _headers, body in listener.heard]
    assert [each["command"] for each in told] == ["answer", "transfer", "transfer", "call"]
    assert [each.get("to") for each in told] == [None, "+14105550150", None, "+14105550188"]
    assert len({each["commandId"] for each in told}) == 4
    assert listener.heard[0][1]["Authorization"] == "Bearer a token"


def test_what_the_system_refuses_is_told(listener) -> None:
    listener.status = 500
    with pytest.raises(NotDone):
        HttpSwitch().hang_up("a1")


def test_a_system_that_is_away_is_told(listener, settings) -> None:
    listener.server.server_close()
    with pytest.raises(NotDone):
        HttpSwitch().hold("a1")


def test_twilio_connects_the_caller_with_the_desk(listener) -> None:
    listener.answer = b'{"sid": "CA1"}'
    TwilioSwitch(Loopback(listener.url)).answer("CA1", desk="201")
    path, _headers, body = listener.heard[0]
    twiml = parse_qs(body)["Twiml"][0]
    assert path == "/2010-04-01/Accounts/AC1/Calls/CA1.json"
    assert ">201</Client>" in twiml
    assert "/telephony/twilio/events?desk=201" in twiml


def test_twilio_calls_out_from_a_desk(listener) -> None:
    listener.status, listener.answer = 201, b'{"sid": "CA9"}'
    made = TwilioSwitch(Loopback(listener.url)).call_out("+14105550188", desk="201")
    form = parse_qs(listener.heard[0][2])
    assert (made, form["To"], form["From"]) == ("CA9", ["client:201"], ["+14105550311"])
    assert "+14105550188" in form["Twiml"][0]


def test_what_twilio_refuses_is_told(listener) -> None:
    listener.status, listener.answer = 404, b'{"code": 20404, "message": "gone", "status": 404}'
    with pytest.raises(NotDone):
        TwilioSwitch(Loopback(listener.url)).hang_up("CA1")


def test_without_a_telephone_system_nothing_happens(settings) -> None:
    settings.CITYCALL_SWITCH = ""
    assert isinstance(control.switch(), NoSwitch)
    assert control.switch().call_out("+14105550188", desk="201") == ""
