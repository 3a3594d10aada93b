"""A small drawn town: layers and a manifest in a folder, built as a city would.

Positions are in steps of a thousandth of a degree, about 86 m east and 111 m north.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from citycall.core.actors import SYSTEM, Actor
from citycall.places.actions.building import build_gazetteer
from citycall.places.gazetteer.report import BuildReport
from citycall.places.models import Corner, Place
from tests.places.drawing import corner, feature, layer, polygon, square

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BOUNDARY = {
    "holds": "areas",
    "file": "boundary.geojson",
    "title": "City boundary",
    "kind": "boundary",
    "code": "code",
}
STREETS = {"holds": "streets", "file": "streets.geojson", "code": "code", "name": "name"}
PLACES = {
    "holds": "places",
    "file": "places.geojson",
    "code": "code",
    "name": "name",
    "kind": {"property": "kind", "values": {"Park": "park"}, "otherwise": "landmark"},
    "aliases": ["other"],
}


class Town:
    """The town's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.layers: dict[str, Any] = {"boundary": dict(BOUNDARY)}
        self.head: dict[str, Any] = {"format": 1}
        self.write("boundary", area("town", square(0, 0, 50)))

    def write(self, name: str, *features: dict[str, Any]) -> Path:
        """A layer's file."""
        path = self.folder / f"{name}.geojson"
        path.write_bytes(layer(*features))
        return path

    def streets(self, *features: dict[str, Any], **spec: Any) -> None:
        """The layer of streets, anew."""
        self.write("streets", *features)
        self.layers["streets"] = {**STREETS, **spec}

    def places(self, *features: dict[str, Any], **spec: Any) -> None:
        """The layer of places, anew."""
        self.write("places", *features)
        self.layers["places"] = {**PLACES, **spec}

    def names(self, entries: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> None:
        """The file of spoken names, anew."""
        self.head["names"] = "names.yaml"
        write_yaml(self.folder / "names.yaml", entries)

    @property
    def manifest(self) -> Path:
        """The manifest as a file."""
        path = self.folder / "town.yaml"
        write_yaml(path, {**self.head, "layers": self.layers})
        return path

    def build(self, by: Actor = SYSTEM) -> BuildReport:
        """Build from the files as they are."""
        return build_gazetteer(manifest=self.manifest, by=by, at=AT)


def write_yaml(path: Path, value: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        # Through JSON, so that what stands in two places is written twice.
        YAML(typ="safe", pure=True).dump(json.loads(json.dumps(value)), file)


def street(code: str, name: str | None, *points: tuple[float, float], **more: Any) -> Any:
    """A street's line through some points."""
    line = {"type": "LineString", "coordinates": [corner(*point) for point in points]}
    return feature(line, code=code, name=name, **more)


def place(code: str, name: str | None, x: float, y: float, **more: Any) -> Any:
    """A place at a point."""
    point = {"type": "Point", "coordinates": corner(x, y)}
    return feature(point, **{"code": code, "name": name, "kind": None, "other": None, **more})


def area(code: str, ring: list[list[float]], **more: Any) -> Any:
    """An area or a park within a ring."""
    return feature(polygon(ring), **{"code": code, "name": code.title(), "other": None, **more})


def corners() -> set[tuple[str, ...]]:
    """The streets of every corner."""
    return {tuple(one.streets) for one in Corner.objects.all()}


def named(name: str) -> Place:
    """The place of a name."""
    return Place.objects.get(name=name)
