"""The gazetteer packed small: whole numbers in columns, each told as its step from the last."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from citycall.places.models import AddressPoint, Block, Corner, LocationKind, Place
from citycall.places.search.kinds import KIND_OF, WORTH
from citycall.places.street_names import DIRECTIONS, SAME, TYPES, parse

# Steps of about a metre.
PER_DEGREE: Final = 100_000
# A line is drawn with as few bends as keep it within four metres of where it is.
_TOLERANCE: Final = 0.00004
_NONE: Final = -1
_ORDINALS: Final = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth", "twentieth"),
)
Ints = NDArray[np.int64]
Told = dict[str, Any]


def packed() -> Told:
    """Streets, blocks, corners, houses and named places, for a script that searches in them.

    Lists of whole numbers are steps from the one before; points are in hundred-thousandths of a
    degree, longitude and latitude by turns.
    """
    blocks = list(_rows(Block, "name", "left_from", "left_to", "right_from", "right_to", "shape"))
    houses = list(_rows(AddressPoint, "street", "number", "longitude", "latitude"))
    corners = list(_rows(Corner, "streets", "longitude", "latitude"))
    names = {row[0] for row in blocks} | {row[0] for row in houses}
    names.update(name for row in corners for name in row[0])
    streets = sorted(names)
    ids = {name: number for number, name in enumerate(streets)}
    return {
        "streets": streets,
        "keys": [parse(name).key for name in streets],
        "aliases": _aliases(ids),
        "blocks": _blocks(blocks, ids),
        "houses": _houses(houses, ids),
        "corners": _corners(corners, ids),
        "places": _places(),
        "perDegree": PER_DEGREE,
        "weights": WORTH,
        "types": TYPES,
        "directions": DIRECTIONS,
        "same": SAME | {word: parse(word).key for word in _ORDINALS},
    }


def _rows(model: Any, *fields: str) -> Iterable[tuple[Any, ...]]:
    rows: Iterable[tuple[Any, ...]] = model.objects.order_by("pk").values_list(*fields).iterator()
    return rows


def _aliases(ids: dict[str, int]) -> list[tuple[str, int]]:
    """What else people call streets, as the bare name is compared, with the street's id."""
    rows = Block.objects.exclude(other_names=[]).values_list("name", "other_names").distinct()
    found = {(parse(other).key, ids[name]) for name, others in rows for other in others}
    return sorted(pair for pair in found if pair[0])


def _blocks(rows: Sequence[tuple[Any, ...]], ids: dict[str, int]) -> Told:
    lines = shapely.simplify(shapely.from_wkb([bytes(row[5]) for row in rows]), _TOLERANCE)
    order = sorted(range(len(rows)), key=lambda n: (ids[rows[n][0]], rows[n][1] or 0))
    ends = np.array(
        [[_NONE if end is None else end for end in rows[n][1:5]] for n in order], dtype=np.int64
    ).reshape(-1)
    points = [shapely.get_coordinates(lines[n]) for n in order]
    return {
        "street": _steps(np.array([ids[rows[n][0]] for n in order], dtype=np.int64)),
        "ends": ends.tolist(),
        "bends": [len(each) for each in points],
        "points": _points(np.concatenate(points) if points else np.zeros((0, 2))),
    }


def _houses(rows: Sequence[tuple[Any, ...]], ids: dict[str, int]) -> Told:
    ordered = sorted(rows, key=lambda row: (ids[row[0]], row[1]))
    each_street = Counter(ids[row[0]] for row in ordered)
    return {
        "street": list(each_street),
        "count": list(each_street.values()),
        "number": _steps(np.array([row[1] for row in ordered], dtype=np.int64)),
        "points": _points(np.array([row[2:4] for row in ordered]).reshape(-1, 2)),
    }


def _corners(rows: Sequence[tuple[Any, ...]], ids: dict[str, int]) -> Told:
    told = sorted(([ids[name] for name in row[0]], row[1], row[2]) for row in rows)
    return {
        "streets": [streets for streets, _x, _y in told],
        "points": _points(np.array([row[1:] for row in told]).reshape(-1, 2)),
    }


def _places() -> list[list[Any]]:
    """Each named place: kind, name, what it lies in, other names, point, radius, location kind."""
    fields = ("kind", "name", "parent", "aliases", "names", "longitude", "latitude", "accuracy_m")
    return [
        [
            kind,
            name,
            parent,
            sorted({*aliases, *names.values()} - {name}),
            round(x * PER_DEGREE),
            round(y * PER_DEGREE),
            round(reach),
            KIND_OF.get(kind, LocationKind.LANDMARK).value,
        ]
        for kind, name, parent, aliases, names, x, y, reach in _rows(Place, *fields)
    ]


def _steps(values: Ints) -> list[int]:
    return np.diff(values, prepend=0).tolist() if len(values) else []


def _points(degrees: Any) -> list[int]:
    """Pairs of steps, flat."""
    whole = np.rint(np.asarray(degrees, dtype=np.float64) * PER_DEGREE).astype(np.int64)
    steps: list[int] = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
    return steps if len(whole) else []
