"""The ground of a small drawn map: degrees become points of a drawing, north up. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

Point = tuple[float, float]
_METRES_PER_DEGREE: Final = 111_320.0


@dataclass(frozen=True, slots=True)
class Ground:
    """A drawing of ``width`` by ``height`` points, ``edge`` of which are left free all around.

    ``flat`` is how much narrower a degree of longitude is than one of latitude; ``scale`` how
    many points a degree of latitude is long.
    """

    west: float
    north: float
    flat: float
    scale: float
    width: float
    height: float
    edge: float

    @classmethod
    def under(
        cls, points: Iterable[Point], *, width: float, most_height: float, edge: float = 8.0
    ) -> Self | None:
        """The ground that holds all these (longitude, latitude); none where there are none."""
        told = list(points)
        if not told:
            return None
        west, east = min(p[0] for p in told), max(p[0] for p in told)
        south, north = min(p[1] for p in told), max(p[1] for p in told)
        flat = math.cos(math.radians((south + north) / 2))
        across, up = max((east - west) * flat, 1e-6), max(north - south, 1e-6)
        scale = min((width - 2 * edge) / across, (most_height - 2 * edge) / up)
        return cls(
            west=west,
            north=north,
            flat=flat,
            scale=scale,
            width=round(across * scale + 2 * edge),
            height=round(up * scale + 2 * edge),
            edge=edge,
        )

    def at(self, longitude: float, latitude: float) -> Point:
        """Where a point lies on the drawing."""
        return (
            round(self.edge + (longitude - self.west) * self.flat * self.scale, 1),
            round(self.edge + (self.north - latitude) * self.scale, 1),
        )

    def long(self, metres: float) -> float:
        """How long so many metres are on the drawing."""
        return degrees_of(metres) * self.scale


def degrees_of(metres: float) -> float:
    """So many metres as degrees of latitude."""
    return metres / _METRES_PER_DEGREE
