"""Things that people do in the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

Work = Callable[[], Any]


def at_once(*works: Work) -> list[Any]:
    """What each of these comes to, begun at the same moment, in the order of ``works``."""
    barrier = threading.Barrier(len(works))

    def begin(what: Work) -> Any:
        try:
            barrier.wait(timeout=20)
            return what()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return [each.result(timeout=60) for each in [threads.submit(begin, w) for w in works]]
