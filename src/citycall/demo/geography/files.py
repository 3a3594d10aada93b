"""The city as GeoJSON files, the same bytes for the same seed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely import Point
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from .model import City, Feature, Landmark, Park, Pole, Segment, Stop

Row = dict[str, Any]


def write_geojson(city: City, folder: Path | str) -> list[Path]:
    """Write one file for each layer into `folder` (made if missing); returns their paths.

    All are EPSG:4326 feature collections whose features have `code` and `name`.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    return [_write(target / f"{name}.geojson", name, rows) for name, rows in _files(city)]


def _files(city: City) -> Iterator[tuple[str, Iterable[Row]]]:
    yield "boundary", [_row("city", city.name, city.boundary, state=city.state)]
    yield "water", [_row("water", "Water", city.water)]
    for layer in city.layers.values():
        yield (
            layer.code,
            [_row(area.code, area.name, area.polygon, **area.properties) for area in layer.areas],
        )
    yield "streets", map(_street, city.streets)
    yield (
        "intersections",
        [_row(i.code, i.name, i.point, streets=list(i.streets)) for i in city.intersections],
    )
    yield (
        "parks",
        [
            _row(
                p.code,
                p.name,
                p.polygon,
                aliases=list(p.aliases),
                address=p.address,
                area_m2=p.area_m2,
            )
            for p in city.parks
        ],
    )
    yield "places", _places(city)


def _street(segment: Segment) -> Row:
    return _row(
        segment.code,
        segment.street,
        segment.geometry,
        road_class=segment.road_class,
        left_from=segment.left_from,
        left_to=segment.left_to,
        right_from=segment.right_from,
        right_to=segment.right_to,
        zip_left=segment.zip_left,
        zip_right=segment.zip_right,
        from_node=segment.from_node,
        to_node=segment.to_node,
        length_m=segment.length_m,
    )


def _places(city: City) -> Iterator[Row]:
    """Every named place of the gazetteer, with its other names and what it is part of."""
    yield from map(_park, city.parks)
    yield from map(_feature, city.features)
    yield from map(_landmark, city.landmarks)
    yield from map(_stop, city.stops)
    yield from map(_pole, city.poles)


def _park(park: Park) -> Row:
    return _place(park, park.polygon, "park", "park", aliases=park.aliases, address=park.address)


def _feature(part: Feature) -> Row:
    return _place(
        part, part.geometry, "park_feature", part.kind, aliases=part.aliases, parent=part.parent
    )


def _landmark(mark: Landmark) -> Row:
    more = {"aliases": mark.aliases, "address": mark.address}
    return _place(mark, mark.point, mark.kind, mark.subtype, **more)


def _stop(stop: Stop) -> Row:
    more = {"aliases": (f"stop {stop.code}",), "lines": stop.lines}
    return _place(stop, stop.point, stop.kind, stop.kind, **more)


def _pole(pole: Pole) -> Row:
    more = {"kind": "pole", "subtype": "street_light", "aliases": (), "parent": None}
    middle = {"lon": pole.point.x, "lat": pole.point.y}
    return _row(pole.code, pole.code, pole.point, **more, location=pole.location, **middle)


def _place(
    place: Park | Feature | Landmark | Stop,
    geometry: BaseGeometry,
    kind: str,
    subtype: str,
    **more: Any,
) -> Row:
    middle = geometry if isinstance(geometry, Point) else geometry.representative_point()
    row = {"kind": kind, "subtype": subtype, "aliases": (), "parent": None, **more}
    position = {"lon": round(middle.x, 6), "lat": round(middle.y, 6)}
    return _row(place.code, place.name, geometry, **row, **position)


def _row(code: str, name: str, geometry: BaseGeometry, **properties: Any) -> Row:
    """One feature; rings run as RFC 7946 asks, the outer one counterclockwise."""
    return {
        "type": "Feature",
        "geometry": mapping(shapely.orient_polygons(geometry)),
        "properties": {"code": code, "name": name, **properties},
    }


def _write(path: Path, name: str, rows: Iterable[Row]) -> Path:
    """One feature a line, so that a change in a layer reads well in a diff."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    path.write_bytes(
        f'{{"type":"FeatureCollection","name":"{name}","features":[\n{lines}\n]}}\n'.encode()
    )
    return path
