"""Requests on the public map: as points where they are few, as counted hexagons where many.

Only services whose work everyone may see the place of are ever shown, be it as a point or within
a count: what is hidden is in no figure from which it could be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from citycall.catalog.specs import Privacy
from citycall.contacts.in_words import hide_in_place
from citycall.core import paging
from citycall.core.actors import resident
from citycall.core.errors import NotFound
from citycall.service_requests import cell_counts, cells, public, queries
from citycall.service_requests.cells import Box
from citycall.service_requests.models import ServiceRequest, Status
from citycall.service_requests.public import PublicRequest
from citycall.service_requests.selections import Selection, allowed, hidden_services

# More points than this say less than their counts do.
MOST_POINTS: Final = 250
# Points are looked for cell by cell; a larger part of the map is counted only.
_MOST_CELLS_OF_POINTS: Final = 3_500
# A box with more hexagons than this is counted in larger ones.
_MOST_HEXAGONS: Final = 1_000
# The finest hexagons are counted request by request; where these are more, larger ones are shown.
_MOST_COUNTED_SINGLY: Final = 20_000
# Up to which zoom of a map with tiles of 512 pixels which hexagons are 50 to 150 pixels wide.
_RESOLUTION_BELOW_ZOOM: Final = ((9.0, 5), (10.5, 6), (12.0, 7), (13.25, 8), (14.75, 9))
_COARSEST: Final = cells.COUNTED[0]
_WORLD: Final = Box(west=-180.0, south=-90.0, east=180.0, north=90.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A request as everyone may see it; ``metres`` is how far it is from where was asked."""

    request_id: int
    service_id: int
    status: Status
    requested_at: datetime
    report_count: int
    place: str
    longitude: float
    latitude: float
    metres: float


@dataclass(frozen=True, slots=True)
class Points:
    """Some requests, and the cursor of those further away; empty where there are none."""

    points: Sequence[Point]
    further: str


@dataclass(frozen=True, slots=True)
class Hexagon:
    """How many of the asked requests lie in a cell."""

    cell: int
    count: int


_COLUMNS = """
SELECT id, service_id, status, requested_at, report_count,
       CASE WHEN location_kind = 'words' THEN '' ELSE place END AS place, longitude, latitude,
       (mercator <-> citycall_mercator(%(x)s, %(y)s)) * cos(radians(%(y)s)) AS metres
FROM service_requests_servicerequest
WHERE h3_cell = ANY(%(cells)s) AND service_id = ANY(%(services)s)
  AND longitude BETWEEN %(west)s AND %(east)s AND latitude BETWEEN %(south)s AND %(north)s
"""
_OPEN = "  AND status IN ('new', 'assigned', 'in_progress', 'on_hold')\n"
_RECEIVED = """  AND status <> 'merged' AND requested_at >= %(since)s
  AND (%(until)s::timestamptz IS NULL OR requested_at < %(until)s)
"""
# Any so many, found without sorting all: when there are more, they are not shown.
_FEW = "SELECT * FROM ({rows} LIMIT %(limit)s) AS few ORDER BY requested_at DESC, id DESC"
_NEAREST = """
SELECT * FROM ({rows}) AS around
WHERE metres <= %(reach)s AND (metres, id) > (%(beyond)s, %(last)s)
ORDER BY metres, id LIMIT %(limit)s
"""


def points(
    box: Box,
    selection: Selection,
    *,
    near: tuple[float, float] | None = None,
    limit: int = MOST_POINTS,
) -> Sequence[Point] | None:
    """The selected requests in a box, latest first or, with ``near``, nearest to it first.

    None where they are more than ``limit``.
    None too where the box is too large to look through point by point (about 50 square
    kilometres): then ``hexagons`` has the answer.
    """
    if cells.count_in(box, cells.RESOLUTION) > _MOST_CELLS_OF_POINTS:
        return None
    values = {**_values(box, selection, centre=near or box.middle), "limit": limit + 1}
    found = _fetch(_FEW.format(rows=_rows(selection)), values)
    if len(found) > limit:
        return None
    return sorted(found, key=lambda point: point.metres) if near else found


def nearest(
    longitude: float,
    latitude: float,
    selection: Selection,
    *,
    within_m: float,
    further_than: str = "",
    size: int = 25,
) -> Points:
    """One page of the selected requests around a point, nearest first, beyond a cursor.

    Raises ``core.paging.BadCursor``.
    """
    beyond, last = -1.0, -1
    if further_than:
        beyond, last = paging.decode(further_than, kinds=(float, int))
    found: list[Point] = []
    # Where requests are dense a small circle holds a page of them, and little is looked at.
    for reach in (within_m / 8, within_m / 4, within_m / 2, within_m):
        if reach > beyond and len(found) <= size:
            box = Box.around(longitude, latitude, metres=reach * 1.01)
            values = {
                **_values(box, selection, centre=(longitude, latitude)),
                "reach": reach,
                "beyond": beyond,
                "last": last,
                "limit": size + 1,
            }
            found = _fetch(_NEAREST.format(rows=_rows(selection)), values)
    shown = found[:size]
    more = len(found) > size
    return Points(shown, paging.encode((shown[-1].metres, shown[-1].request_id)) if more else "")


def _rows(selection: Selection) -> str:
    return _COLUMNS + (_OPEN if selection.open_only else _RECEIVED)


def _values(box: Box, selection: Selection, *, centre: tuple[float, float]) -> dict[str, Any]:
    return {
        "x": centre[0],
        "y": centre[1],
        "cells": cells.covering(box, cells.RESOLUTION),
        "services": allowed(selection),
        "since": selection.since,
        "until": selection.until,
        "west": box.west,
        "south": box.south,
        "east": box.east,
        "north": box.north,
    }


def _fetch(statement: str, values: dict[str, Any]) -> list[Point]:
    return [
        Point(
            request_id=row[0],
            service_id=row[1],
            status=Status(row[2]),
            requested_at=row[3],
            report_count=row[4],
            place=hide_in_place(row[5]),
            longitude=row[6],
            latitude=row[7],
            metres=row[8],
        )
        for row in _run(statement, values)
    ]


# What was folded, and what has changed since: one statement sees both as they fit together.
# All services together are kept as service 0; what must not be seen is taken off again.
_COUNTED = """
SELECT cell, sum(count)::bigint FROM (
    SELECT cell, CASE WHEN service_id = ANY(%(minus)s) THEN -count ELSE count END AS count
    FROM service_requests_cellcount
    WHERE resolution = %(resolution)s AND service_id = ANY(%(asked)s)
      AND period BETWEEN %(first)s AND %(last)s {these}
    UNION ALL
    SELECT citycall_h3_parent(cell, %(resolution)s),
           CASE WHEN %(open_only)s THEN open ELSE received END
    FROM service_requests_cellchange
    WHERE service_id = ANY(%(services)s)
      AND (%(since)s::timestamptz IS NULL OR requested_at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR requested_at < %(until)s)
) AS counted
GROUP BY cell HAVING sum(count) > 0
"""
_SOME = _COUNTED.format(these="AND cell = ANY(%(cells)s)")
_EVERYWHERE = _COUNTED.format(these="")
_FINEST = """
SELECT h3_cell, count(*) FROM service_requests_servicerequest
WHERE h3_cell = ANY(%(cells)s) AND service_id = ANY(%(services)s)
"""


def extent(selection: Selection) -> Box | None:
    """A box that holds all selected requests, a little larger than needed; none for no request."""
    corners = [
        corner for h in _kept(_WORLD, _COARSEST, selection) for corner in cells.outline(h.cell)
    ]
    if not corners:
        return None
    longitudes, latitudes = zip(*corners, strict=True)
    return Box(
        west=min(longitudes), south=min(latitudes), east=max(longitudes), north=max(latitudes)
    )


def shown(request_id: int) -> PublicRequest:
    """What everyone may know of a request on the map; of a merged one, what it was merged into.

    Nobody can answer in a reporter's name from here, as they can who know a number; raises
    ``NotFound`` for what is not on the map.
    """
    missing = NotFound(_("There is no such request on the map."))
    found = ServiceRequest.objects.filter(pk=queries.root_id(request_id)).first()
    if found is None or found.h3_cell is None:
        raise missing
    told = public.by_number(found.number, by=resident())
    if told.entry is None or told.entry.spec.privacy is not Privacy.PUBLIC:
        raise missing
    return replace(told, answered_by=None)


def resolution_for(box: Box, zoom: float) -> int:
    """The resolution of the hexagons for a map at ``zoom``: coarser where they would be many."""
    chosen = next((r for below, r in _RESOLUTION_BELOW_ZOOM if zoom < below), cells.RESOLUTION)
    while chosen > _COARSEST and not _is_coverable(box, chosen):
        chosen -= 1
    return chosen


def _is_coverable(box: Box, resolution: int) -> bool:
    return cells.count_in(box, resolution) <= _MOST_HEXAGONS


def hexagons(box: Box, zoom: float, selection: Selection) -> Sequence[Hexagon]:
    """How many of the selected requests each hexagon that touches a box holds, largest first.

    Exact: what has been folded and what has not are counted together. A request counts in the
    parent of its finest cell, which near an edge may be the neighbour of the one it lies in.
    """
    wanted = resolution_for(box, zoom)
    found = _kept(box, min(wanted, cells.COUNTED[-1]), selection)
    if wanted == cells.RESOLUTION and sum(h.count for h in found) <= _MOST_COUNTED_SINGLY:
        found = _counted_singly(box, selection)
    return sorted(found, key=lambda h: (-h.count, h.cell))


def _kept(box: Box, resolution: int, selection: Selection) -> list[Hexagon]:
    """The counts that are kept, with what has not been folded into them yet."""
    covering = set(cells.covering(box, resolution)) if _is_coverable(box, resolution) else None
    values = {
        **_counting(selection),
        "resolution": resolution,
        "cells": sorted(covering or ()),
    }
    rows = _run(_EVERYWHERE if covering is None else _SOME, values)
    return [Hexagon(cell, count) for cell, count in rows if covering is None or cell in covering]


def _counted_singly(box: Box, selection: Selection) -> list[Hexagon]:
    statement = _FINEST + (_OPEN if selection.open_only else _RECEIVED) + "GROUP BY h3_cell"
    values = {**_counting(selection), "cells": cells.covering(box, cells.RESOLUTION)}
    return [Hexagon(cell, count) for cell, count in _run(statement, values)]


def _run(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _counting(selection: Selection) -> dict[str, Any]:
    services = allowed(selection)
    if selection.services is None:
        minus = [entry.id for entry in hidden_services()]
        asked = [cell_counts.ALL_SERVICES, *minus]
    else:
        minus, asked = [], services
    return {
        "services": services,
        "asked": asked,
        "minus": minus,
        "open_only": selection.open_only,
        "since": selection.since,
        "until": selection.until,
        "first": selection.periods[0],
        "last": selection.periods[1],
    }
