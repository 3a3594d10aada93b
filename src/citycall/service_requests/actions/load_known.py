"""What is here already of a batch's records, and bringing changed ones up to date."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from numpy.typing import NDArray

from citycall.core.actors import Actor
from citycall.service_requests.actions.load_batch import (
    MOMENT,
    REQUESTS,
    PastBatch,
    column,
    past_events,
    rows,
)
from citycall.service_requests.actions.load_events import actor_columns, copy_events
from citycall.service_requests.actions.load_text import as_text, copy, cut, lines
from citycall.service_requests.events import SUBJECT, Kind
from citycall.service_requests.models import Status

# What the source tells of a request. The areas are our own reckoning, and the promise is kept.
TOLD = (
    "service_id",
    "agency_id",
    "team_id",
    "status",
    "requested_at",
    "updated_at",
    "due_at",
    "completed_at",
    "closed_at",
    "hold_reason",
    "outcome_id",
    "explanation",
    "referred_to",
    "location_kind",
    "longitude",
    "latitude",
    "place",
    "directions",
)
_ENDED = (Status.CLOSED.value, Status.CANCELLED.value, Status.REFERRED.value)
# What the load adds to the facts when it tells of them.
_OURS = ("source", "record", "before")
# What we reckon from it.
_OWN = ("areas", "h3_cell")
# What somebody may add here without having taken the request over from the source.
_ASIDE = (
    Kind.NOTE_ADDED,
    Kind.PHOTO_ADDED,
    Kind.INFORMATION_ADDED,
    Kind.REPORT_ADDED,
    Kind.ERASED,
    Kind.TAGGED,
)

_FIND = """
SELECT source_id, id, status FROM service_requests_servicerequest
WHERE source = %s AND NOT (source = '') AND source_id = ANY(%s)
"""
# At once for all: looked up one by one, a plan made while the table was small would go through all
# events for each of them once it is large.
_LAST_TOLD = """
SELECT DISTINCT ON (e.subject_id) e.subject_id, e.id, e.data
FROM core_event e
WHERE e.subject_kind = %(subject)s AND e.subject_id = ANY(%(requests)s::bigint[])
    AND e.kind = %(imported)s
ORDER BY e.subject_id, e.id DESC
"""
_WORKED_ON = """
SELECT DISTINCT e.subject_id
FROM unnest(%(requests)s::bigint[], %(events)s::bigint[]) AS since (request_id, event_id)
JOIN core_event e ON e.subject_kind = %(subject)s AND e.subject_id = since.request_id
    AND e.id > since.event_id
WHERE NOT e.data ? 'source' AND NOT e.kind = ANY(%(aside)s)
"""
# The names that are put into these statements are this module's own, never anybody's input.
_STAGE = (
    "CREATE TEMPORARY TABLE load_changed ON COMMIT DROP AS "  # noqa: S608
    f"SELECT id, {', '.join((*_OWN, *TOLD))} FROM service_requests_servicerequest WITH NO DATA"
)
# A request merged here stays merged; what its record tells is kept for when it is parted.
_UPDATE = f"""
UPDATE service_requests_servicerequest r SET
    {", ".join(f"{name} = n.{name}" for name in (*_OWN, *TOLD) if name != "status")},
    status = CASE WHEN r.merged_into_id IS NULL THEN n.status ELSE r.status END,
    status_before_merge = CASE WHEN r.merged_into_id IS NULL THEN '' ELSE n.status END,
    reopened_count = r.reopened_count
        + (r.status = ANY(%(ended)s) AND NOT n.status = ANY(%(ended)s))::int
FROM load_changed n WHERE r.id = n.id
"""  # noqa: S608
_TOLD_BEFORE = """
SELECT subject_id, kind, (EXTRACT(epoch FROM at) * 1000000)::bigint FROM core_event
WHERE subject_kind = %(subject)s AND subject_id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """For each request of the batch: its id here (0: not here), status, and last record told."""

    ids: NDArray[np.int64]
    statuses: Mapping[int, str]
    told_at: Mapping[int, int]
    records: NDArray[Any]
    facts: Mapping[int, Mapping[str, Any]]

    def changed(self, records: Any) -> NDArray[np.bool_]:
        """Which requests are here, but not as the source tells them now."""
        if records is None:
            return np.zeros(len(self.ids), dtype=bool)
        told = np.asarray(records.to_pylist(), dtype=object)
        changed: NDArray[np.bool_] = (self.ids != 0) & (self.records != told)
        return changed

    def worked_on(self, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of the asked requests somebody has taken a step with since the last load."""
        ids = self.ids[asked]
        if len(ids) == 0:
            return np.zeros(len(asked), dtype=bool)
        with connection.cursor() as cursor:
            cursor.execute(
                _WORKED_ON,
                {
                    "subject": SUBJECT,
                    "requests": ids.tolist(),
                    "events": [self.told_at.get(i, 0) for i in ids.tolist()],
                    "aside": [kind.value for kind in _ASIDE],
                },
            )
            found = [row[0] for row in cursor.fetchall()]
        return np.isin(self.ids, found) & asked


def records(texts: Mapping[str, Any]) -> Any:
    """A digest of what each record tells."""
    whole = pc.binary_join_element_wise(
        *(texts[name] for name in ("facts", *TOLD, "parent_source_id")),
        "\x1f",
        null_handling="replace",
        null_replacement="\x00",
    )
    return pa.array([blake2b(t.encode(), digest_size=9).hexdigest() for t in whole.to_pylist()])


def find(batch: PastBatch, *, source: str) -> Known:
    """Which of the records are here; nobody else loads from this source until the commit."""
    ids = np.zeros(len(batch), dtype=np.int64)
    told = np.full(len(batch), None, dtype=object)
    known = Known(ids=ids, statuses={}, told_at={}, records=told, facts={})
    if not source:
        return known
    names = column(batch.requests, "source_id", REQUESTS).to_pylist()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 311))", [source])
        cursor.execute(_FIND, [source, names])
        found = cursor.fetchall()
    if not found:
        return known
    place = {name: row for row, name in enumerate(names)}
    statuses = {request_id: status for _name, request_id, status in found}
    told_at, facts = _last_told(list(statuses))
    for name, request_id, _status in found:
        ids[place[name]] = request_id
        told[place[name]] = facts.get(request_id, {}).get("record")
    return Known(ids=ids, statuses=statuses, told_at=told_at, records=told, facts=facts)


def _last_told(ids: list[int]) -> tuple[dict[int, int], dict[int, dict[str, Any]]]:
    """The last ``imported`` event of each request: its id, and the facts that it tells."""
    values: dict[str, Any] = {"subject": SUBJECT, "imported": Kind.IMPORTED.value, "requests": ids}
    with connection.cursor() as cursor:
        cursor.execute(_LAST_TOLD, values)
        found = cursor.fetchall()
    return (
        {request_id: event_id for request_id, event_id, _data in found},
        {request_id: json.loads(data) for request_id, _event_id, data in found},
    )


def update(
    batch: PastBatch,
    texts: Mapping[str, Any],
    which: NDArray[np.bool_],
    known: Known,
    records: Any,
    *,
    source: str,
    by: Actor,
    at: datetime,
) -> None:
    """Bring requests to what their records tell now, and tell of it."""
    if not which.any():
        return
    mask = pa.array(which)
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
    copy(
        "load_changed",
        ("id", *_OWN, *TOLD),
        lines(
            [
                as_text(pa.array(known.ids[which])),
                *(cut(texts[name], mask) for name in (*_OWN, *TOLD)),
            ]
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, {"ended": list(_ENDED)})
        cursor.execute("DROP TABLE load_changed")
    _tell_changed(batch, which, known, records, source=source, by=by, at=at)
    _tell_rest(batch, which, known, source=source)


def _tell_changed(
    batch: PastBatch,
    which: NDArray[np.bool_],
    known: Known,
    records: Any,
    *,
    source: str,
    by: Actor,
    at: datetime,
) -> None:
    """One ``imported`` event a request, with what the record said before, where that differs."""
    now = column(batch.requests, "facts", REQUESTS)
    status = column(batch.requests, "status", REQUESTS)
    requests, kinds, texts = [], [], []
    for row in np.flatnonzero(which).tolist():
        request_id = int(known.ids[row])
        facts = json.loads(now[row].as_py())
        before = {
            key: value
            for key, value in known.facts[request_id].items()
            if key not in _OURS and facts.get(key) != value
        }
        data = {**facts, "before": before, "source": source, "record": records[row].as_py()}
        requests.append(row)
        kinds.append(Kind.IMPORTED.value)
        texts.append(json.dumps(data))
        if known.statuses[request_id] in _ENDED and status[row].as_py() not in _ENDED:
            requests.append(row)
            kinds.append(Kind.REOPENED.value)
            texts.append(json.dumps({"status": status[row].as_py(), "source": source}))
    told = past_events(
        request=requests,
        kind=kinds,
        data=texts,
        at=pa.repeat(pa.scalar(at, type=MOMENT), len(kinds)),
        **actor_columns(by, len(kinds)),
    )
    copy_events(told, known.ids)


def _tell_rest(batch: PastBatch, which: NDArray[np.bool_], known: Known, *, source: str) -> None:
    """The batch's events of changed requests that the log does not have yet."""
    if batch.events is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TOLD_BEFORE, {"subject": SUBJECT, "ids": known.ids[which].tolist()})
        had = set(cursor.fetchall())
    whose = known.ids[rows(batch.events, "request")]
    kinds = batch.events["kind"].to_pylist()
    moments = pc.cast(batch.events["at"], pa.int64()).to_pylist()
    told = zip(whose.tolist(), kinds, moments, strict=True)
    new = np.fromiter((event not in had for event in told), dtype=bool, count=len(kinds))
    events = batch.events.filter(pa.array(new & which[rows(batch.events, "request")]))
    # The reports were told of when they were first loaded.
    if "report" in events.column_names:
        events = events.drop_columns(["report"])
    copy_events(events, known.ids, source=source)
