"""How well the score finds the parents that a city's own closing notes name.

Reads an export of requests and one of pairs (child, parent), walks the children in time order, and
asks for each which of the requests that were there before it is the same problem. What is known at
that moment counts, and nothing later: a request is open until the moment it was closed, and one
that was closed as a duplicate is a further report of its parent from then on.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from citycall.duplicates import gathering
from citycall.duplicates.features import METRES_A_DEGREE, Case, compare
from citycall.duplicates.fitting import Decided
from citycall.duplicates.rarity import Rarity
from citycall.duplicates.texts import read

Ints = NDArray[np.intp]
NEVER: Final = datetime.max.replace(tzinfo=UTC)
# Of the words of earlier requests, every so many-th is read to learn which are rare.
_EVERY: Final = 5
# Where duplicates are kept carefully: so large a share of requests, and of notes, names a parent.
_OFTEN_NAMED: Final = 0.05
_MOSTLY_NAMED: Final = 0.6


@dataclass(frozen=True, slots=True)
class History:
    """Requests in the order in which they came, and for each child the row of its parent.

    ``told_again`` are the children of each parent.
    """

    cases: Sequence[Case]
    ended: Sequence[datetime]
    noted: NDArray[np.bool_]
    careful: NDArray[np.bool_]
    tree: Any
    flat: NDArray[np.float64]
    when: NDArray[np.float64]
    parent_of: dict[int, int]
    told_again: Mapping[int, Sequence[int]]

    @property
    def children(self) -> list[tuple[int, int]]:
        """Children and parents where the parent is the older of the two, in time order."""
        older = ((c, p) for c, p in self.parent_of.items() if self.when[p] < self.when[c])
        return sorted(older)


def load(requests: Path, pairs: Path) -> History:
    """Read two Parquet files in the columns of Boston's Open311 records and pairs."""
    rows = pq.read_table(requests).to_pylist()
    rows.sort(key=lambda row: (_moment(row["requested_datetime"]), row["service_request_id"]))
    services = {name: n for n, name in enumerate(sorted({row["service_name"] for row in rows}))}
    numbered = {row["service_request_id"]: n for n, row in enumerate(rows)}
    when = [_moment(row["requested_datetime"]) for row in rows]
    places = np.array([(row["long"], row["lat"]) for row in rows])
    flat = places * METRES_A_DEGREE
    flat[:, 0] *= np.cos(np.radians(np.nanmedian(places[:, 1])))
    named = [
        (numbered.get(pair["service_request_id"]), numbered.get(pair["parent_service_request_id"]))
        for pair in pq.read_table(pairs).to_pylist()
    ]
    parent_of = {
        child: parent for child, parent in named if child is not None and parent is not None
    }
    noted = np.array(["duplicate" in (row["status_notes"] or "").casefold() for row in rows])
    return History(
        cases=[
            Case(
                id=n,
                service_id=services[row["service_name"]],
                longitude=row["long"],
                latitude=row["lat"],
                at=when[n],
                open=True,
                place=row["address"] or "",
                words=row["description"] or "",
            )
            for n, row in enumerate(rows)
        ],
        ended=[
            _moment(row["updated_datetime"]) if row["status"] == "closed" else NEVER for row in rows
        ],
        noted=noted,
        careful=_careful(
            [(row["service_name"], w.year) for row, w in zip(rows, when, strict=True)],
            set(parent_of),
            noted,
        ),
        tree=cKDTree(flat),
        flat=flat,
        when=np.array([moment.timestamp() for moment in when]),
        parent_of=parent_of,
        told_again=_by_parent(parent_of),
    )


def _by_parent(parent_of: Mapping[int, int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for child, parent in parent_of.items():
        found.setdefault(parent, []).append(child)
    return found


def _careful(
    kinds: Sequence[tuple[str, int]], children: set[int], noted: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Requests of a service and year whose closing notes mostly say which request was repeated.

    Elsewhere most duplicates are not on record, and what is rightly found would count as wrong.
    """
    total = Counter(kinds)
    named = Counter(kinds[row] for row in children)
    told = Counter(kinds[row] for row in np.flatnonzero(noted).tolist())
    good = {
        kind
        for kind, count in named.items()
        if count >= _OFTEN_NAMED * total[kind] and count >= _MOSTLY_NAMED * told[kind]
    }
    return np.array([kind in good for kind in kinds])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# Looking up.


def around(history: History, row: int) -> list[Case]:
    """What is looked at for a request, as it stood when that one came."""
    new, at = history.cases[row], history.when[row]
    near = np.array(history.tree.query_ball_point(history.flat[row], gathering.REACH_M), np.intp)
    near = near[(history.when[near] < at) & (history.when[near] > at - _LONGEST_S)]
    standing = [
        _as_it_stood(history, other, new)
        for other in np.sort(near).tolist()
        if not (other in history.parent_of and history.ended[other] <= new.at)
    ]
    return gathering.nearest(new, [case for case in standing if gathering.counts(new, case)])


_LONGEST_S: Final = gathering.OPEN_SINCE.total_seconds()


def _as_it_stood(history: History, row: int, new: Case) -> Case:
    merged = [
        child
        for child in history.told_again.get(row, ())
        if child != new.id and history.ended[child] <= new.at
    ]
    return replace(history.cases[row], open=history.ended[row] > new.at, reports=1 + len(merged))


def decided(history: History, row: int, *, rarity: Rarity, stands_for: float = 1.0) -> Decided:
    """A request compared with what was there before it, and which of them it was."""
    others = around(history, row)
    parent = history.parent_of.get(row, -1)
    right = next((n for n, case in enumerate(others) if case.id == parent), -1)
    table = compare(history.cases[row], others, rarity=rarity).table
    return Decided(table, right, stands_for, bool(history.careful[row]))


def rarity_until(history: History, row: int) -> Rarity:
    """Which words were rare among the requests before this one."""
    return Rarity.of(read(case.words) for case in history.cases[:row:_EVERY] if case.words)
