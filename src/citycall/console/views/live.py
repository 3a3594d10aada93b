"""What changes in the call centre, told to open pages as it happens (server-sent events)."""

import random
import time
from collections.abc import Iterator
from typing import Final, cast

from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from citycall.calls.live import HUB, Stream, TooManyStreams
from citycall.core.actors import Actor
from citycall.pages.staff import staff_only

HEARTBEAT_S: Final = 15.0
# Then the browser asks again, and who has signed out or lost the role is told nothing more.
_LASTS_S: Final = (240.0, 300.0)
_ASK_AGAIN_MS: Final = 1_000


@require_GET
@staff_only
def live(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A stream of topics; 503 where this process tells as many as it can, and the page asks."""
    try:
        stream = HUB.open(by=actor)
    except TooManyStreams as full:
        return HttpResponse(status=full.status, headers={"Retry-After": "30"})
    if not connection.in_atomic_block:
        # Who only waits holds no connection of the database.
        connection.close()
    lasts = random.uniform(*_LASTS_S)  # noqa: S311  (so that not all pages ask again at once)
    answer = StreamingHttpResponse(
        Events(stream, until=time.monotonic() + lasts), content_type="text/event-stream"
    )
    # A proxy that gathers what is sent would hold the news back.
    answer.headers["X-Accel-Buffering"] = "no"
    # What guards the view only adds headers, which a stream has too.
    return cast("HttpResponse", answer)


class Events(Iterator[bytes]):
    """The lines of a stream. No generator: one that is closed before it began leaves no trace."""

    def __init__(self, stream: Stream, *, until: float) -> None:
        self._stream = stream
        self._until = until
        self._begun = False

    def __next__(self) -> bytes:
        """The next news, or a sign of life, by which a reader who is gone is noticed too."""
        if not self._begun:
            self._begun = True
            return f"retry: {_ASK_AGAIN_MS}\n\n".encode()
        left = self._until - time.monotonic()
        if left <= 0:
            raise StopIteration
        topics = self._stream.wait(min(HEARTBEAT_S, left))
        return "".join(f"data: {topic}\n\n" for topic in topics).encode() or b": still here\n\n"

    def close(self) -> None:
        """The reader has gone, or the time is up."""
        self._stream.close()

    def __del__(self) -> None:
        # A server that drops the stream without closing it frees its place all the same.
        self.close()
