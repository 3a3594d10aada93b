"""A small drawn town: a grid of streets, a park with a field, a station, a pole, two namesakes."""

from collections.abc import Iterator
from typing import Any

import shapely
from shapely import LineString, box

from citycall.places.index import AreaIndex, AreaRef, StoredArea
from citycall.places.search.picture import Gazetteer, NamedPlace

# A hundredth of a degree is about 1,110 metres north and 860 metres east here.
WEST, SOUTH, STEP = -76.60, 39.30, 0.002
ACROSS = ("E Monument St", "E Biddle St", "W North Ave", "33rd St", "Gough St")
UP = ("N Charles St", "St Paul St", "Harford Rd", "Light St", "Pratt St")


def point(column: float, row: float) -> tuple[float, float]:
    """Where a column and a row of the grid meet."""
    return WEST + STEP * column, SOUTH + STEP * row


def _blocks() -> Iterator[tuple[Any, ...]]:
    for row, name in enumerate(ACROSS):
        for n in range(len(UP) - 1):
            yield _block(f"a{row}{n}", name, 100 * (n + 1), point(n, row), point(n + 1, row))
    for column, name in enumerate(UP):
        for n in range(len(ACROSS) - 1):
            yield _block(
                f"u{column}{n}", name, 100 * (n + 1), point(column, n), point(column, n + 1)
            )
    # A street that exists on both sides of the town, and one with a short wrong namesake.
    yield _block("n1", "N Lakewood Ave", 400, point(0, 6), point(0, 7))
    yield _block("s1", "S Lakewood Ave", 400, point(4, -3), point(4, -2))
    yield _block("g1", "Goff Ct", 1, point(8, 0), point(8, 1))


def _block(
    code: str, name: str, first: int, start: tuple[float, float], end: tuple[float, float]
) -> tuple[Any, ...]:
    line = shapely.to_wkb(LineString([start, end]))
    # Even numbers on the left; sides whose numbers are their own, not a whole hundred.
    return code, name, "street", first, first + 40, first + 1, first + 41, "21201", "21202", line


def _corners() -> Iterator[tuple[str, list[str], float, float]]:
    for row, across in enumerate(ACROSS):
        for column, up in enumerate(UP):
            yield f"c{column}{row}", [across, up], *point(column, row)


def _place(
    code: str, kind: str, name: str, at: tuple[float, float], *, parent: str = "", reach: float = 0
) -> NamedPlace:
    return NamedPlace(code, kind, name, parent, "", *at, reach)


PLACES = [
    (_place("p1", "park", "Herring Run Park", point(6, 2), reach=500.0), ["Parque del Río"]),
    (_place("p2", "field", "Hooper's Field", point(6.1, 2.1), parent="Herring Run Park"), []),
    (_place("p3", "playground", "Playground", point(5.9, 2), parent="Herring Run Park"), []),
    (_place("p4", "landmark", "M&T Bank Stadium", point(2, -2)), ["the Ravens stadium"]),
    (_place("p5", "station", "Charles Center Metro Station", point(0.2, 0.4)), []),
    (_place("p6", "park", "Carroll Park", point(-4, 1), reach=400.0), []),
    (_place("p7", "school", "Carroll Elementary School", point(9, 9)), []),
    (_place("p8", "neighborhood", "Hampden", point(3, 8), reach=900.0), []),
    (_place("BL-1044", "pole", "BL-1044", point(1.5, 0)), []),
    (_place("325", "stop", "St Paul St & E Biddle St", point(1.02, 1.02)), []),
]

GAZETTEER = Gazetteer(
    blocks=list(_blocks()),
    street_aliases=[("MLK Blvd", "Light St")],
    houses=[("E Monument St", 217, *point(1.3, 0.06))],
    corners=list(_corners()),
    places=PLACES,
    shapes={0: box(*point(5.5, 1.5), *point(6.5, 2.5))},
)
AREAS = AreaIndex(
    partitions=[
        StoredArea(
            AreaRef(
                id=1,
                layer="neighborhoods",
                code="mid",
                name="Midtown",
                phone="",
                website="",
                retired=False,
            ),
            box(*point(-1, -1), *point(5, 5)),
        )
    ],
    boundary=[
        StoredArea(
            AreaRef(
                id=2, layer="boundary", code="c", name="c", phone="", website="", retired=False
            ),
            box(*point(-10, -10), *point(20, 20)),
        )
    ],
)
