"""The events of a load: COPYed like the rest, and signed with the source that told of them."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from citycall.core.actors import Actor
from citycall.service_requests.actions.load_batch import (
    EVENTS,
    REQUESTS,
    PastBatch,
    column,
    past_events,
    rows,
)
from citycall.service_requests.actions.load_text import as_text, copy, joined_json, lines
from citycall.service_requests.events import SUBJECT, Kind

_TEXTS = ("kind", "at", "actor_kind", "actor_id", "actor_name", "visibility", "words")


def tell_imported(
    batch: PastBatch,
    ids: NDArray[np.int64],
    fresh: NDArray[np.bool_],
    records: Any,
    *,
    source: str,
    by: Actor,
) -> None:
    """Tell of each new request that it was imported: its facts, signed, and their digest."""
    count = int(fresh.sum())
    mask = pa.array(fresh)
    quoted = pc.binary_join_element_wise('"', records, '"', "")
    facts = signed(column(batch.requests, "facts", REQUESTS), source)
    imported = past_events(
        request=np.flatnonzero(fresh),
        kind=pa.repeat(Kind.IMPORTED.value, count),
        at=batch.requests["requested_at"].filter(mask),
        data=joined_json(facts, "record", quoted).filter(mask),
        **actor_columns(by, count),
    )
    copy_events(imported, ids)


def copy_events(
    events: pa.Table,
    ids: NDArray[np.int64],
    report_ids: NDArray[np.int64] | None = None,
    *,
    source: str = "",
) -> None:
    """COPY events; the ids of request and report stand for their row numbers in the batch."""
    if events.num_rows == 0:
        return
    data = column(events, "data", EVENTS)
    if isinstance(data, pa.Scalar):
        data = pa.repeat(data, events.num_rows)
    report = rows(events, "report")
    if report_ids is not None and (report >= 0).any():
        told = pa.array(report_ids[report], mask=report < 0)
        data = joined_json(data, "report", pc.cast(told, pa.string()))
    if source:
        data = signed(data, source)
    copy(
        "core_event",
        ("subject_kind", "subject_id", "data", *_TEXTS),
        lines(
            [
                pa.scalar(SUBJECT),
                as_text(pa.array(ids[rows(events, "request")])),
                as_text(data),
                *(as_text(column(events, name, EVENTS)) for name in _TEXTS),
            ]
        ),
    )


def signed(data: Any, source: str) -> Any:
    """The data of events that a load writes: they say which source told of it."""
    return joined_json(data, "source", pa.scalar(json.dumps(source)))


def actor_columns(by: Actor, count: int) -> dict[str, Any]:
    """The actor in the columns of ``count`` events."""
    return {
        "actor_kind": pa.repeat(by.kind.value, count),
        "actor_id": pa.repeat(pa.scalar(by.id, type=pa.int64()), count),
        "actor_name": pa.repeat(by.name, count),
    }
