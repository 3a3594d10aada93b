"""Merging loaded duplicates into the requests that they repeat, by the source's own ids."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from citycall.core.actors import Actor
from citycall.service_requests.actions.load_batch import PastBatch, past_events
from citycall.service_requests.actions.load_events import actor_columns, copy_events
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import Status

_FIND = """
SELECT source_id, id, number, status, report_count
FROM service_requests_servicerequest
WHERE source = %s AND NOT (source = '') AND source_id = ANY(%s)
ORDER BY id FOR UPDATE
"""
_ABOVE = """
WITH RECURSIVE above (id, merged_into_id) AS (
    SELECT id, merged_into_id FROM service_requests_servicerequest WHERE id = ANY(%s)
    UNION
    SELECT r.id, r.merged_into_id FROM service_requests_servicerequest r
    JOIN above ON r.id = above.merged_into_id
)
SELECT id, merged_into_id FROM above WHERE merged_into_id IS NOT NULL
"""
_MERGE = """
UPDATE service_requests_servicerequest r SET
    status_before_merge = r.status, status = %(merged)s, merged_into_id = pair.parent,
    updated_at = greatest(r.updated_at, pair.at)
FROM unnest(%(children)s::bigint[], %(parents)s::bigint[], %(at)s::timestamptz[])
    AS pair (child, parent, at)
WHERE r.id = pair.child
"""
_RECEIVE = """
UPDATE service_requests_servicerequest r SET
    report_count = r.report_count + more.reports, updated_at = greatest(r.updated_at, more.at)
FROM unnest(%(requests)s::bigint[], %(reports)s::int[], %(at)s::timestamptz[])
    AS more (request, reports, at)
WHERE r.id = more.request
"""


@dataclass(frozen=True, slots=True)
class Link:
    """The source's ids of a duplicate and of what it repeats, and when it was merged."""

    source: str
    child: str
    parent: str
    at: datetime


@dataclass(slots=True)
class _Request:
    id: int
    number: int
    status: str
    reports: int


def links(batch: PastBatch, which: NDArray[np.bool_], *, source: str) -> list[Link]:
    """The duplicates among the requests of a batch; empty where it names no parents."""
    if "parent_source_id" not in batch.requests.column_names:
        return []
    parents = batch.requests["parent_source_id"]
    named = np.flatnonzero(which & ~parents.is_null().to_numpy())
    told = batch.requests.select(["source_id", "parent_source_id", "updated_at"])
    moments = batch.requests["merged_at"] if "merged_at" in batch.requests.column_names else None
    found = []
    for row, record in zip(named.tolist(), told.take(named).to_pylist(), strict=True):
        at = moments[row].as_py() if moments is not None else None
        found.append(
            Link(
                source=source,
                child=record["source_id"],
                parent=record["parent_source_id"],
                at=at or record["updated_at"],
            )
        )
    return found


def link(pairs: list[Link], *, by: Actor) -> int:
    """Merge each child into its parent; returns how many, and leaves in ``pairs`` those it cannot.

    Left are those whose parent is not here, or would close a circle (two records that each call
    the other the original: the first told of stands). A child that was merged before is passed
    over, also where somebody has parted it since.
    """
    if not pairs:
        return 0
    here = _here(pairs)
    above = _above([request.id for request in here.values()])
    merged_once = _merged_once([here[p.child].id for p in pairs if p.child in here])
    left, done = [], []
    for pair in pairs:
        child, parent = here.get(pair.child), here.get(pair.parent)
        if child is not None and child.id in merged_once:
            continue
        if child is None or parent is None or child.id in _chain(parent.id, above):
            left.append(pair)
            continue
        merged_once.add(child.id)
        above[child.id] = parent.id
        done.append((pair, child, parent))
    _merge(done, above, by=by)
    pairs[:] = left
    return len(done)


def _here(pairs: Sequence[Link]) -> dict[str, _Request]:
    names = {pair.child for pair in pairs} | {pair.parent for pair in pairs}
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [pairs[0].source, sorted(names)])
        return {name: _Request(*rest) for name, *rest in cursor.fetchall()}


def _above(ids: Iterable[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [list(ids)])
        return dict(cursor.fetchall())


def _merged_once(ids: Sequence[int]) -> set[int]:
    """Which of the requests have been merged before, whether or not they are now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT subject_id FROM core_event"
            " WHERE subject_kind = %s AND subject_id = ANY(%s) AND kind = %s",
            [SUBJECT, list(ids), Kind.MERGED.value],
        )
        return {row[0] for row in cursor.fetchall()}


def _chain(request_id: int, above: Mapping[int, int]) -> list[int]:
    """The request and all that it is merged into, nearest first."""
    chain = [request_id]
    while chain[-1] in above:
        chain.append(above[chain[-1]])
    return chain


def _merge(
    done: Sequence[tuple[Link, _Request, _Request]], above: Mapping[int, int], *, by: Actor
) -> None:
    if not done:
        return
    more: dict[int, int] = {}
    latest: dict[int, datetime] = {}
    for pair, child, parent in done:
        for request_id in _chain(parent.id, above):
            more[request_id] = more.get(request_id, 0) + child.reports
            latest[request_id] = max(latest.get(request_id, pair.at), pair.at)
    with connection.cursor() as cursor:
        cursor.execute(
            _MERGE,
            {
                "merged": Status.MERGED.value,
                "children": [child.id for _pair, child, _parent in done],
                "parents": [parent.id for _pair, _child, parent in done],
                "at": [pair.at for pair, _child, _parent in done],
            },
        )
        cursor.execute(
            _RECEIVE,
            {"requests": list(more), "reports": list(more.values()), "at": list(latest.values())},
        )
    _tell(done, by=by)


def _tell(done: Sequence[tuple[Link, _Request, _Request]], *, by: Actor) -> None:
    """Both requests tell of it, as they do of a merge made here."""
    ids, kinds, moments, data = [], [], [], []
    for pair, child, parent in done:
        merged: dict[str, Any] = {"status": Status.MERGED.value, "into": parent.number}
        received = {"status": parent.status, "from": child.number, "reports": child.reports}
        for request_id, kind, told in (
            (child.id, Kind.MERGED, merged),
            (parent.id, Kind.RECEIVED_MERGE, received),
        ):
            ids.append(request_id)
            kinds.append(kind.value)
            moments.append(pair.at)
            data.append(json.dumps({**told, "source": pair.source}))
    told = past_events(
        request=np.arange(len(ids)),
        kind=kinds,
        at=moments,
        data=data,
        **actor_columns(by, len(ids)),
    )
    copy_events(told, np.array(ids))
