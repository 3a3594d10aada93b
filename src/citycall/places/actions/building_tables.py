"""What a build has made, compared with the stored rows and written where it differs."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.db import connection

from citycall.places.gazetteer.built import BuiltAddress, BuiltBlock, BuiltCorner, BuiltPlace
from citycall.places.gazetteer.composing import Composed
from citycall.places.models import AddressPoint, Block, Corner, Place
from citycall.places.words import search_text

AT_ONCE = 10_000
Values = tuple[Any, ...]


@dataclass(slots=True)
class Counts:
    """What became of the stored things of one layer."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


@dataclass(slots=True)
class Stored:
    """The counts by layer, and the layers with stored things that the manifest does not name."""

    counts: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    others: set[str] = field(default_factory=set)

    @property
    def changed_anything(self) -> bool:
        """Whether any row was written or removed."""
        return any(one.created or one.changed or one.removed for one in self.counts.values())

    @property
    def other_layers(self) -> Sequence[str]:
        """The layers left alone, by name."""
        return sorted(self.others)


@dataclass(frozen=True, slots=True)
class _Table:
    """A model with the columns that a build writes; the first two are code and layer."""

    model: type[Block | AddressPoint | Corner | Place]
    columns: tuple[str, ...]
    binary: int | None = None

    @property
    def name(self) -> str:
        return self.model._meta.db_table


_BLOCKS = _Table(
    Block,
    (
        *("code", "layer", "name", "other_names", "road_class"),
        *("left_from", "left_to", "right_from", "right_to", "zip_left", "zip_right", "shape"),
    ),
    binary=11,
)
_HOUSES = _Table(
    AddressPoint, ("code", "layer", "number", "street", "zip_code", "longitude", "latitude")
)
_CORNERS = _Table(Corner, ("code", "layer", "streets", "longitude", "latitude"))
_PLACES = _Table(
    Place,
    (
        *("code", "layer", "kind", "name", "parent", "aliases", "names", "address", "search"),
        *("longitude", "latitude", "accuracy_m", "shape"),
    ),
    binary=12,
)


def store(composed: Composed, *, layers: Collection[str], tick: Callable[[], None]) -> Stored:
    """Write what differs in the open transaction; rows of ``layers`` that are gone are removed."""
    stored = Stored()
    for table, rows in (
        (_BLOCKS, map(_block, composed.blocks)),
        (_HOUSES, map(_house, composed.houses)),
        (_CORNERS, map(_corner, composed.corners)),
        (_PLACES, map(_place, composed.places)),
    ):
        _sync(table, rows, stored, layers=layers)
        tick()
    return stored


def _sync(
    table: _Table,
    rows: Iterable[Values],
    stored: Stored,
    *,
    layers: Collection[str],
) -> None:
    wanted = {row[0]: row for row in rows}
    present = _present(table)
    different = []
    for code, row in wanted.items():
        before = present.get(code)
        counts = stored.counts[row[1]]
        if before == row:
            counts.unchanged += 1
            continue
        different.append(row)
        if before is None:
            counts.created += 1
        else:
            counts.changed += 1
    _write(table, different)
    gone = []
    for code, row in present.items():
        if row[1] not in layers:
            if code not in wanted:
                stored.others.add(row[1])
        elif code not in wanted:
            gone.append(code)
            stored.counts[row[1]].removed += 1
    _remove(table, gone)


def _present(table: _Table) -> dict[str, Values]:
    """Every stored row by its code, as the values that a build would write."""
    found: dict[str, Values] = {}
    rows: Iterable[Values] = table.model.objects.values_list(*table.columns)
    for row in rows:
        at = table.binary
        if at is not None and row[at] is not None:
            row = (*row[:at], bytes(row[at]), *row[at + 1 :])  # noqa: PLW2901
        found[row[0]] = row
    return found


def _write(table: _Table, rows: Sequence[Values]) -> None:
    """COPY the rows beside the table, then take them over in one statement."""
    if not rows:
        return
    names = ", ".join(table.columns)
    renewed = ", ".join(f"{name} = excluded.{name}" for name in table.columns[1:])
    beside = f"{table.name}_built"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {beside} ON COMMIT DROP AS "  # noqa: S608  (constants)
            f"SELECT {names} FROM {table.name} WITH NO DATA"
        )
        # Django gives its own names to the errors of the methods it knows, and COPY is not one.
        with (
            connection.wrap_database_errors,
            cursor.copy(f"COPY {beside} ({names}) FROM STDIN") as door,
        ):
            for row in rows:
                door.write_row([_as_column(value) for value in row])
        cursor.execute(
            f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {beside} "  # noqa: S608
            f"ON CONFLICT (code) DO UPDATE SET {renewed}"
        )
        cursor.execute(f"DROP TABLE {beside}")


def _as_column(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _remove(table: _Table, codes: Sequence[str]) -> None:
    for start in range(0, len(codes), AT_ONCE):
        table.model.objects.filter(code__in=codes[start : start + AT_ONCE]).delete()


def _block(block: BuiltBlock) -> Values:
    return (
        *(block.code, block.layer, block.name, list(block.other_names), block.road_class),
        *(*block.left, *block.right, block.zip_left, block.zip_right),
        shapely.to_wkb(block.line),
    )


def _house(house: BuiltAddress) -> Values:
    return (house.code, house.layer, house.number, house.street, house.zip_code, *house.point)


def _corner(corner: BuiltCorner) -> Values:
    return (corner.code, corner.layer, list(corner.streets), *corner.point)


def _place(place: BuiltPlace) -> Values:
    words = [place.name, place.parent, *place.aliases, *place.names.values()]
    names: Mapping[str, str] = dict(place.names)
    return (
        *(place.code, place.layer, place.kind, place.name, place.parent),
        *(list(place.aliases), names, place.address, search_text(words)),
        *(*place.point, place.accuracy_m),
        shapely.to_wkb(place.shape) if place.shape is not None else None,
    )
