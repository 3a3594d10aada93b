"""How long it takes when what still waits is counted too: Kaplan and Meier's estimate."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from citycall.analytics.measures.measure import Now

Whole = NDArray[np.int64]
HOURS: Final = 24.0
HALF: Final = 0.5


def counted(table: Any, keys: Mapping[str, Any], now: Now) -> Any:
    """For each hour of waiting, how many were done in it and how many were last seen waiting.

    What was cancelled or referred waited until then.
    """
    import ibis

    ended_days = table.ended_days.fill_null(now.days)
    waited = ibis.coalesce(table.days_to_complete, ended_days - table.received_days)
    hours = (waited * HOURS).floor().cast("int64")
    done = table.completed_at.notnull().cast("int64")
    grouped = table.group_by({**keys, "hours": hours})
    names = [*keys, "hours"]
    return grouped.aggregate(done=done.sum(), seen=table.count()).order_by(names)


def medians(rows: pa.Table, keys: Sequence[str]) -> pa.Table:
    """The day by which half were done, by the keys; null where that is not known yet.

    ``rows`` are those of ``counted``, in their order. An hour counts as over at its end.
    """
    first = _beginnings(rows, keys)
    done, seen, hours = (_numbers(rows[name]) for name in ("done", "seen", "hours"))
    size = np.add.reduceat(seen, first) if len(first) else np.zeros(0, dtype=np.int64)
    half = _halves(done, seen, first, size)
    known = half >= 0
    days = np.where(known, (hours[half] + 1) / HOURS, np.nan) if len(half) else np.zeros(0)
    columns = [rows[name].take(pa.array(first)) for name in keys]
    told = [pa.array(size), pa.array(days, mask=~known)]
    if not keys and not len(first):
        told = [pa.array([0], pa.int64()), pa.array([None], pa.float64())]
    return pa.table(
        [*columns, *told],
        schema=pa.schema(
            [
                *(rows.schema.field(name) for name in keys),
                pa.field("size", pa.int64()),
                pa.field("value", pa.float64()),
            ]
        ),
    )


def _numbers(column: pa.ChunkedArray) -> Whole:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.int64)


def _beginnings(rows: pa.Table, keys: Sequence[str]) -> Whole:
    """Where each run of equal keys begins; the rows of one key stand together."""
    if not rows.num_rows:
        return np.zeros(0, dtype=np.int64)
    new = np.zeros(rows.num_rows, dtype=bool)
    new[0] = True
    for name in keys:
        codes = _numbers(rows[name].combine_chunks().dictionary_encode("encode").indices)
        new[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(new)


def _halves(done: Whole, seen: Whole, first: Whole, size: Whole) -> Whole:
    """The row of each key in which half were done; minus one where fewer are.

    The hours of all keys are walked through at once, the first of each, then the second, so that
    the products are those of one key walked through alone.
    """
    half = np.full(len(first), -1, dtype=np.int64)
    ends = np.append(first[1:], len(done))
    walking, row = np.arange(len(first)), first.copy()
    surviving, at_risk = np.ones(len(first)), size.astype(np.float64)
    while len(walking):
        surviving *= 1 - done[row] / at_risk
        over = surviving <= HALF
        half[walking[over]] = row[over]
        at_risk -= seen[row]
        row = row + 1
        on = ~over & (row < ends[walking])
        walking, row, surviving, at_risk = walking[on], row[on], surviving[on], at_risk[on]
    return half
