"""A lean HTTP client for load: on a small machine the client's cost is part of what is measured."""

import json
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

PATH = "/api/v1/service_requests"


@dataclass
class Answer:
    """One submission's fate: ``number`` is set once it was acknowledged."""

    key: str
    number: str = ""
    seconds: float = 0.0
    tries: int = 0


@dataclass
class Run:
    """All answers of a run and how long it took, in seconds."""

    answers: list[Answer] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Acknowledged submissions a second."""
        return len(self.answers) / self.seconds


def request_bytes(*, port: int, secret: str, key: str, body: dict[str, Any]) -> bytes:
    """One whole HTTP request, ready to send."""
    payload = json.dumps(body).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: {key}\r\n"
        f"Content-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


def form_bytes(*, port: int, secret: str, key: str, body: dict[str, Any]) -> bytes:
    """One whole POST of Open311, ready to send."""
    payload = urlencode(body).encode()
    head = (
        f"POST /open311/v2/requests.json HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {secret}\r\nIdempotency-Key: {key}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and read the whole answer: status and body."""
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lengths = (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        length = next(lengths, 0)
        while len(self.rest) < length:
            self._more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(head.split(b" ", 2)[1]), body

    def _more(self) -> None:
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("closed by the server")
        self.rest += chunk


def submit_all(
    requests: Sequence[tuple[str, bytes]],
    *,
    port: int,
    concurrency: int,
    patience: float = 0.0,
    stop_after: float | None = None,
) -> Run:
    """Send every request, ``concurrency`` at a time; ``(key, bytes)`` each.

    With ``patience`` a failed one is sent again, with the same key, for that many seconds;
    without, any failure raises. ``stop_after`` seconds no further request is begun.
    """
    run, todo, lock = Run(), iter(requests), threading.Lock()
    failures: list[Exception] = []
    start = time.perf_counter()

    def work() -> None:
        line = _Line(port, patience)
        while stop_after is None or time.perf_counter() - start < stop_after:
            with lock:
                item = next(todo, None)
            if item is None or failures:
                return
            try:
                answer = line.submit(*item)
            except OSError as error:
                failures.append(error)
                return
            with lock:
                run.answers.append(answer)

    threads = [threading.Thread(target=work) for _each in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.seconds = time.perf_counter() - start
    if failures:
        raise failures[0]
    return run


class _Line:
    """One caller who keeps trying until the number is told, or patience ends."""

    def __init__(self, port: int, patience: float) -> None:
        self.port, self.patience = port, patience
        self.connection: Connection | None = None

    def submit(self, key: str, request: bytes) -> Answer:
        answer, begun = Answer(key=key), time.perf_counter()
        while not answer.number:
            answer.tries += 1
            try:
                answer.number = self._once(request)
            except OSError:
                self.connection = None
                if time.perf_counter() - begun > self.patience:
                    raise
                time.sleep(0.05)
        answer.seconds = time.perf_counter() - begun
        return answer

    def _once(self, request: bytes) -> str:
        self.connection = self.connection or Connection(self.port)
        status, body = self.connection.exchange(request)
        if status not in {200, 201}:
            raise ConnectionError(f"{status}: {body[:200]!r}")
        told = json.loads(body)
        return str(told[0]["service_request_id"] if isinstance(told, list) else told["number"])
