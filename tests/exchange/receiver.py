"""Another system on this computer that answers as it is told: well, late, endlessly, or not."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answering = Callable[["Handler"], None]


@dataclass
class Came:
    """One request that came: its headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """The server: what came, and how it answers."""

    port: int = 0
    url: str = ""
    came: list[Came] = field(default_factory=list)
    connections: int = 0
    answering: Answering = lambda handler: handler.say(200, b"thank you")
    over: threading.Event = field(default_factory=threading.Event)

    def answers(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.answering = lambda handler: handler.say(status, body, **headers)

    def wait_for(self, many: int, *, seconds: float = 60) -> None:
        """Until so many requests have come."""
        until = time.monotonic() + seconds
        while len(self.came) < many:
            assert time.monotonic() < until, f"{len(self.came)} of {many} came"
            time.sleep(0.02)


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def setup(self) -> None:
        super().setup()
        self.receiver.connections += 1

    def take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.came.append(Came(self.command, self.path, headers, body))
        try:
            self.receiver.answering(self)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = take  # noqa: N815  (as the library has it)

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


def silent(handler: Handler) -> None:
    """Take the request and say nothing."""
    handler.receiver.over.wait(30)


def dripping(handler: Handler) -> None:
    """A byte of a header every 50 ms, so that no single step ever waits long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.receiver.over.wait(0.05):
        handler.wfile.write(b"x")


def dripping_body(handler: Handler) -> None:
    """A good answer whose body never ends, a byte every 50 ms."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not handler.receiver.over.wait(0.05):
        handler.wfile.write(b"x")


def endless(handler: Handler) -> None:
    """As much as is taken, as quickly as it is."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not handler.receiver.over.is_set():
        handler.wfile.write(b" " * 65_536)


def hanging_up(handler: Handler) -> None:
    """Promise much, send little, and go."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nlittle")
    handler.close_connection = True


@contextmanager
def receiving(
    *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    receiver = Receiver()
    handler = type("OneHandler", (Handler,), {"receiver": receiver})
    server = _Server((host, port), handler)
    server.tls = tls
    receiver.port = server.server_port
    receiver.url = f"{'https' if tls else 'http'}://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread: a client may go in the middle of the handshake."""
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with self.tls.wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes is what several of these tests are about."""
