"""A geocoder on this computer that answers as it is told: well, late, too much, or not at all."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answering = Callable[["Handler"], None]


@dataclass
class Asked:
    """One request that came: its path, its parameters, its headers in small letters."""

    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


@dataclass
class StandIn:
    """The server: what it was asked, and how it answers."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answering: Answering = lambda handler: handler.say(200, "[]")
    over: threading.Event = field(default_factory=threading.Event)

    def answers(self, body: Any) -> None:
        self.answering = lambda handler: handler.say(200, json.dumps(body))


class Handler(BaseHTTPRequestHandler):
    stand_in: StandIn

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.stand_in.asked.append(Asked(parts.path, dict(parse_qsl(parts.query)), headers))
        try:
            self.stand_in.answering(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def say(self, status: int, body: str | bytes, **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


def drip(handler: Handler) -> None:
    """A byte every 50 ms, so that no single step ever waits long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Slow: ")
    while not handler.stand_in.over.wait(0.05):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def silent(handler: Handler) -> None:
    handler.stand_in.over.wait(30)


def cut(handler: Handler) -> None:
    """Promise much, send little, hang up."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n[{"lon":')
    handler.close_connection = True


def endless(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    started = time.monotonic()
    while time.monotonic() - started < 10:
        handler.wfile.write(b" " * 65_536)


@contextmanager
def serving() -> Iterator[StandIn]:
    stand_in = StandIn()
    handler = type("OneHandler", (Handler,), {"stand_in": stand_in})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stand_in
    finally:
        stand_in.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
