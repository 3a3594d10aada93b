"""The hexagons of H3: which one holds a point, which ones cover a box, and what they look like.

A cell is H3's own 64-bit number, as PostgreSQL's ``bigint`` holds it. Cells nest by their digits:
the parent of a cell is found by arithmetic, in the database by ``citycall_h3_parent``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import h3.api.basic_int as h3
import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from citycall.core.errors import DomainError

# Cells about 130 metres across: the finest that anybody counts by. Each request has its own.
RESOLUTION: Final = 10
# Those that counts are kept for; about 350 metres to 17 kilometres across.
COUNTED: Final = (5, 6, 7, 8, 9)
METRES_A_DEGREE: Final = 111_195.0
# Edges of a box are drawn straight, those of cells on the globe: a little more is safe.
_MARGIN_M: Final = 5.0
_STEEPEST: Final = 85.0


class BadBox(DomainError):
    """The part of the map that was asked for cannot be one."""

    code = "bad_box"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of the map in degrees; it does not cross the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (-180 <= self.west < self.east <= 180 and -90 <= self.south < self.north <= 90):
            raise BadBox(_("This part of the map does not exist. Please move the map."))

    @classmethod
    def around(cls, longitude: float, latitude: float, *, metres: float) -> "Box":
        """The box that holds everything within ``metres`` of a point."""
        up = metres / METRES_A_DEGREE
        aside = up / math.cos(math.radians(min(abs(latitude), _STEEPEST)))
        return cls(
            west=max(longitude - aside, -180.0),
            south=max(latitude - up, -90.0),
            east=min(longitude + aside, 180.0),
            north=min(latitude + up, 90.0),
        )

    @property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    @property
    def square_km(self) -> float:
        """About how large it is."""
        _x, latitude = self.middle
        wide = (self.east - self.west) * math.cos(math.radians(latitude))
        return wide * (self.north - self.south) * (METRES_A_DEGREE / 1000) ** 2

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a point lies in it."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north

    def wider(self, *, metres: float) -> "Box":
        """The box with so many metres more on each side."""
        up = metres / METRES_A_DEGREE
        aside = up / math.cos(math.radians(min(max(abs(self.south), abs(self.north)), _STEEPEST)))
        return Box(
            west=max(self.west - aside, -180.0),
            south=max(self.south - up, -90.0),
            east=min(self.east + aside, 180.0),
            north=min(self.north + up, 90.0),
        )


def cell_of(longitude: float, latitude: float) -> int:
    """The cell of ``RESOLUTION`` that holds a point."""
    return int(h3.latlng_to_cell(latitude, longitude, RESOLUTION))


def cells_of(longitudes: NDArray[np.float64], latitudes: NDArray[np.float64]) -> NDArray[np.int64]:
    """The cells of many points, half a microsecond each."""
    count = len(longitudes)
    found = map(h3.latlng_to_cell, latitudes.tolist(), longitudes.tolist(), [RESOLUTION] * count)
    return np.fromiter(found, dtype=np.int64, count=count)


def cell_column(longitude: Any, latitude: Any) -> Any:
    """The cells of two Arrow columns of degrees, null where either is; scalars give a scalar."""
    if isinstance(longitude, pa.Scalar) or isinstance(latitude, pa.Scalar):
        return pa.scalar(None, type=pa.int64())
    placed = longitude.is_valid().to_numpy(zero_copy_only=False) & latitude.is_valid().to_numpy(
        zero_copy_only=False
    )
    cells = np.zeros(len(placed), dtype=np.int64)
    cells[placed] = cells_of(
        longitude.to_numpy(zero_copy_only=False)[placed],
        latitude.to_numpy(zero_copy_only=False)[placed],
    )
    return pa.array(cells, mask=~placed)


def count_in(box: Box, resolution: int) -> float:
    """About how many cells of a resolution cover a box, without making them."""
    return box.square_km / float(h3.average_hexagon_area(resolution, unit="km^2"))


def covering(box: Box, resolution: int) -> list[int]:
    """The cells of a resolution that touch a box."""
    wide = box.wider(metres=_MARGIN_M)
    corners = [
        (wide.south, wide.west),
        (wide.south, wide.east),
        (wide.north, wide.east),
        (wide.north, wide.west),
    ]
    shape = h3.LatLngPoly(corners)
    return [
        int(cell) for cell in h3.polygon_to_cells_experimental(shape, resolution, contain="overlap")
    ]


def middle(cell: int) -> tuple[float, float]:
    """Longitude and latitude of a cell's middle."""
    latitude, longitude = h3.cell_to_latlng(cell)
    return longitude, latitude


def outline(cell: int) -> Sequence[tuple[float, float]]:
    """The corners of a cell as longitude and latitude, closed, counter-clockwise."""
    corners = [(longitude, latitude) for latitude, longitude in h3.cell_to_boundary(cell)]
    return [*corners, corners[0]]


def resolution_of(cell: int) -> int:
    """The resolution of a cell."""
    return int(h3.get_resolution(cell))
