"""What the city's own map shows: streets, parks, places and areas as GeoJSON, a feature a line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from citycall.core.errors import DomainError
from citycall.places.coordinates import METRES_PER_DEGREE, Bounds
from citycall.places.models import Area, AreaLayer, Block, Place
from citycall.places.tile_store import HIGHEST_ZOOM, LOWEST_ZOOM

AT_ONCE: Final = 2_000
# The longest streets by name, up to this part of all streets' length, are drawn as main streets:
# centreline files seldom say which are.
MAIN_PART: Final = 0.25
# How much of the neighbors is drawn around the city.
MARGIN_M: Final = 4_000.0
BIG_PARK_M2: Final = 60_000.0

STREET_ZOOM: Final = {"highway": 9, "ramp": 12, "tunnel": 12, "street": 12}
_MAIN_ZOOM, _SMALLEST_ZOOM = 10, 14
PLACE_ZOOM: Final = {
    "neighborhood": 12,
    "station": 12,
    "hospital": 12,
    "landmark": 13,
    "bridge": 13,
}
# Numbered things are told from each other only when close, and there are many of them.
ASSET_KINDS: Final = ("pole", "stop")
# Areas with a name; they are drawn as outlines, and named once.
NEIGHBORHOOD: Final = "neighborhood"


class BadFile(DomainError):
    """A file given for the map is not GeoJSON that can be drawn."""

    code = "bad_map_file"
    status = 422

    def __init__(self, path: Path, error: Exception) -> None:
        super().__init__(
            _("%(file)s is not a GeoJSON feature collection that can be drawn: %(reason)s")
            % {"file": path.name, "reason": str(error)[:200]}
        )


def lines(*, water: Path | None, buildings: Path | None) -> Iterator[str]:
    """All features of the map, each one line of GeoJSON with its layer and least zoom.

    ``water`` and ``buildings`` are GeoJSON feature collections in WGS 84, which no table holds.
    Raises ``BadFile``.
    """
    yield from _areas()
    yield from _outside_file(water, "water", LOWEST_ZOOM)
    yield from _streets()
    yield from _outside_file(buildings, "buildings", 13)
    yield from _places()


def city_bounds() -> Bounds | None:
    """West, south, east and north of the boundary, or of all streets; none where both lack."""
    shapes = [_shape(row) for row in Area.objects.filter(**_kind(AreaLayer.Kind.BOUNDARY))]
    if not shapes:
        shapes = [_shape(row) for row in Block.objects.iterator(AT_ONCE)]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def with_margin(bounds: Bounds) -> Bounds:
    """The bounds with as much of the neighbors as is drawn."""
    west, south, east, north = bounds
    up = MARGIN_M / METRES_PER_DEGREE
    aside = up / max(0.1, float(np.cos(np.radians((south + north) / 2))))
    return west - aside, south - up, east + aside, north + up


def _areas() -> Iterator[str]:
    for layer in AreaLayer.objects.order_by("pk"):
        rows = list(Area.objects.filter(layer=layer, retired=False).order_by("code"))
        if layer.kind == AreaLayer.Kind.PARTITION:
            yield from _partition(layer, rows)
            continue
        for row in rows:
            kind = "city" if layer.kind == AreaLayer.Kind.BOUNDARY else "neighbor"
            shape = _shape(row)
            yield _line("ground", shape, {"kind": kind, "name": row.name})
            yield _line("outlines", shape.boundary, {"kind": kind})
            if kind == "neighbor":
                yield _label(shape.representative_point(), kind, row.name, zoom=LOWEST_ZOOM)


def _partition(layer: AreaLayer, rows: list[Area]) -> Iterator[str]:
    """The borders of a layer's areas, each drawn once though two areas share it."""
    if not rows:
        return
    finest = layer.pk == _finest_partition()
    borders = shapely.union_all([_shape(row).boundary for row in rows])
    zoom = 12 if finest else 13
    told = {"kind": "partition", "layer": layer.code, "finest": finest}
    yield _line("outlines", shapely.line_merge(borders), told, zoom=zoom)
    if finest and not Place.objects.filter(kind=NEIGHBORHOOD).exists():
        for row in rows:
            yield _label(_shape(row).representative_point(), NEIGHBORHOOD, row.name, zoom=12)


def _finest_partition() -> int | None:
    """The layer with the most areas, whose names people know their surroundings by."""
    counts: dict[int, int] = {}
    rows = Area.objects.filter(**_kind(AreaLayer.Kind.PARTITION))
    for layer_id in rows.values_list("layer_id", flat=True):
        counts[layer_id] = counts.get(layer_id, 0) + 1
    return max(counts, key=lambda layer_id: counts[layer_id], default=None)


def _streets() -> Iterator[str]:
    main = _main_streets()
    rows = Block.objects.order_by("name", "road_class", "pk").iterator(AT_ONCE)
    for (name, road_class), blocks in groupby(rows, key=lambda row: (row.name, row.road_class)):
        is_main = name in main and road_class == Block.RoadClass.STREET
        zoom = _MAIN_ZOOM if is_main else STREET_ZOOM.get(road_class, _SMALLEST_ZOOM)
        joined = shapely.line_merge(shapely.union_all([_shape(row) for row in blocks]))
        told = {"class": "main" if is_main else road_class, "name": name}
        yield _line("streets", joined, told, zoom=zoom)


def _main_streets() -> frozenset[str]:
    lengths: dict[str, float] = {}
    for row in Block.objects.filter(road_class=Block.RoadClass.STREET).iterator(AT_ONCE):
        lengths[row.name] = lengths.get(row.name, 0.0) + _shape(row).length
    left = sum(lengths.values()) * MAIN_PART
    main = set()
    for name in sorted(lengths, key=lambda each: -lengths[each]):
        if left <= 0:
            break
        left -= lengths[name]
        main.add(name)
    return frozenset(main - {""})


def _places() -> Iterator[str]:
    for row in Place.objects.order_by("pk").iterator(AT_ONCE):
        point = shapely.Point(row.longitude, row.latitude)
        if row.kind in ASSET_KINDS:
            yield _line("assets", point, {"kind": row.kind, "name": row.name}, zoom=HIGHEST_ZOOM)
            continue
        zoom = PLACE_ZOOM.get(row.kind, HIGHEST_ZOOM)
        if row.shape and row.kind != NEIGHBORHOOD:
            shape = _shape(row)
            zoom = _ground_zoom(shape)
            told = {"kind": row.kind, "name": row.name}
            yield _line("grounds", shape, told, zoom=min(zoom, 13))
        yield _label(point, row.kind, row.name, zoom=zoom)


def _ground_zoom(shape: BaseGeometry) -> int:
    shrink = float(np.cos(np.radians(shape.bounds[1])))
    square_metres = shape.area * METRES_PER_DEGREE**2 * shrink
    return LOWEST_ZOOM if square_metres >= BIG_PARK_M2 else HIGHEST_ZOOM


def _outside_file(path: Path | None, layer: str, zoom: int) -> Iterator[str]:
    if path is None:
        return
    try:
        for feature in json.loads(path.read_bytes())["features"]:
            if feature.get("geometry"):
                name = str((feature.get("properties") or {}).get("name") or "")
                shape = shapely.from_geojson(json.dumps(feature["geometry"]))
                yield _line(layer, shape, {"name": name}, zoom=zoom)
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.GEOSException) as error:
        raise BadFile(path, error) from error


def _label(point: BaseGeometry, kind: str, name: str, *, zoom: int) -> str:
    return _line("labels", point, {"kind": kind, "name": name}, zoom=zoom)


def _line(
    layer: str, shape: BaseGeometry, told: Mapping[str, Any], *, zoom: int = LOWEST_ZOOM
) -> str:
    head = {"type": "Feature", "tippecanoe": {"layer": layer, "minzoom": zoom}}
    known = {name: value for name, value in told.items() if value not in ("", None)}
    text = json.dumps({**head, "properties": known}, ensure_ascii=False)
    return f'{text[:-1]}, "geometry": {shapely.to_geojson(shape)}}}\n'


def _shape(row: Area | Block | Place) -> BaseGeometry:
    return shapely.from_wkb(bytes(row.shape or b""))


def _kind(kind: AreaLayer.Kind) -> dict[str, Any]:
    return {"layer__kind": kind, "retired": False}


def count(texts: Iterable[str], counted: dict[str, int]) -> Iterator[str]:
    """Pass the lines on and count them in ``counted["features"]``."""
    for text in texts:
        counted["features"] = counted.get("features", 0) + 1
        yield text
