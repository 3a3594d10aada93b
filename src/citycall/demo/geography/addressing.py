"""From house numbers to positions and back, along the city's street segments."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, Point

from .model import City, Floats, Segment
from .plane import to_degrees, to_metres

SETBACK_M = 11.0  # from the middle of the street to the front of a house


class UnknownAddressError(LookupError):
    """The city has no such street, or no such number on it."""


def address_point(city: City, number: int, street: str) -> Point:
    """The position of a house number, in degrees, interpolated along its block.

    `street` is the full name with its direction, in any case. Raises UnknownAddressError.
    """
    segments = city.segments_of.get(" ".join(street.split()).casefold())
    if segments is None:
        raise UnknownAddressError(f"{city.name} has no street named {street}.")
    for segment in segments:
        left = _side(segment, number)
        if left is not None:
            line = shapely.transform(segment.geometry, to_metres)
            share = np.array([share_along(segment, number, left=left)])
            x, y = beside(np.array([line]), share, np.array([left]))[0]
            lon, lat = to_degrees(np.array([[x, y]]))[0]
            return Point(float(lon), float(lat))
    raise UnknownAddressError(f"{street} has no number {number}.")


def numbers_of(segment: Segment, *, left: bool) -> range:
    """The house numbers on one side of a segment."""
    if left:
        return range(segment.left_from, segment.left_to + 1, 2)
    return range(segment.right_from, segment.right_to + 1, 2)


def share_along(segment: Segment, number: int, *, left: bool) -> float:
    """How far along the segment a number stands, between 0 and 1, never at a corner."""
    numbers = numbers_of(segment, left=left)
    return (number - numbers.start + 1) / (2 * len(numbers))


def beside(
    lines: np.ndarray, share: Floats, left: np.ndarray, setback: float = SETBACK_M
) -> Floats:
    """Positions (n, 2) in metres at a share of each line, set back to its left or right."""
    length = shapely.length(lines)
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines, share * length))
    low = np.maximum(share * length - 0.5, 0.0)
    high = np.minimum(share * length + 0.5, length)
    step = shapely.get_coordinates(
        shapely.line_interpolate_point(lines, high)
    ) - shapely.get_coordinates(shapely.line_interpolate_point(lines, low))
    step /= np.sqrt((step**2).sum(axis=1, keepdims=True))
    normal = np.column_stack((-step[:, 1], step[:, 0]))
    return np.asarray(at + normal * np.where(left, setback, -setback)[:, None], dtype=np.float64)


class Addresser:
    """Finds the address nearest to a position, never on an alley."""

    def __init__(self, segments: tuple[Segment, ...]) -> None:
        self._segments = [segment for segment in segments if segment.road_class != "alley"]
        self._lines = [shapely.transform(segment.geometry, to_metres) for segment in self._segments]
        self._tree = shapely.STRtree(self._lines)

    def near(self, xy: Floats) -> tuple[str, Floats]:
        """The address and its own position in metres, for one position in metres."""
        point = Point(float(xy[0]), float(xy[1]))
        index = int(self._tree.nearest(point))
        segment, line = self._segments[index], self._lines[index]
        share = line.project(point, normalized=True)
        left = _lies_left(line, point)
        numbers = numbers_of(segment, left=left)
        number = numbers[min(int(share * len(numbers)), len(numbers) - 1)]
        at = beside(
            np.array([line]), np.array([share_along(segment, number, left=left)]), np.array([left])
        )[0]
        return f"{number} {segment.street}", at

    def curb(self, xy: Floats) -> Floats:
        """The nearest position in the middle of a street, in metres."""
        point = Point(float(xy[0]), float(xy[1]))
        line = self._lines[int(self._tree.nearest(point))]
        x, y = line.interpolate(line.project(point)).coords[0]
        return np.array([x, y])


def _side(segment: Segment, number: int) -> bool | None:
    """True when the number is on the left, False on the right, None when not here."""
    if number in numbers_of(segment, left=True):
        return True
    return False if number in numbers_of(segment, left=False) else None


def _lies_left(line: LineString, point: Point) -> bool:
    """Whether the point lies to the left of the line's nearest stretch."""
    at = line.project(point)
    a, b = line.interpolate(max(0.0, at - 1.0)), line.interpolate(min(line.length, at + 1.0))
    cross = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
    return bool(cross > 0)
