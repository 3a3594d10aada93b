"""The city's ground: a plane in metres around it, and what lies too far away to be meant."""

from dataclasses import dataclass
from functools import cached_property
from math import cos, isfinite, radians
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from citycall.places import coordinates
from citycall.places.coordinates import METRES_PER_DEGREE, Bounds, Point

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ground:
    """Where the city lies: its box in degrees if it is known, else a point roughly there.

    ``reach_km`` is how far beyond its box something may lie and still be the city's concern (an
    airport, the end of a line).
    """

    near: Point | None
    box: Bounds | None
    reach_km: float

    @cached_property
    def _origin(self) -> Point:
        if self.box:
            return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2
        return self.near or (0.0, 0.0)

    @cached_property
    def _scale(self) -> Floats:
        return np.array([cos(radians(self._origin[1])), 1.0]) * METRES_PER_DEGREE

    def metres(self, shapes: Any) -> Any:
        """Shapes in degrees as shapes in metres, good to a thousandth within a city."""
        return shapely.transform(shapes, lambda xy: (xy - self._origin) * self._scale)

    def to_metres(self, degrees: Any) -> Floats:
        """Longitude and latitude (n, 2) as metres east and north."""
        return (np.asarray(degrees, dtype=float) - self._origin) * self._scale

    def to_degrees(self, metres: Any) -> Floats:
        """Metres east and north (n, 2) as longitude and latitude, to a tenth of a metre."""
        return np.round(np.asarray(metres, dtype=float) / self._scale + self._origin, 6)

    def fault_of(self, shape: BaseGeometry) -> str:
        """Why a shape cannot be the city's, or nothing."""
        bounds: Bounds = shape.bounds
        fault = coordinates.fault_of(bounds, near=self.near)
        if fault or self.box is None:
            return fault or ""
        away = self._km_away(bounds)
        if away <= self.reach_km:
            return ""
        return _("It lies more than %(km)s km outside the city.") % {"km": f"{self.reach_km:g}"}

    def _km_away(self, bounds: Bounds) -> float:
        assert self.box is not None
        west, south, east, north = self.box
        x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        if not (isfinite(x) and isfinite(y)):
            return float("inf")
        beyond = max(west - x, x - east, 0.0), max(south - y, y - north, 0.0)
        return float(np.hypot(*(np.array(beyond) * self._scale))) / 1000


def radius_m(shape: BaseGeometry, point: Point) -> float:
    """How far the farthest corner of a shape is from a point, in whole metres."""
    ground = Ground(near=point, box=None, reach_km=0)
    corners = ground.to_metres(shapely.get_coordinates(shape))
    return float(np.ceil(np.hypot(corners[:, 0], corners[:, 1]).max()))
