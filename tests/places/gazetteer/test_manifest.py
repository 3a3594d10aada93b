"""The manifest's faults, each with file, line and field; and the formats of its layers."""

from pathlib import Path

import pyarrow as pa
import pytest
import shapely
from click.testing import CliRunner
from pyarrow import parquet

from citycall.command_line.places import build
from citycall.places.gazetteer.manifest import read_manifest
from citycall.places.gazetteer.yaml_text import BadManifest
from citycall.places.models import AddressPoint, Block, Place
from tests.places.drawing import corner
from tests.places.gazetteer.town import Town, named, place, street


def faults(folder: Path, text: str) -> list[str]:
    path = folder / "town.yaml"
    path.write_text(text)
    with pytest.raises(BadManifest) as caught:
        read_manifest(path)
    return [str(fault) for fault in caught.value.faults]


def test_each_fault_is_told_with_file_line_and_field(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text("{}")
    found = faults(
        tmp_path,
        "format: 1\n"
        "layers:\n"
        "  streets:\n"
        "    holds: streets\n"
        "    file: a.geojson\n"
        "    name: name\n"
        "    class: {property: kind, values: {X: lane}}\n"
        "    nmae: x\n"
        "  spots: {holds: dots, file: a.geojson}\n"
        "  stops: {holds: places, file: gone.geojson, name: n, kind: stop}\n",
    )
    assert found == [
        "town.yaml:7:5: layers.streets.class: “lane” is no class of road; there are: street, "
        "alley, highway, ramp, tunnel, path.",
        "town.yaml:8:11: layers.streets.nmae: There is no such field here.",
        "town.yaml:9:18: layers.spots.holds: A layer says what it holds, one of: streets, "
        "addresses, corners, places, areas.",
        f"town.yaml:10:32: layers.stops.file: There is no file {tmp_path}/gone.geojson.",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("layers: {a: {holds: areas}\n", "This is not well-formed YAML"),
        ("format: 1\nlayers: &x {}\n", "Anchors (&) and aliases (*) are not used"),
        ("format: 1\nformat: 1\n", "“format” is here twice."),
        ("format: 2\nlayers: {a: 1}\n", "format"),
        ("format: 1\n", "layers: This is required."),
        ("", "This must have named fields."),
    ],
)
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in faults(tmp_path, text)[0]


def test_a_property_that_the_file_lacks_is_told_where_the_manifest_names_it(town: Town) -> None:
    town.places(place("1", "City Hall", 1, 1), address="adress")
    with pytest.raises(BadManifest, match=r"layers.places.address: .*no property “adress”"):
        town.build()


def test_streets_come_from_parquet_with_wkb(town: Town) -> None:
    lines = [shapely.LineString([corner(0, 0), corner(1, 0)]), shapely.LineString()]
    table = pa.table(
        {"name": ["OAK ST", "ELM ST"], "wkb": [shapely.to_wkb(line) for line in lines]}
    )
    parquet.write_table(table, town.folder / "streets.parquet")
    town.layers["streets"] = {
        "holds": "streets", "file": "streets.parquet", "geometry": "wkb", "name": "name",
    }  # fmt: skip
    report = town.build()
    assert [row.reason for row in report.refused] == ["It has no geometry."]
    assert Block.objects.get().name == "Oak St"


def test_places_come_from_parquet_with_longitude_and_latitude(town: Town) -> None:
    x, y = corner(1, 1)
    table = pa.table({"name": ["City Hall"], "x": [x], "y": [y]})
    parquet.write_table(table, town.folder / "halls.parquet")
    town.layers["halls"] = {
        "holds": "places", "file": "halls.parquet", "longitude": "x", "latitude": "y",
        "name": "name", "kind": "public_building",
    }  # fmt: skip
    town.build()
    assert (named("City Hall").longitude, named("City Hall").kind) == (x, "public_building")


def test_addresses_come_from_csv_and_wrong_rows_are_refused(town: Town) -> None:
    x, y = corner(1, 1)
    (town.folder / "houses.csv").write_text(
        "number,street,zip,lon,lat\n"
        f"12A,OAK STREET,21201,{x},{y}\n"
        f",OAK STREET,21201,{x},{y}\n"
        "14,OAK STREET,21201,,\n"
        "16,OAK STREET,21201,east,north\n"
        f"18,,21201,{x},{y}\n"
        f"20,OAK STREET,21201,{y},{x}\n"
        f"22,OAK STREET,{x},{y}\n"
    )
    town.layers["houses"] = {
        "holds": "addresses", "file": "houses.csv", "longitude": "lon", "latitude": "lat",
        "number": "number", "street": "street", "zip": "zip",
    }  # fmt: skip
    report = town.build()
    house = AddressPoint.objects.get()
    assert (house.number, house.street, house.zip_code) == (12, "Oak St", "21201")
    reasons = [row.reason for row in report.layer("houses").refused]
    assert reasons[:4] == [
        "It has no house number.",
        "It has no geometry.",
        "Its coordinates are not numbers.",
        "It has no name.",
    ]
    assert "swapped" in reasons[4]
    assert reasons[5] == "It has 4 cells where the header has 5."


@pytest.mark.parametrize("content", [b"", b"[]", b'{"features": 3}', b"\xff\xfe"])
def test_a_file_that_is_not_geojson_is_told(town: Town, content: bytes) -> None:
    town.places(place("1", "City Hall", 1, 1))
    (town.folder / "places.geojson").write_bytes(content)
    with pytest.raises(BadManifest, match="is not a GeoJSON FeatureCollection"):
        town.build()


def test_the_command_builds_reports_and_lists_the_refused_rows(town: Town) -> None:
    town.places(place("1", "City Hall", 1, 1), place("2", None, 1, 1))
    town.streets(street("o", "Oak St", (0, 0), (1, 0)))
    refused = town.folder / "refused.csv"
    result = CliRunner().invoke(build, [str(town.manifest), "--refused", str(refused)])
    assert result.exit_code == 3
    assert "places (places): 2 read, 1 created" in result.output
    assert "refused 1: It has no name. (row 2 2)" in result.output
    assert refused.read_text().splitlines() == [
        "layer,row,code,name,reason",
        "places,2,2,,It has no name.",
    ]
    assert Place.objects.count() == 1


def test_the_command_tells_a_manifests_faults(town: Town) -> None:
    town.places(place("1", "City Hall", 1, 1), kind="Park")
    result = CliRunner().invoke(build, [str(town.manifest)])
    assert result.exit_code == 1
    assert "town.yaml:" in result.output
    assert "“Park” is no kind" in result.output
