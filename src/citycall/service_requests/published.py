"""The public facts of requests, for other systems: an allow-list of columns, and nothing else.

Private services are never among them, and of those that hide where their work is, neither place,
point, areas nor words are told. Words are published only where they were sent through a door that
says so, with the phone numbers and e-mail addresses in them hidden. A place that was described in
a reporter's own words is words, and not told.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection
from psycopg.pq import Format

from citycall.catalog.queries import Catalog, written
from citycall.catalog.specs import Privacy
from citycall.contacts.in_words import hide, hide_in_place
from citycall.core import paging
from citycall.service_requests import cells
from citycall.service_requests.cells import Box
from citycall.service_requests.models import OPEN_STATUSES, Channel

MOST: Final = 1_000
# A larger part of the map is looked through by time instead of cell by cell.
_MOST_CELLS: Final = 3_500
# Of a part of the map that is not small, the latest so many of the whole city mostly have enough.
_SMALL_KM2: Final = 2.0
_LATEST: Final = 20_000
_OPEN: Final = ", ".join(f"'{status.value}'" for status in OPEN_STATUSES)


class Published(NamedTuple):
    """What everyone may know of a request.

    Times have their offset. ``words`` is empty where they are not published, ``photo_id`` none
    where no photo was made public; ``merged_into_id`` is the request that this one is a duplicate
    of.
    """

    id: int
    service_id: int
    agency_id: int
    status: str
    requested_at: datetime
    updated_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    outcome_id: int | None
    verification: str
    explanation: str
    referred_to: str
    place: str
    longitude: float | None
    latitude: float | None
    areas: list[int]
    report_count: int
    merged_into_id: int | None
    words: str
    photo_id: int | None


_PLACE: Final = Published._fields.index("place")
_WORDS: Final = Published._fields.index("words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which requests: every part narrows it, none of them leaves it wide.

    Times are inclusive. ``is_open`` is the coarse state, ``statuses`` the finer ones. ``text``
    are words to be found in place and explanation. ``located`` leaves out what has no public
    point. ``older_than`` is the cursor of a page's last row (``cursor_of``), in the asked order.
    """

    services: Collection[int] | None = None
    agencies: Collection[int] | None = None
    is_open: bool | None = None
    statuses: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    updated_since: datetime | None = None
    updated_until: datetime | None = None
    box: Box | None = None
    area: int | None = None
    text: str = ""
    located: bool = False
    by_update: bool = False
    oldest_first: bool = False
    older_than: str = ""
    offset: int = 0
    limit: int = 50


# The limit is inside, so that words and photos are looked up for the shown rows only.
_ROWS: Final = """
SELECT q.id, q.service_id, q.agency_id, q.status, q.requested_at, q.updated_at, q.due_at,
       q.completed_at, q.closed_at, q.outcome_id, q.verification, q.explanation, q.referred_to,
       CASE WHEN q.hides OR q.location_kind = 'words' THEN '' ELSE q.place END,
       CASE WHEN q.hides THEN NULL ELSE q.longitude END,
       CASE WHEN q.hides THEN NULL ELSE q.latitude END,
       CASE WHEN q.hides THEN ARRAY[]::int[] ELSE q.areas END, q.report_count, q.merged_into_id,
       coalesce(r.words, ''),
       (SELECT min(a.id) FROM service_requests_attachment a
        WHERE a.service_request_id = q.id AND a.public AND NOT q.hides)
FROM (
    SELECT *, service_id = ANY({hidden}) AS hides FROM {rows} AS q
    WHERE {where} ORDER BY {order} {page}
) AS q
LEFT JOIN service_requests_report r
       ON r.number = q.number AND r.channel = {publishing} AND NOT q.hides
ORDER BY {order}
"""
_FROM_ALL: Final = "service_requests_servicerequest"
_FROM_LATEST: Final = """(
    SELECT * FROM service_requests_servicerequest AS q
    WHERE {where} ORDER BY {order} LIMIT {latest}
)"""
_BOX: Final = "longitude BETWEEN %(west)s AND %(east)s AND latitude BETWEEN %(south)s AND %(north)s"
_COUNT: Final = """
SELECT count(*) FROM (
    SELECT FROM service_requests_servicerequest WHERE {where} LIMIT %(most)s
) AS counted
"""


def one(request_id: int) -> Published | None:
    """The request with this public id; none where there is none, or it is not public."""
    statement = _one(
        ids_with(Privacy.PRIVATE),
        ids_with(Privacy.HIDDEN_LOCATION),
        publishes=settings.CITYCALL_PUBLISH_DESCRIPTIONS,
    )
    found = _rows(statement, (request_id,))
    return _made(found[0]) if found else None


@lru_cache(maxsize=4)
def _one(private: str, hidden: str, *, publishes: bool) -> str:
    where = f"id = %s AND service_id <> ALL({private})"
    return _statement(where, order="q.id", page="LIMIT 1", hidden=hidden, publishes=publishes)


def some(ids: Collection[int]) -> Sequence[Published]:
    """The public ones among these requests, latest first; at most 1,000."""
    where = f"id = ANY(%(ids)s::bigint[]) AND service_id <> ALL({ids_with(Privacy.PRIVATE)})"
    values = {"ids": list(ids)[:MOST]}
    return _published(where, values, order="q.requested_at DESC, q.id DESC", page=f"LIMIT {MOST}")


def listed(asked: Asked) -> Sequence[Published]:
    """The requests that are asked for, latest first or in the asked order."""
    box = asked.box
    if box is not None and box.square_km > _SMALL_KM2:
        found = _listed_within(asked, box)
        if len(found) == min(asked.limit, MOST):
            return found
    where, values = where_of(asked)
    return _published(where, values, order=order_of(asked), page=page_of(asked))


def _listed_within(asked: Asked, box: Box) -> Sequence[Published]:
    """Those of a box that are among the city's latest; when they fill the page, they are it."""
    where, values = where_of(replace(asked, box=None, located=True))
    order = order_of(asked)
    latest = _FROM_LATEST.format(where=where, order=order, latest=_LATEST)
    return _published(_BOX, values | _sides(box), order=order, page=page_of(asked), rows=latest)


def order_of(asked: Asked) -> str:
    """The order that is asked for, as SQL of the table ``q``."""
    side = "ASC" if asked.oldest_first else "DESC"
    return f"q.{order_column(asked)} {side}, q.id {side}"


def page_of(asked: Asked) -> str:
    """The page as SQL: with the limit as a number the same plan serves every call."""
    return f"OFFSET {int(asked.offset)} LIMIT {int(min(asked.limit, MOST))}"


def _sides(box: Box) -> dict[str, Any]:
    return {"west": box.west, "east": box.east, "south": box.south, "north": box.north}


def count(asked: Asked, *, most: int = 10_000) -> int:
    """How many are asked for, all pages together, counted no further than ``most``."""
    where, values = where_of(asked)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(where=where), {**values, "most": most})
        return int(cursor.fetchone()[0])


def cursor_of(row: Published, asked: Asked) -> str:
    """The cursor of a page that ends with this row."""
    return paging.encode((getattr(row, order_column(asked)), row.id))


def _published(
    where: str, values: Mapping[str, Any], *, order: str, page: str, rows: str = _FROM_ALL
) -> list[Published]:
    statement = _statement(
        where,
        order=order,
        page=page,
        rows=rows,
        hidden=ids_with(Privacy.HIDDEN_LOCATION),
        publishes=settings.CITYCALL_PUBLISH_DESCRIPTIONS,
    )
    return list(map(_made, _rows(statement, values)))


def _made(row: tuple[Any, ...]) -> Published:
    """The row, with no way left to reach a person in what people wrote."""
    place, words = hide_in_place(row[_PLACE]), hide(row[_WORDS])
    kept = (*row[:_PLACE], place, *row[_PLACE + 1 : _WORDS], words, *row[_WORDS + 1 :])
    return Published._make(kept)


def _statement(
    where: str, *, order: str, page: str, hidden: str, publishes: bool, rows: str = _FROM_ALL
) -> str:
    publishing = f"'{Channel.OPEN311.value}'" if publishes else "''"
    return _ROWS.format(
        where=where, order=order, page=page, rows=rows, hidden=hidden, publishing=publishing
    )


def _rows(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # Sent as numbers instead of texts, a thousand rows with their times are read four times
        # as fast.
        cursor.cursor.format = Format.BINARY
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def ids_with(privacy: Privacy) -> str:
    """The ids of the services of one kind of privacy, as an array in SQL."""
    return _ids_of(written())[privacy]


@lru_cache(maxsize=2)
def _ids_of(known: Catalog) -> Mapping[Privacy, str]:
    kept: dict[Privacy, list[int]] = {privacy: [] for privacy in Privacy}
    for entry in known.all_services:
        kept[entry.spec.privacy].append(entry.id)
    return {privacy: _array(ids) for privacy, ids in kept.items()}


def _array(ids: Iterable[int]) -> str:
    # Numbers of our own, and in the text so that the planner knows how many rows they are.
    return f"'{{{','.join(str(int(each)) for each in sorted(ids))}}}'::bigint[]"


def order_column(asked: Asked) -> str:
    return "updated_at" if asked.by_update else "requested_at"


def where_of(asked: Asked) -> tuple[str, dict[str, Any]]:
    """The conditions of ``asked``, of few different texts but for small boxes, and their values."""
    values: dict[str, Any] = {}
    parts = [f"service_id <> ALL({ids_with(Privacy.PRIVATE)})"]
    if asked.services is not None:
        parts.append(f"service_id = ANY({_array(asked.services)})")
    if asked.agencies is not None:
        parts.append(f"agency_id = ANY({_array(asked.agencies)})")
    for name, value, part in _conditions(asked):
        if value is not None:
            parts.append(part)
            values[name] = value
    if asked.is_open is not None:
        parts.append(f"status {'IN' if asked.is_open else 'NOT IN'} ({_OPEN})")
    if asked.located or asked.box is not None or asked.area is not None or asked.text:
        parts.append(f"service_id <> ALL({ids_with(Privacy.HIDDEN_LOCATION)})")
    if asked.located:
        parts.append("longitude IS NOT NULL")
    if asked.box is not None:
        parts += _within(asked.box, values)
    if asked.older_than:
        at, row_id = paging.decode(asked.older_than, kinds=(paging.moment, int))
        values |= {"cursor_at": at, "cursor_id": row_id}
        sign = ">" if asked.oldest_first else "<"
        parts.append(f"({order_column(asked)}, id) {sign} (%(cursor_at)s, %(cursor_id)s)")
    return " AND ".join(parts), values


def _conditions(asked: Asked) -> list[tuple[str, Any, str]]:
    return [
        ("statuses", asked.statuses and sorted(asked.statuses), "status = ANY(%(statuses)s)"),
        ("since", asked.since, "requested_at >= %(since)s"),
        ("until", asked.until, "requested_at <= %(until)s"),
        ("updated_since", asked.updated_since, "updated_at >= %(updated_since)s"),
        ("updated_until", asked.updated_until, "updated_at <= %(updated_until)s"),
        ("area", asked.area, "%(area)s::int = ANY(areas)"),
        (
            "text",
            asked.text or None,
            "to_tsvector('simple'::regconfig, place || ' ' || explanation)"
            " @@ plainto_tsquery('simple'::regconfig, %(text)s)"
            # What is not told can not be found out by asking for it either.
            " AND (location_kind <> 'words' OR to_tsvector('simple'::regconfig, explanation)"
            " @@ plainto_tsquery('simple'::regconfig, %(text)s))",
        ),
    ]


def _within(box: Box, values: dict[str, Any]) -> list[str]:
    values |= _sides(box)
    if cells.count_in(box, cells.RESOLUTION) > _MOST_CELLS:
        return [_BOX]
    # Whether a box's own index or the order's is quicker depends on how much is in the box. A
    # statement with its cells in it is planned for them; one plan for every box looks through the
    # whole city for a quiet one.
    return [_BOX, f"h3_cell = ANY({_array(cells.covering(box, cells.RESOLUTION))})"]
