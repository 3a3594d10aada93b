"""A proxy before a server that does what networks do: late, twice, half, or not.

It also tells the time wrongly: every date of the server behind it is shifted by the same skew, so
that its clock seems ahead of or behind everybody else's.
"""

import http.client
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# What happens to a request, and to how many of a hundred; to the others, nothing.
FAULTS: Mapping[str, float] = {
    "delayed": 8,
    "error_before": 2,
    "error_after": 3,
    "limited": 2,
    "cut_before": 3,
    "cut_after": 4,
    "cut_short": 3,
    "doubled": 5,
}
# What phones meet: all of that more often, and a request that arrives long after its sender gave
# it up.
PHONES: Mapping[str, float] = {
    **{name: share * 1.5 for name, share in FAULTS.items()},
    "late": 10,
}
LONGEST_DELAY_SECONDS = 0.8
LATEST_SECONDS = 4.0
_DATED = ("requested_datetime", "updated_datetime", "expected_datetime")
_ASKED = ("start_date", "end_date", "updated_after", "updated_before")


@dataclass
class Faults:
    """Which fault is next, how far the server's clock seems ahead, and what was done so far."""

    seed: int
    skew: timedelta = timedelta(0)
    shares: Mapping[str, float] = field(default_factory=lambda: dict(FAULTS))
    counted: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def draw(self) -> str:
        """The next fault, or an empty text."""
        with self._lock:
            number = self.chance.uniform(0, 100)
            for name, share in self.shares.items():
                number -= share
                if number < 0:
                    self.counted[name] += 1
                    return name
            self.counted["untouched"] += 1
            return ""


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    faults: Faults
    port: int

    def do_GET(self) -> None:
        self._pass_on()

    do_POST = do_GET  # noqa: N815

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.faults.draw()
        self.close_connection = True
        with suppress(OSError):
            self._answer(fault, body)

    def _answer(self, fault: str, body: bytes) -> None:
        if fault == "delayed":
            time.sleep(self.faults.chance.uniform(0.05, LONGEST_DELAY_SECONDS))
        if fault == "late":
            wait = self.faults.chance.uniform(0.2, LATEST_SECONDS)
            threading.Timer(wait, self._late, [body]).start()
        if fault in {"cut_before", "late"}:
            return self._cut()
        if fault == "error_before":
            return self._say(_Answer(500, [], b"<html>Oh no</html>"))
        if fault == "limited":
            return self._say(_Answer(429, [("Retry-After", "1")], b""))
        if fault == "doubled":
            self._doubled(body)
        answer = self._ask(body)
        if fault == "cut_after":
            return self._cut()
        if fault == "error_after":
            return self._say(_Answer(502, [], b"<html>Bad gateway</html>"))
        return self._say(answer, whole=fault != "cut_short")

    def _doubled(self, body: bytes) -> None:
        """The same request once more: before this one, or at the same moment."""
        if self.faults.chance.random() < 0.5:
            self._ask(body)
        else:
            threading.Thread(target=self._ask, args=(body,), daemon=True).start()

    def _late(self, body: bytes) -> None:
        """Nobody waits for this answer any more."""
        with suppress(OSError, http.client.HTTPException):
            self._ask(body)

    def _ask(self, body: bytes) -> _Answer:
        headers = {k: v for k, v in self.headers.items() if k.lower() not in {"host", "connection"}}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(self.command, self._path(), body or None, headers)
            answer = connection.getresponse()
            return self._shifted(_Answer(answer.status, answer.getheaders(), answer.read()))
        finally:
            connection.close()

    def _path(self) -> str:
        """The address, with the moments that are asked for by the server's own clock."""
        return self._moved(self.path, -self.faults.skew)

    def _moved(self, address: str, by: timedelta) -> str:
        parts = urlsplit(address)
        pairs = [
            (name, self._shift(value, by) if name in _ASKED else value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        ]
        return urlunsplit(parts._replace(query=urlencode(pairs)))

    def _led_on(self, link: str) -> str:
        """The header that leads to the next page, which names moments, too."""
        address, bracket, rest = link.removeprefix("<").partition(">")
        return f"<{self._moved(address, self.faults.skew)}{bracket}{rest}"

    def _shifted(self, answer: _Answer) -> _Answer:
        """The answer as a server would give it whose clock is ahead by the skew."""
        date = format_datetime(datetime.now(UTC) + self.faults.skew, usegmt=True)
        headers = [
            (k, self._led_on(v) if k.lower() == "link" else v)
            for k, v in answer.headers
            if k.lower() != "date"
        ] + [("Date", date)]
        try:
            told = json.loads(answer.body)
        except ValueError:
            return _Answer(answer.status, headers, answer.body)
        for row in told if isinstance(told, list) else []:
            for name in _DATED:
                if row.get(name):
                    row[name] = self._shift(row[name], self.faults.skew)
        return _Answer(answer.status, headers, json.dumps(told).encode())

    @staticmethod
    def _shift(text: str, by: timedelta) -> str:
        return (datetime.fromisoformat(text) + by).isoformat()

    def _say(self, answer: _Answer, *, whole: bool = True) -> None:
        lines = [f"HTTP/1.1 {answer.status} Told"]
        dropped = {"content-length", "transfer-encoding", "connection"}
        lines += [f"{k}: {v}" for k, v in answer.headers if k.lower() not in dropped]
        lines += [f"Content-Length: {len(answer.body)}", "Connection: close", "", ""]
        body = answer.body if whole else answer.body[: len(answer.body) // 2]
        self.wfile.write("\r\n".join(lines).encode("latin-1") + body)
        if not whole:
            self._cut()

    def _cut(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing is written about what is meant to go wrong."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that has gone away, or a server that is stopping: the caller will try again."""


@contextmanager
def running(*, before: int, faults: Faults) -> Iterator[int]:
    """A proxy before the server at port ``before``; yields the port of its own."""
    handler = type("Handler", (_Handler,), {"faults": faults, "port": before})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
