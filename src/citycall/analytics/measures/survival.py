"""How long it takes when what still waits is counted too: Kaplan and Meier's estimate."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import pyarrow as pa

from citycall.analytics.measures.measure import Now

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
    told: list[dict[str, Any]] = []
    for key, some in groupby(rows.to_pylist(), key=lambda row: tuple(row[k] for k in keys)):
        hours = list(some)
        size = sum(row["seen"] for row in hours)
        told.append(
            {**dict(zip(keys, key, strict=True)), "size": size, "value": _median(hours, size)}
        )
    schema = pa.schema(
        [
            *(rows.schema.field(name) for name in keys),
            pa.field("size", pa.int64()),
            pa.field("value", pa.float64()),
        ]
    )
    if not told and not keys:
        told = [{"size": 0, "value": None}]
    return pa.Table.from_pylist(told, schema=schema)


def _median(hours: Sequence[Mapping[str, int]], at_risk: int) -> float | None:
    surviving = 1.0
    for row in hours:
        surviving *= 1 - row["done"] / at_risk
        if surviving <= HALF:
            return float((row["hours"] + 1) / HOURS)
        at_risk -= row["seen"]
    return None
