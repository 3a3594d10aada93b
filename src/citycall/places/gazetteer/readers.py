"""A layer's file as rows: each with its properties and its shape, or what is wrong with it."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely
from django.utils.translation import gettext as _
from pyarrow import parquet
from shapely import Point
from shapely.geometry import shape as shape_of
from shapely.geometry.base import BaseGeometry

from citycall.places import columns
from citycall.places.gazetteer.manifest import Format, Layer, Manifest
from citycall.places.gazetteer.wordings import Properties, references

# Larger than any city's own layer, and small enough for the memory of a small machine.
LARGEST_BYTES = 1_000_000_000
LONGEST_CELL = 10_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a layer, its number counted from 1; ``fault`` says why it has no shape."""

    number: int
    properties: Properties
    shape: BaseGeometry | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The rows that count, and how many the manifest left out."""

    rows: Sequence[Row]
    left_out: int


class _Unreadable(Exception):
    """The file is not of its format; the sentence says why."""


def read_rows(manifest: Manifest, code: str, layer: Layer) -> ReadRows:
    """All rows of a layer's file that its ``only`` and ``without`` let count.

    Raises ``BadManifest`` where the file cannot be read or lacks a property that the manifest
    names.
    """
    path = manifest.path_of(layer)
    try:
        known, rows = _read(path, layer)
    except _Unreadable as error:
        raise manifest.blame(code, "file", str(error)) from None
    for name in layer.properties():
        if rows and name not in known:
            sentence = _("%(file)s has no property “%(name)s”; there are: %(known)s.")
            names = ", ".join(list(known)[:40]) or _("none")
            values = {"file": path.name, "name": name, "known": names}
            raise manifest.blame(code, _field_of(layer, name), sentence % values)
    counted = [row for row in rows if counts(layer, row.properties)]
    return ReadRows(counted, len(rows) - len(counted))


def counts(layer: Layer, row: Properties) -> bool:
    """Whether the layer's ``only`` and ``without`` let a row count."""
    return all(_is_one_of(row, name, values) for name, values in layer.only.items()) and not any(
        _is_one_of(row, name, values) for name, values in layer.without.items()
    )


def _is_one_of(row: Properties, name: str, values: Iterable[str]) -> bool:
    value = columns.as_text(row.get(name)).casefold()
    return any(value == columns.as_text(other).casefold() for other in values)


def _field_of(layer: Layer, name: str) -> str:
    """The manifest's field that names a property."""
    for field, value in layer.model_dump(by_alias=True, exclude={"file", "holds"}).items():
        if any(name in references(text) for text in _texts(value)):
            return str(field)
    return ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _read(path: Path, layer: Layer) -> tuple[Sequence[str], list[Row]]:
    if path.stat().st_size > LARGEST_BYTES:
        raise _Unreadable(_("%(file)s is too large.") % {"file": path.name})
    readers = {Format.GEOJSON: _geojson, Format.PARQUET: _parquet, Format.CSV: _csv}
    written = layer.written
    assert written is not None, "the manifest has checked it"
    return readers[written](path, layer)


def _geojson(path: Path, _layer: Layer) -> tuple[Sequence[str], list[Row]]:
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
        features = document["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        features = None
    if not isinstance(features, list):
        raise _Unreadable(_("%(file)s is not a GeoJSON FeatureCollection.") % {"file": path.name})
    rows = [_feature(number, feature) for number, feature in enumerate(features, start=1)]
    known = dict.fromkeys(name for row in rows for name in row.properties)
    return list(known), rows


def _feature(number: int, feature: Any) -> Row:
    if not isinstance(feature, dict):
        return Row(number, {}, None, _("It is not a GeoJSON feature."))
    own = feature.get("properties")
    properties = {"id": feature["id"]} if "id" in feature else {}
    properties.update(own if isinstance(own, dict) else {})
    geometry = feature.get("geometry")
    if not geometry:
        return Row(number, properties, None, _no_shape())
    try:
        return _checked(number, properties, shape_of(geometry))
    except (shapely.GEOSException, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return Row(number, properties, None, _("Its geometry cannot be read."))


def _parquet(path: Path, layer: Layer) -> tuple[Sequence[str], list[Row]]:
    try:
        known = parquet.read_schema(path).names
        where = [layer.geometry] if layer.geometry else [layer.longitude, layer.latitude]
        wanted = [name for name in (*layer.properties(), *where) if name in known]
        table = parquet.read_table(path, columns=list(dict.fromkeys(wanted)))
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0]
        sentence = _("%(file)s cannot be read as Parquet: %(why)s")
        raise _Unreadable(sentence % {"file": path.name, "why": first}) from None
    for name in where:
        if name not in known:
            sentence = _("%(file)s has no column “%(name)s”.")
            raise _Unreadable(sentence % {"file": path.name, "name": name})
    rows = table.drop_columns(where).to_pylist() if table.num_columns > len(where) else []
    rows = rows or [{} for _row in range(table.num_rows)]
    if layer.geometry:
        shapes = _from_wkb(table[layer.geometry].to_pylist())
        return known, [
            _checked(number, row, one)
            for number, (row, one) in enumerate(zip(rows, shapes, strict=True), start=1)
        ]
    pairs = zip(table[where[0]].to_pylist(), table[where[1]].to_pylist(), strict=True)
    return known, [
        _pointed(number, row, pair)
        for number, (row, pair) in enumerate(zip(rows, pairs, strict=True), start=1)
    ]


def _from_wkb(values: Sequence[Any]) -> Sequence[BaseGeometry | None]:
    if not all(value is None or isinstance(value, bytes) for value in values):
        raise _Unreadable(_("The geometry column does not hold WKB."))
    found: Sequence[BaseGeometry | None] = shapely.from_wkb(values, on_invalid="ignore").tolist()
    return found


def _csv(path: Path, layer: Layer) -> tuple[Sequence[str], list[Row]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _csv_rows(path, csv.reader(file), layer)
    except (UnicodeDecodeError, csv.Error) as error:
        sentence = _("%(file)s cannot be read as CSV in UTF-8: %(why)s")
        raise _Unreadable(sentence % {"file": path.name, "why": error}) from None


def _csv_rows(
    path: Path, lines: Iterator[list[str]], layer: Layer
) -> tuple[Sequence[str], list[Row]]:
    header = next(lines, [])
    for name in (layer.longitude, layer.latitude):
        if name not in header:
            sentence = _("%(file)s has no column “%(name)s”.")
            raise _Unreadable(sentence % {"file": path.name, "name": name})
    rows = []
    for number, cells in enumerate((line for line in lines if line), start=1):
        properties = dict(zip(header, cells, strict=False))
        if len(cells) != len(header):
            sentence = _("It has %(n)s cells where the header has %(m)s.")
            fault = sentence % {"n": len(cells), "m": len(header)}
            rows.append(Row(number, properties, None, fault))
        else:
            where = (properties[layer.longitude], properties[layer.latitude])
            rows.append(_pointed(number, properties, where))
    return header, rows


def _pointed(number: int, row: Mapping[str, Any], where: tuple[Any, Any]) -> Row:
    if any(value is None or value == "" for value in where):
        return Row(number, row, None, _no_shape())
    try:
        longitude, latitude = (float(value) for value in where)
    except (TypeError, ValueError):
        return Row(number, row, None, _("Its coordinates are not numbers."))
    return Row(number, row, Point(longitude, latitude))


def _checked(number: int, row: Properties, shape: BaseGeometry | None) -> Row:
    if shape is None or shape.is_empty:
        return Row(number, row, None, _no_shape())
    return Row(number, row, shapely.force_2d(shape) if shape.has_z else shape)


def _no_shape() -> str:
    return _("It has no geometry.")
