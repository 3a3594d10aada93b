"""The first reading of an export: which types, agencies and teams it has, and what it promises."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from citycall.exchange.history import moments
from citycall.exchange.history.fields import Fields
from citycall.exchange.history.mapping import HistoryMapping
from citycall.exchange.history.mapping_files import Header
from citycall.exchange.history.tables import Export

# A type has a fixed target when at least this share of its due dates is the same time away.
FIXED_SHARE = 0.92
# So many different times away, and it is no use to count more.
_MOST_OFFSETS = 2_000
_SIZE = 50_000
_FIELDS = (
    "id",
    "type",
    "agency",
    "agency_name",
    "team",
    "requested_at",
    "due_at",
    "place",
    "longitude",
    "point",
)
_MINUTE = np.timedelta64(60_000_000, "us")


@dataclass(slots=True)
class TypeSurvey:
    """What the rows of one type say; ``spellings`` are its name as written, with how often."""

    spellings: Counter[str] = field(default_factory=Counter)
    agencies: Counter[str] = field(default_factory=Counter)
    teams: Counter[str] = field(default_factory=Counter)
    minutes: Counter[int] = field(default_factory=Counter)
    placed: int = 0
    rows: int = 0

    def fixed_minutes(self) -> int | None:
        """The local time between request and due date that nearly all rows share, if any."""
        if not self.minutes or len(self.minutes) > _MOST_OFFSETS:
            return None
        minutes, count = self.minutes.most_common(1)[0]
        return minutes if count >= FIXED_SHARE * self.minutes.total() and minutes >= 0 else None


@dataclass(slots=True)
class Survey:
    """All that must be known before the first row can be loaded."""

    rows: int
    types: Mapping[str, TypeSurvey]
    agency_names: Mapping[str, Counter[str]]
    team_agencies: Mapping[str, Counter[str]]
    repeated: frozenset[int]
    teamless: bool


def survey(export: Export, mapping: HistoryMapping, header: Header) -> Survey:
    """Read the whole export once, a few columns of it."""
    types: dict[str, TypeSurvey] = defaultdict(TypeSurvey)
    names: dict[str, Counter[str]] = defaultdict(Counter)
    teams: dict[str, Counter[str]] = defaultdict(Counter)
    ids: list[NDArray[np.int64]] = []
    rows = 0
    for part in export.read(header.used(mapping, _FIELDS), size=_SIZE):
        fields = Fields(part.table, header, mapping)
        rows += len(fields) + len(part.bad)
        ids.append(hashes(fields.text("id").to_pylist()))
        _count(fields, types, names, teams)
        _count_promises(fields, mapping, types)
    return Survey(
        rows=rows,
        types=types,
        agency_names=names,
        team_agencies=teams,
        repeated=_repeated(ids),
        teamless=any(one.teams.total() < one.rows for one in types.values()),
    )


def hashes(ids: list[str | None]) -> NDArray[np.int64]:
    """A number for each id: as small as can be, for files of many millions."""
    return np.fromiter(map(hash, ids), dtype=np.int64, count=len(ids))


def _repeated(ids: list[NDArray[np.int64]]) -> frozenset[int]:
    """The hashes that came more than once (of ids, hardly ever of two ids that share one)."""
    if not ids:
        return frozenset()
    found, counts = np.unique(np.concatenate(ids), return_counts=True)
    return frozenset(found[counts > 1].tolist())


def type_key(name: str) -> str:
    """A type's name without case, quotes and runs of spaces: what one type may vary in."""
    return " ".join(name.replace('"', " ").split()).casefold()


def _count(
    fields: Fields,
    types: dict[str, TypeSurvey],
    names: dict[str, Counter[str]],
    teams: dict[str, Counter[str]],
) -> None:
    placed = pc.or_(
        pc.is_valid(fields.text("place")),
        pc.or_(pc.is_valid(fields.text("longitude")), pc.is_valid(fields.text("point"))),
    )
    told = {name: fields.text(name) for name in ("type", "agency", "agency_name", "team")}
    for row in _counted({**told, "placed": placed}):
        name, agency, count = row["type"], row["agency"], row["count_all"]
        if name is None:
            continue
        seen = types[type_key(name)]
        seen.rows += count
        seen.spellings[name] += count
        seen.placed += count * row["placed"]
        if agency is None:
            continue
        seen.agencies[agency] += count
        names[agency][row["agency_name"] or agency] += count
        if row["team"] is not None:
            seen.teams[row["team"]] += count
            teams[row["team"]][agency] += count


def _count_promises(fields: Fields, mapping: HistoryMapping, types: dict[str, TypeSurvey]) -> None:
    due = moments.read(fields.dates("due_at"), mapping.dates, zone=mapping.zone).wall
    if np.isnat(due).all():
        return
    made = moments.read(fields.dates("requested_at"), mapping.dates, zone=mapping.zone).wall
    known = ~(np.isnat(due) | np.isnat(made))
    # Rounded, because some systems put the due date down a second later.
    away = (due[known] - made[known] + _MINUTE // 2) // _MINUTE
    told = {"type": fields.text("type").filter(pa.array(known)), "away": pa.array(away)}
    for row in _counted(told):
        if row["type"] is not None and len(types[type_key(row["type"])].minutes) <= _MOST_OFFSETS:
            types[type_key(row["type"])].minutes[row["away"]] += row["count_all"]


def _counted(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The different rows of some columns, each with ``count_all``, how often it comes."""
    counted = pa.table(dict(columns)).group_by(list(columns)).aggregate([([], "count_all")])
    rows: list[dict[str, Any]] = counted.to_pylist()
    return rows
