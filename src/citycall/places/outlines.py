"""A GeoJSON geometry, as it was written, to a shape that Shapely can check."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from shapely import GeometryCollection, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

Ring = NDArray[np.float64]
MAX_DEPTH = 8


class BadOutline(Exception):
    """The geometry cannot be drawn; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A shape, perhaps not yet valid, with what had to be put right to draw it."""

    shape: BaseGeometry
    repairs: tuple[str, ...]


def draw(geometry: Any) -> Outline:
    """The shape of a Polygon, MultiPolygon, or collection that holds one.

    Open rings are closed and rings without an inside left out. Raises ``BadOutline``.
    """
    repairs: list[str] = []
    polygons = [polygon for polygon in _polygons(geometry, repairs, depth=0) if polygon]
    if not polygons:
        raise BadOutline(_("Its outline has fewer than three different corners."))
    if geometry["type"] == "GeometryCollection":
        shape: BaseGeometry = GeometryCollection(polygons)
    else:
        shape = polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
    return Outline(shape, tuple(dict.fromkeys(repairs)))


def _polygons(geometry: Any, repairs: list[str], *, depth: int) -> Iterator[Polygon | None]:
    if geometry is None:
        raise BadOutline(_("It has no geometry."))
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection" and depth < MAX_DEPTH:
        parts = _list(geometry.get("geometries"))
        areas = [part for part in parts if _is_area(part)]
        if not areas:
            raise BadOutline(_("Its collection holds no polygon."))
        for part in areas:
            yield from _polygons(part, repairs, depth=depth + 1)
    elif kind == "Polygon":
        yield _polygon(geometry.get("coordinates"), repairs)
    elif kind == "MultiPolygon":
        for rings in _list(geometry.get("coordinates")):
            yield _polygon(rings, repairs)
    else:
        raise BadOutline(
            _("It is a %(kind)s; an area needs a Polygon or MultiPolygon.")
            % {"kind": str(kind)[:40]}
        )


def _is_area(part: Any) -> bool:
    kinds = {"Polygon", "MultiPolygon", "GeometryCollection"}
    return isinstance(part, dict) and part.get("type") in kinds


def _polygon(rings: Any, repairs: list[str]) -> Polygon | None:
    drawn = [_ring(ring, repairs) for ring in _list(rings)]
    if not drawn or drawn[0] is None:
        if len(drawn) > 1:
            raise BadOutline(_("Its outline has fewer than three different corners."))
        if drawn:
            repairs.append(_("A part without an inside was left out."))
        return None
    holes = [ring for ring in drawn[1:] if ring is not None]
    if len(holes) < len(drawn) - 1:
        repairs.append(_("A hole without an inside was left out."))
    return Polygon(drawn[0], holes)


def _ring(ring: Any, repairs: list[str]) -> Ring | None:
    """The ring's corners (n, 2), closed; none where fewer than three differ."""
    corners = _corners(_list(ring), repairs)
    if len(corners) and not np.array_equal(corners[0], corners[-1]):
        corners = np.vstack([corners, corners[:1]])
        repairs.append(_("An open outline was closed."))
    return corners if len(np.unique(corners, axis=0)) >= 3 else None


def _corners(ring: list[Any], repairs: list[str]) -> Ring:
    if not ring:
        return np.empty((0, 2))
    flat = [corner[:2] if isinstance(corner, list) else corner for corner in ring]
    try:
        corners = np.array(flat)
    except ValueError:
        raise BadOutline(_("Its coordinates are not pairs of numbers.")) from None
    if corners.dtype.kind not in "iuf" or corners.ndim != 2 or corners.shape[1] < 2:
        raise BadOutline(_("Its coordinates are not pairs of numbers."))
    corners = corners.astype(float)
    if not np.isfinite(corners).all():
        raise BadOutline(_("A coordinate is not a finite number."))
    if any(len(corner) > 2 for corner in ring):
        repairs.append(_("Heights were left out."))
    return corners


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadOutline(_("Its coordinates are not a list."))
    return value
