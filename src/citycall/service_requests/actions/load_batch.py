"""The form in which history is handed to ``load_past``: columns, not rows.

A batch is three tables (and one of contacts where there are any) of Arrow columns. A column left
out has its default; a column that is not known is refused. Numpy arrays and lists are taken as
they are: ``past_requests(service_id=numpy_array, status=["closed", ...], ...)``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TEXT: Final = pa.string()
WHOLE: Final = pa.int64()
REAL: Final = pa.float64()
MOMENT: Final = pa.timestamp("us", tz="UTC")
JSON: Final = pa.string()

REQUIRED: Final = object()


@dataclass(frozen=True, slots=True)
class Column:
    """A column's Arrow type and the value it has when it is left out."""

    type: Any
    default: Any = None


REQUESTS: Final[Mapping[str, Column]] = {
    "service_id": Column(WHOLE, REQUIRED),
    "agency_id": Column(WHOLE, REQUIRED),
    "team_id": Column(WHOLE, REQUIRED),
    "assignee_id": Column(WHOLE),
    "rule_id": Column(WHOLE),
    "status": Column(TEXT, REQUIRED),
    "priority": Column(WHOLE, 3),
    "requested_at": Column(MOMENT, REQUIRED),
    "updated_at": Column(MOMENT, REQUIRED),
    "promised_at": Column(MOMENT),
    "due_at": Column(MOMENT),
    "paused_at": Column(MOMENT),
    "completed_at": Column(MOMENT),
    "closed_at": Column(MOMENT),
    "verify_until": Column(MOMENT),
    "hold_reason": Column(TEXT, ""),
    "outcome_id": Column(WHOLE),
    "explanation": Column(TEXT, ""),
    "referred_to": Column(TEXT, ""),
    "verification": Column(TEXT, ""),
    "reopened_count": Column(WHOLE, 0),
    "location_kind": Column(TEXT, REQUIRED),
    "longitude": Column(REAL),
    "latitude": Column(REAL),
    "place": Column(TEXT, ""),
    "directions": Column(TEXT, ""),
    "accuracy_m": Column(REAL),
    "areas": Column(pa.list_(pa.int32()), ()),
    # Who the record belongs to: with a source, a second load of the same id changes nothing.
    "source": Column(TEXT, ""),
    "source_id": Column(TEXT, ""),
    # Not stored as columns. What the source's record says, as JSON: recorded as an ``imported``
    # event, and compared at the next load. And the source's id of the request that this one
    # repeats: it is merged into it, at ``merged_at``, as soon as that one is loaded too.
    "facts": Column(JSON),
    "parent_source_id": Column(TEXT),
    "merged_at": Column(MOMENT),
}
REPORTS: Final[Mapping[str, Column]] = {
    # The row number of its request in the batch; a request's first report lends it its number.
    "request": Column(WHOLE, REQUIRED),
    "reported_at": Column(MOMENT, REQUIRED),
    "channel": Column(TEXT, REQUIRED),
    "words": Column(TEXT, ""),
    "wanted": Column(TEXT, ""),
    "answers": Column(JSON, "{}"),
    "language": Column(TEXT, "en"),
    # The row number of its contact in the batch.
    "contact": Column(WHOLE),
}
EVENTS: Final[Mapping[str, Column]] = {
    # The row number of its request in the batch. A request's events are in order of time.
    "request": Column(WHOLE, REQUIRED),
    "kind": Column(TEXT, REQUIRED),
    "at": Column(MOMENT, REQUIRED),
    "actor_kind": Column(TEXT, "system"),
    "actor_id": Column(WHOLE),
    "actor_name": Column(TEXT, ""),
    "visibility": Column(TEXT, "public"),
    "data": Column(JSON, "{}"),
    "words": Column(TEXT),
    # The row number of the report it tells of: the report's id joins ``data`` as ``report``.
    "report": Column(WHOLE),
}
CONTACTS: Final[Mapping[str, Column]] = {
    "name": Column(TEXT, ""),
    "email": Column(TEXT, ""),
    "phone": Column(TEXT, ""),
    "language": Column(TEXT, "en"),
    "created_at": Column(MOMENT, REQUIRED),
}


def past_requests(**columns: Iterable[Any]) -> pa.Table:
    """A table of ``REQUESTS``; raises ``ValueError`` for a wrong or missing column."""
    return _table(REQUESTS, columns)


def past_reports(**columns: Iterable[Any]) -> pa.Table:
    """A table of ``REPORTS``; raises ``ValueError`` for a wrong or missing column."""
    return _table(REPORTS, columns)


def past_events(**columns: Iterable[Any]) -> pa.Table:
    """A table of ``EVENTS``; raises ``ValueError`` for a wrong or missing column."""
    return _table(EVENTS, columns)


def past_contacts(**columns: Iterable[Any]) -> pa.Table:
    """A table of ``CONTACTS``; raises ``ValueError`` for a wrong or missing column."""
    return _table(CONTACTS, columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastBatch:
    """Requests with their reports, events and contacts, as ``past_*`` make them.

    About 20,000 requests are a good size: one transaction each.
    """

    requests: pa.Table
    reports: pa.Table
    events: pa.Table | None = None
    contacts: pa.Table | None = None

    def __len__(self) -> int:
        return int(self.requests.num_rows)


def column(table: pa.Table, name: str, columns: Mapping[str, Column]) -> Any:
    """The column as one Arrow array, or the default's Arrow scalar where it was left out."""
    if name in table.column_names:
        return table[name].combine_chunks()
    return pa.scalar(columns[name].default, type=columns[name].type)


def rows(table: pa.Table, name: str) -> Any:
    """A column of row numbers as a numpy array, -1 where there is none."""
    if name not in table.column_names:
        return np.full(table.num_rows, -1)
    return pc.fill_null(table[name], -1).to_numpy()


def _table(columns: Mapping[str, Column], given: Mapping[str, Any]) -> pa.Table:
    if unknown := set(given) - set(columns):
        raise ValueError(f"There is no column {', '.join(sorted(unknown))}.")
    missing = [n for n, c in columns.items() if c.default is REQUIRED and n not in given]
    if missing:
        raise ValueError(f"The column {', '.join(missing)} is needed.")
    return pa.table({name: _array(name, columns[name], given[name]) for name in given})


def _array(name: str, spec: Column, values: Any) -> Any:
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        values = pa.array(values, from_pandas=True)
    try:
        array = values if values.type == spec.type else pc.cast(values, spec.type)
    except pa.ArrowInvalid as error:
        raise ValueError(f"Column {name}: {error}") from error
    if array.null_count and spec.default is not None:
        if spec.default is REQUIRED:
            raise ValueError(f"Column {name} has empty values.")
        array = pc.fill_null(array, pa.scalar(spec.default, type=spec.type))
    return array
