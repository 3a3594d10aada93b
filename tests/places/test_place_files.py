import json
from pathlib import Path
from typing import Any

import pytest

from citycall.places.place_files import BadPlaceFile, read_places

from .drawing import corner, feature, layer, polygon, square


def rows_of(tmp_path: Path, content: bytes) -> list[dict[str, Any]]:
    path = tmp_path / "places.geojson"
    path.write_bytes(content)
    return list(read_places(path))


def test_a_point_feature_makes_a_row_of_what_a_place_has(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": corner(1, 2)}
    zoo = feature(point, kind="landmark", code="zoo", name="Zoo", parent=None, colour="green")
    longitude, latitude = corner(1, 2)
    assert rows_of(tmp_path, layer(zoo)) == [
        {
            "kind": "landmark",
            "code": "zoo",
            "name": "Zoo",
            "longitude": longitude,
            "latitude": latitude,
        }
    ]


def test_an_area_gives_a_point_within_it(tmp_path: Path) -> None:
    [row] = rows_of(tmp_path, layer(feature(polygon(square(0, 0)), code="park")))
    (west, south), (east, north) = corner(0, 0), corner(1, 1)
    assert west < row["longitude"] < east
    assert south < row["latitude"] < north


@pytest.mark.parametrize(
    "broken",
    [
        None,
        5,
        {"type": "Feature", "properties": 7, "geometry": 8},
        {"properties": {}, "geometry": {"type": "Point", "coordinates": "here"}},
        {"properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}},
        {"properties": {}, "geometry": {"type": "Polygon", "coordinates": []}},
    ],
)
def test_a_broken_feature_makes_a_row_without_a_point(tmp_path: Path, broken: Any) -> None:
    content = json.dumps({"features": [broken]}).encode()
    assert rows_of(tmp_path, content) == [{}]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"features": 5}', b"[" * 100_000])
def test_what_is_not_geojson_is_said(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadPlaceFile, match=r"places\.geojson is not a GeoJSON"):
        rows_of(tmp_path, content)
