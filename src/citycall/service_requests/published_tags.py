"""Whether a list of public requests has changed, found without reading the requests."""

from collections.abc import Iterable
from typing import Final

from django.db import connection

from citycall.service_requests.published import MOST, Asked, Published, order_column, where_of

# Factors that keep one row's parts, and one row from another, apart in a sum. With them no part
# outgrows 63 bits in this century.
_BY_TIME: Final = 1_021
_BY_ID: Final = 1_000_003
_BY_REPORTS: Final = 10_007
_BY_PHOTO: Final = 999_983

_MARK: Final = """
SELECT count(*), coalesce(sum(
    round(date_part('epoch', q.updated_at) * 1000000)::bigint * %(by_time)s::bigint
    + q.id * %(by_id)s::bigint + q.report_count * %(by_reports)s::bigint
    + coalesce((SELECT min(a.id) FROM service_requests_attachment a
                WHERE a.service_request_id = q.id AND a.public
                  AND q.service_id <> ALL(%(hidden)s)), 0) * %(by_photo)s::bigint
), 0)::text
FROM (
    SELECT id, updated_at, report_count, service_id FROM service_requests_servicerequest AS q
    WHERE {where} ORDER BY {order} OFFSET %(offset)s LIMIT %(limit)s
) AS q
"""


def mark_of(rows: Iterable[Published]) -> str:
    """A few letters that differ whenever these rows, or what is told of one of them, do.

    Every change of a request moves its ``updated_at``; photos and reports are looked at besides.
    """
    count = total = 0
    for row in rows:
        count += 1
        total += (
            round(row.updated_at.timestamp() * 1_000_000) * _BY_TIME
            + row.id * _BY_ID
            + row.report_count * _BY_REPORTS
            + (row.photo_id or 0) * _BY_PHOTO
        )
    return f"{count:x}-{total:x}"


def mark(asked: Asked) -> str:
    """The ``mark_of`` the rows that ``listed`` would find now, in one statement of one row."""
    where, values = where_of(asked)
    side = "ASC" if asked.oldest_first else "DESC"
    values |= {
        "by_time": _BY_TIME,
        "by_id": _BY_ID,
        "by_reports": _BY_REPORTS,
        "by_photo": _BY_PHOTO,
        "offset": asked.offset,
        "limit": min(asked.limit, MOST),
    }
    order = f"q.{order_column(asked)} {side}, q.id {side}"
    with connection.cursor() as cursor:
        cursor.execute(_MARK.format(where=where, order=order), values)
        count, total = cursor.fetchone()
    return f"{count:x}-{int(total):x}"
