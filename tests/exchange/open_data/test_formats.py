"""Each format is as its standard says, and read by programs that know only the standard."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from citycall.core.actors import SYSTEM
from citycall.exchange.open_data import queries
from citycall.exchange.open_data.actions import make_edition
from tests.city import NOW, City
from tests.exchange.open_data import files
from tests.exchange.open_data.town import EAST, WEST, tell


@pytest.fixture
def folder(city: City, exports: Path) -> Path:
    tell(city, point=WEST)
    tell(city, point=EAST)
    tell(city, "encampment", point=WEST)
    return exports / make_edition(by=SYSTEM, at=NOW).edition


def test_csv_is_as_rfc_4180_says(folder: Path) -> None:
    raw = (folder / "requests.csv").read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") == 4
    assert raw.endswith(b"\r\n")
    lines = list(csv.reader(raw.decode("utf-8").splitlines(), strict=True))
    assert {len(line) for line in lines} == {len(queries.columns())}
    assert lines[0] == [column.name for column in queries.columns()]


def test_the_compressed_csv_is_the_same(folder: Path) -> None:
    whole = gzip.decompress((folder / "requests.csv.gz").read_bytes())
    assert whole == (folder / "requests.csv").read_bytes()


def test_geojson_is_one_feature_a_line_with_points_to_six_decimals(folder: Path) -> None:
    lines = (folder / "requests.geojson").read_text().splitlines()
    assert lines[0] == '{"type":"FeatureCollection","features":['
    assert lines[-1] == "]}"
    told = [json.loads(line.rstrip(",")) for line in lines[1:-1]]
    points = [shapely.geometry.shape(f["geometry"]) for f in told if f["geometry"]]
    assert [tuple(p.coords[0]) for p in points] == [WEST, EAST]
    assert all(set(f) == {"type", "id", "geometry", "properties"} for f in told)
    assert "longitude" not in told[0]["properties"]


def test_geoparquet_says_what_it_must(folder: Path) -> None:
    file = pq.ParquetFile(folder / "requests.parquet")
    geo = json.loads(file.metadata.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["primary_column"] == "geometry"
    column = geo["columns"]["geometry"]
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == ["Point"]
    assert column["crs"]["id"] == {"authority": "OGC", "code": "CRS84"}
    assert column["bbox"] == [*WEST, *EAST]
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_the_points_of_parquet_are_well_known_binary(folder: Path) -> None:
    table = pq.read_table(folder / "requests.parquet")
    points = shapely.from_wkb(table["geometry"].to_pylist())
    assert [tuple(p.coords[0]) if p else None for p in points] == [WEST, EAST, None]
    assert table.schema.field("geometry").type == pa.binary()


def test_the_types_of_parquet_are_those_of_the_dictionary(folder: Path) -> None:
    schema = pq.read_schema(folder / "requests.parquet")
    kinds = {
        "text": "string",
        "whole number": "int32",
        "number": "double",
        "true or false": "bool",
        "date and time": "timestamp[ms, tz=UTC]",
    }
    told = {each["name"]: kinds[each["type"]] for each in queries.dictionary()["columns"]}
    assert {f.name: str(f.type) for f in schema if f.name != "geometry"} == told


def test_no_requests_make_files_that_can_be_read(city: City, exports: Path) -> None:
    folder = exports / make_edition(by=SYSTEM, at=NOW).edition
    assert files.rows_of_csv(folder / "requests.csv") == []
    assert files.rows_of_csv_gz(folder / "requests.csv.gz") == []
    assert files.features(folder / "requests.geojson") == []
    file = pq.ParquetFile(folder / "requests.parquet")
    assert file.metadata.num_rows == 0
    assert "bbox" not in json.loads(file.metadata.metadata[b"geo"])["columns"]["geometry"]


def test_the_dictionary_beside_the_files_tells_of_every_column_and_value(folder: Path) -> None:
    told = json.loads((folder / "dictionary.json").read_text())
    by_name: dict[str, Any] = {column["name"]: column for column in told["columns"]}
    assert list(by_name) == [column.name for column in queries.columns()]
    assert all(column["description"] and column["source"] for column in told["columns"])
    assert {"value": "pothole", "meaning": "Pothole"} in by_name["service_code"]["values"]
    assert "graffiti" not in json.dumps(told)
    for row in files.rows_of_parquet(folder / "requests.parquet"):
        for name in ("status", "channel", "service_code", "area_neighborhoods"):
            known = {each["value"] for each in by_name[name]["values"]}
            assert row[name] is None or row[name] in known
    assert told["left_out"]
    assert told["license"]["url"].startswith("https://")
