"""Tiles and styles of the city's own map."""

import gzip
import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from citycall.places import tiles
from tests.city import City
from tests.web import town

ZIPPED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def version(city: City) -> str:
    town.draw_boundary()
    return tiles.build().version


# The row of tiles that holds latitude 39.42, north of the city.
TOP_ROW = 6236


def pond(folder: Path, *, west: float, south: float) -> Path:
    """A GeoJSON file of a small pond."""
    ring = [[west, south], [west + 0.01, south], [west + 0.01, south + 0.01], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    path = folder / "water.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def middle(zoom: int) -> str:
    """The tile that holds the city's middle, -76.6, 39.3."""
    column, row = {10: (294, 390), 14: (4705, 6250)}[zoom]
    return f"{zoom}/{column}/{row}"


def test_a_tile_comes_as_it_is_stored_and_may_be_kept_for_ever(
    client: Client, version: str
) -> None:
    answer = client.get(f"/tiles/{version}/{middle(10)}.pbf", headers=ZIPPED)
    assert answer.status_code == 200
    assert answer["Content-Encoding"] == "gzip"
    assert "immutable" in answer["Cache-Control"]
    assert b"ground" in gzip.decompress(answer.content)


def test_a_reader_without_gzip_gets_it_unpacked(client: Client, version: str) -> None:
    answer = client.get(f"/tiles/{version}/{middle(10)}.pbf")
    assert "Content-Encoding" not in answer
    assert b"ground" in answer.content
    assert answer["Vary"] == "Accept-Encoding"


def test_no_tile_asks_the_database(
    client: Client, version: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get(f"/tiles/{version}/{middle(14)}.pbf", headers=ZIPPED)


@pytest.mark.parametrize(
    "address", ["10/0/0", "7/36/48", "15/9410/12500", "10/99999999999999999999/1"]
)
def test_outside_of_the_map_there_is_nothing(client: Client, version: str, address: str) -> None:
    assert client.get(f"/tiles/{version}/{address}.pbf").status_code == 404


def test_an_empty_tile_has_no_content(client: Client, version: str, tmp_path: Path) -> None:
    built = tiles.build(water=pond(tmp_path, west=-76.73, south=39.42))
    for column in range(4700, 4711):
        answer = client.get(f"/tiles/{built.version}/14/{column}/{TOP_ROW}.pbf")
        if answer.status_code == 204:
            return
    raise AssertionError("every tile of the northernmost row has something in it")


def test_another_machines_version_is_kept_for_a_minute_only(client: Client, version: str) -> None:
    answer = client.get(f"/tiles/000000000000/{middle(10)}.pbf")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_style_names_the_present_tiles_and_no_other_site(
    client: Client, version: str, theme: str
) -> None:
    told = client.get(f"/map/style-{theme}.json").json()
    assert told["sources"]["city"]["tiles"] == [f"/tiles/{version}/{{z}}/{{x}}/{{y}}.pbf"]
    assert "http" not in json.dumps(told)
    assert "glyphs" not in told


def test_without_a_map_the_page_shows_none_and_works(client: Client, city: City) -> None:
    client.post("/report", {"service": "pothole"})
    page = client.get("/report/where")
    assert page.status_code == 200
    assert b"data-map=" not in page.content
    assert client.get("/map/style-light.json").status_code == 404
    assert client.get(f"/tiles/x/{middle(10)}.pbf").status_code == 404


def test_an_outside_style_is_allowed_by_name_and_nothing_else_is(
    client: Client, city: City, settings: Settings
) -> None:
    settings.CITYCALL_MAP_STYLE_URL = "https://maps.example.org/style.json?key=1"
    settings.CITYCALL_MAP_ORIGINS = ["https://tiles.example.org"]
    policy = client.get("/services")["Content-Security-Policy"]
    both = "https://maps.example.org https://tiles.example.org"
    assert f"connect-src 'self' {both};" in policy
    assert f"img-src 'self' data: blob: {both};" in policy
    assert "script-src 'self';" in policy
    client.post("/report", {"service": "pothole"})
    assert b"https://maps.example.org/style.json?key=1" in client.get("/report/where").content


def test_the_policy_names_no_other_site_by_default(client: Client, city: City) -> None:
    assert "http" not in client.get("/services")["Content-Security-Policy"]


def test_a_new_map_is_served_without_a_restart(
    client: Client, version: str, tmp_path: Path
) -> None:
    client.get("/map/style-light.json")
    built = tiles.build(water=pond(tmp_path, west=-76.61, south=39.29))
    assert built.version != version
    told = client.get("/map/style-light.json").json()
    assert built.version in told["sources"]["city"]["tiles"][0]
