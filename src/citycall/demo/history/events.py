"""The events of a batch: each step of each life, told as the actions would have told it."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from citycall.demo.history.incidents import Incidents, Ints, Moments
from citycall.demo.history.lives import NEVER, Lives
from citycall.demo.history.rows import Placed, Work
from citycall.service_requests.actions.load_batch import past_events
from citycall.service_requests.events import Kind

Texts = NDArray[np.object_]
Part = tuple[str, Ints, Moments, Texts, Ints]


def table(
    found: Incidents,
    life: Lives,
    placed: Placed,
    parent: Ints,
    told: Ints,
    told_at: Moments,
    *,
    work: Work,
) -> pa.Table:
    """All events that happened by the end of the history, in order for each request."""
    parts = list(_parts(found, life, placed, parent, told, told_at, work))
    request = np.concatenate([part[1] for part in parts])
    at = np.concatenate([part[2] for part in parts])
    order = np.lexsort((at, request))
    kind = np.concatenate([np.full(len(p[1]), p[0], dtype=object) for p in parts])
    report = np.concatenate([part[4] for part in parts])[order]
    return past_events(
        request=request[order],
        kind=kind[order],
        at=at[order].astype("datetime64[us]"),
        data=np.concatenate([part[3] for part in parts])[order],
        report=pa.array(report, mask=report < 0),
    )


def _parts(
    found: Incidents,
    life: Lives,
    placed: Placed,
    parent: Ints,
    told: Ints,
    told_at: Moments,
    work: Work,
) -> Iterator[Part]:
    count = len(found)
    everyone = np.arange(count)
    yield Kind.SUBMITTED, everyone, found.at, _submitted(found, placed, work), everyone
    none = np.full(count, -1)
    by_team = {team: _json(status="assigned", team=team) for team in set(placed.team.tolist())}
    assigned = np.array([by_team[team] for team in placed.team.tolist()], dtype=object)
    outcomes = {
        code: _json(status="completed", outcome=code, fixed=True)
        for code in {entry.spec.outcomes[0] for entry in work.entries}
    }
    completed = np.array(
        [outcomes[work.entries[s].spec.outcomes[0]] for s in found.service.tolist()], dtype=object
    )
    held = np.array(
        [_json(status="on_hold", reason=c, clock_stopped=bool(c)) for c in work.pause.tolist()],
        dtype=object,
    )[found.service]
    confirmed = _only(life.confirmed, life.closed)
    undisputed = _only(~life.confirmed, life.closed)
    for kind, at, data in (
        (Kind.ASSIGNED, life.assigned, assigned),
        (Kind.HELD, life.held, held),
        (Kind.RESUMED, life.resumed, _same(count, status="in_progress")),
        (Kind.STARTED, life.started, _same(count, status="in_progress")),
        (Kind.COMPLETED, life.completed, completed),
        (Kind.DISPUTED, life.disputed, _same(count, status="assigned", times_reopened=1)),
        (Kind.COMPLETED, life.completed_again, completed),
        (Kind.CONFIRMED, confirmed, _same(count, status="closed", verification="confirmed")),
        (Kind.CLOSED, undisputed, _same(count, status="closed", verification="undisputed")),
        (Kind.CANCELLED, life.cancelled, _same(count, status="cancelled")),
        (Kind.REFERRED, life.referred, _same(count, status="referred")),
    ):
        rows = np.flatnonzero((at <= work.end) & (parent < 0))
        yield kind, rows, at[rows], data[rows], none[rows]
    yield (
        Kind.REPORT_ADDED,
        told,
        told_at,
        _same(len(told), reports=2),
        count + np.arange(len(told)),
    )


def _only(where: NDArray[np.bool_], at: Moments) -> Moments:
    return np.where(where, at, NEVER)


def _submitted(found: Incidents, placed: Placed, work: Work) -> Texts:
    codes = [entry.spec.code for entry in work.entries]
    due = np.datetime_as_string(placed.due, unit="s").tolist()
    return np.array(
        [
            f'{{"status":"new","service":"{codes[s]}","team":{t},"due_at":'
            + (f'"{d}+00:00"' if known else "null")
            + "}"
            for s, t, d, known in zip(
                found.service.tolist(),
                placed.team.tolist(),
                due,
                (placed.due != NEVER).tolist(),
                strict=True,
            )
        ],
        dtype=object,
    )


def _same(count: int, **data: Any) -> Texts:
    return np.full(count, _json(**data), dtype=object)


def _json(**data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))
