"""A lean HTTP client for load: on a small machine the client's cost is part of what is measured."""

import json
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

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
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
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
    run, todo, lock, failures = Run(), iter(requests), threading.Lock(), []
    start = time.perf_counter()

    def work() -> None:
        line: Connection | None = None
        while stop_after is None or time.perf_counter() - start < stop_after:
            with lock:
                item = next(todo, None)
            if item is None or failures:
                return
            answer = Answer(key=item[0])
            begun = time.perf_counter()
            while True:
                answer.tries += 1
                try:
                    line = line or Connection(port)
                    status, body = line.exchange(item[1])
                    if status in {200, 201}:
                        answer.number = json.loads(body)["number"]
                        break
                    raise ConnectionError(f"{status}: {body[:200]!r}")
                except OSError as error:
                    line = None
                    if time.perf_counter() - begun > patience:
                        failures.append(error)
                        return
                    time.sleep(0.05)
            answer.seconds = time.perf_counter() - begun
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
