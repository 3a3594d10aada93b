"""Whether a list of public requests has changed, found without reading the requests."""

from collections.abc import Iterable
from typing import Final

from django.db import connection

from citycall.service_requests.published import Asked, Published, order_of, page_of, where_of

# Keeps one row apart from another in a sum.
_BY_ID: Final = 1_000_003

# Every change of what is told of a request moves its ``updated_at``.
_MARK: Final = """
SELECT count(*), coalesce(sum(
    round(date_part('epoch', q.updated_at) * 1000000)::bigint + q.id * 1000003
), 0)::text
FROM (
    SELECT id, updated_at FROM service_requests_servicerequest AS q
    WHERE {where} ORDER BY {order} {page}
) AS q
"""


def mark_of(rows: Iterable[Published]) -> str:
    """A few letters that differ whenever these rows, or what is told of one of them, do."""
    count = total = 0
    for row in rows:
        count += 1
        total += round(row.updated_at.timestamp() * 1_000_000) + row.id * _BY_ID
    return f"{count:x}-{total:x}"


def mark(asked: Asked) -> str:
    """The ``mark_of`` the rows that ``listed`` would find now, in one statement of one row."""
    where, values = where_of(asked)
    statement = _MARK.format(where=where, order=order_of(asked), page=page_of(asked))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        count, total = cursor.fetchone()
    return f"{count:x}-{int(total):x}"
