"""Whether numbers can be a city's degrees (WGS 84), and what went wrong where they cannot."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from math import asin, cos, hypot, isfinite, radians, sin, sqrt

from django.utils.translation import gettext as _

Point = tuple[float, float]
Bounds = tuple[float, float, float, float]

EARTH_RADIUS_M = 6_371_008.8
METRES_PER_DEGREE = 111_195.0
# No town lies beyond these; a latitude out there is a longitude in the wrong place.
SOUTHERNMOST, NORTHERNMOST = -60.0, 82.0
# A city lies within this of where its time zone, or what is already loaded of it, is.
NEAR_M = 3_000_000.0


def distance_m(a: Point, b: Point) -> float:
    """Great-circle metres between two (longitude, latitude) points, on the mean sphere."""
    (a_lon, a_lat), (b_lon, b_lat) = a, b
    half_lat = sin(radians(b_lat - a_lat) / 2)
    half_lon = sin(radians(b_lon - a_lon) / 2)
    chord = half_lat**2 + cos(radians(a_lat)) * cos(radians(b_lat)) * half_lon**2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


def fault_of(bounds: Bounds, *, near: Point | None = None) -> str | None:
    """A sentence on why these cannot be a city's degrees, or none where they can.

    ``bounds`` are least and greatest longitude and latitude (west, south, east, north) as they
    were given; ``near`` is a (longitude, latitude) known to lie roughly where the city does.
    """
    west, south, east, north = bounds
    if not all(isfinite(value) for value in bounds):
        return _("A coordinate is not a finite number.")
    if _on_earth(bounds) and not _is_swapped(bounds, near):
        if east - west > 180:
            return _("The shape crosses the 180° meridian; split it there, please.")
        return None
    if _habitable((south, west, north, east)):
        return _(
            "Longitude and latitude are swapped: the first pair begins with %(first)s, "
            "which should be the longitude."
        ) % {"first": f"{west:.5f}"}
    if _on_earth(bounds):
        return _("The place lies at latitude %(south)s, where no city is.") % {
            "south": f"{south:.5f}"
        }
    return _(
        "The coordinates are not degrees of longitude and latitude: %(pair)s%(hint)s. "
        "Save the data in WGS 84 (EPSG:4326) and try again."
    ) % {"pair": f"({west:,.0f}, {south:,.0f})", "hint": _projection_hint(bounds)}


def _on_earth(bounds: Bounds) -> bool:
    west, south, east, north = bounds
    return west >= -180 and east <= 180 and south >= -90 and north <= 90


def _habitable(bounds: Bounds) -> bool:
    return _on_earth(bounds) and bounds[1] >= SOUTHERNMOST and bounds[3] <= NORTHERNMOST


def _is_swapped(bounds: Bounds, near: Point | None) -> bool:
    west, south, east, north = bounds
    if not _habitable(bounds):
        return True
    if near is None or not _habitable((south, west, north, east)):
        return False
    middle = ((west + east) / 2, (south + north) / 2)
    as_given, turned = distance_m(middle, near), distance_m((middle[1], middle[0]), near)
    return as_given > NEAR_M >= turned and as_given > 2 * turned


def _projection_hint(bounds: Bounds) -> str:
    size = max(abs(value) for value in bounds)
    if size > 20_037_509:
        return ""
    reach = hypot(bounds[0], bounds[1])
    if reach > 5_000_000:
        return _(", which look like metres of Web Mercator (EPSG:3857)")
    return _(", which look like metres or feet of a map projection")


@cache
def place_of_zone(zone: str) -> Point | None:
    """The (longitude, latitude) that the time zone database gives for a zone, if it has one."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((_iso6709(row[1]) for row in rows if row[2] == zone), None)


def _iso6709(text: str) -> Point:
    split = max(text.rfind("+"), text.rfind("-"))
    return _degrees(text[split:], whole=3), _degrees(text[:split], whole=2)


def _degrees(text: str, *, whole: int) -> float:
    sign, digits = (-1 if text[0] == "-" else 1), text[1:]
    parts: Iterable[str] = (digits[:whole], digits[whole : whole + 2], digits[whole + 2 :] or "0")
    degrees, minutes, seconds = (int(part) for part in parts)
    return sign * (degrees + minutes / 60 + seconds / 3600)
