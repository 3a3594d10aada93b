"""Which services people use most: judged by the latest reports, and remembered for a while."""

import time
from typing import Final
from weakref import WeakKeyDictionary

from django.db import connection

from citycall.catalog.queries import Catalog, ServiceEntry, catalog

# The latest so many requests say what is used at this time of the year; the index of the newest
# first gives them without looking at the others.
_LATEST: Final = 5_000
_KEPT_SECONDS: Final = 600.0
_COUNTED: Final = """
SELECT service_id FROM (
    SELECT service_id FROM service_requests_servicerequest
    ORDER BY requested_at DESC, id DESC LIMIT %s
) AS latest
GROUP BY service_id ORDER BY count(*) DESC, service_id
"""

_known: WeakKeyDictionary[Catalog, tuple[float, list[int]]] = WeakKeyDictionary()


def most_used(limit: int = 3) -> list[ServiceEntry]:
    """The offered services that most of the latest 5,000 requests were for, the first most.

    At most ten minutes old. "Something else" is not among them.
    """
    book = catalog()
    offered = {entry.id: entry for entry in book.services if entry is not book.something_else}
    return [offered[pk] for pk in _ids(book) if pk in offered][:limit]


def _ids(book: Catalog) -> list[int]:
    counted_at, ids = _known.get(book, (float("-inf"), []))
    if time.monotonic() - counted_at >= _KEPT_SECONDS:
        ids = _count()
        _known[book] = (time.monotonic(), ids)
    return ids


def _count() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [_LATEST])
        return [int(service_id) for (service_id,) in cursor.fetchall()]
