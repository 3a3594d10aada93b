"""The generated city's ground, areas and places."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from citycall.demo import geography
from citycall.demo.geography import City

SQUARE_KM = 86_190.0 * 111_020.0 / 1e6  # of one square degree at the city's latitude
SLIVER = 1e-12  # square degrees, about a hundredth of a square metre

# Changes only when the city is meant to change; guards "the same on any machine".
DIGEST = "4e0b2447ee624a2ff3c3bae8dd50813ecafe8839de22f42bda33e34299723255"

PARTITIONS = {
    "neighborhoods": 48,
    "council_districts": 7,
    "police_districts": 4,
    "collection_days": 5,
    "public_works_sectors": 3,
    "zip_codes": 8,
}


@pytest.fixture(scope="module")
def city() -> City:
    return geography.build()


@pytest.fixture(scope="module")
def files(city: City, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("city")
    return {path.stem: path for path in geography.write_geojson(city, folder)}


def digest(files: Mapping[str, Path]) -> str:
    joined = b"".join(files[name].read_bytes() for name in sorted(files))
    return hashlib.sha256(joined).hexdigest()


def read(path: Path) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return features


def test_city_has_the_size_of_a_harbor_town(city: City) -> None:
    land = shapely.difference(city.boundary, city.water).area * SQUARE_KM
    population = sum(a.properties["population"] for a in city.layers["neighborhoods"].areas)

    assert 35 < land < 45
    assert 115_000 < population < 126_000


@pytest.mark.parametrize(("layer", "count"), PARTITIONS.items())
def test_layer_has_its_areas(city: City, layer: str, count: int) -> None:
    assert len(city.layers[layer].areas) == count
    assert len({area.code for area in city.layers[layer].areas}) == count


@pytest.mark.parametrize("layer", PARTITIONS)
def test_areas_do_not_overlap_and_share_their_borders(city: City, layer: str) -> None:
    shapes = [area.polygon for area in city.layers[layer].areas]

    assert shapely.coverage_is_valid(shapes)
    assert all(shape.is_valid for shape in shapes)


@pytest.mark.parametrize("layer", PARTITIONS)
def test_areas_cover_the_city_without_its_holes(city: City, layer: str) -> None:
    whole = shapely.union_all([area.polygon for area in city.layers[layer].areas])

    assert shapely.symmetric_difference(whole, city.boundary).area < SLIVER


@pytest.mark.parametrize("layer", PARTITIONS)
def test_each_area_is_one_piece(city: City, layer: str) -> None:
    assert {area.polygon.geom_type for area in city.layers[layer].areas} == {"Polygon"}


@pytest.mark.parametrize("layer", ["council_districts", "police_districts", "collection_days"])
def test_population_is_shared_fairly(city: City, layer: str) -> None:
    table = city.addresses
    points = shapely.points(table.lon, table.lat)
    shapes = [area.polygon for area in city.layers[layer].areas]
    row, area = shapely.STRtree(shapes).query(points, predicate="intersects")
    people = np.bincount(area, weights=table.weight[row], minlength=len(shapes))

    assert people.min() > 0.7 * people.mean()


def test_enclaves_are_not_the_citys(city: City) -> None:
    neighbors = {area.code: area for area in city.layers["neighbors"].areas}
    holes = [neighbors["ashby-village"].polygon, neighbors["tern-point-reservation"].polygon]

    assert shapely.get_num_interior_rings(city.boundary) == len(holes)
    for hole in holes:
        assert shapely.intersection(hole, city.boundary).area < SLIVER
        assert not city.boundary.contains(hole.representative_point())


def test_neighbors_fill_the_ground_around_the_city(city: City) -> None:
    shapes = [area.polygon for area in city.layers["neighbors"].areas]

    assert shapely.intersection(shapely.union_all(shapes), city.boundary).area < SLIVER
    assert shapely.get_num_interior_rings(shapely.union_all([*shapes, city.boundary])) == 0


def test_neighbors_say_whom_to_call(city: City) -> None:
    phones = [area.properties["phone"] for area in city.layers["neighbors"].areas]

    assert all("-555-01" in phone for phone in phones)


def test_neighborhoods_carry_the_truth_for_analytics(city: City) -> None:
    traits = [area.properties for area in city.layers["neighborhoods"].areas]

    assert all(0.35 <= t["reporting_rate"] <= 1.6 for t in traits)
    assert all(sum(t["languages"].values()) == pytest.approx(1.0) for t in traits)
    assert all(t["population"] > 0 and t["median_income"] > 15_000 for t in traits)
    assert min(t["reporting_rate"] for t in traits) < 0.6
    assert max(t["reporting_rate"] for t in traits) > 1.2


def test_one_great_park_has_a_single_address(city: City) -> None:
    park = next(park for park in city.parks if park.name == "Falling Run Park")

    assert park.area_m2 > 1_000_000
    assert park.address.endswith("W Commerce St")


def test_parks_lie_in_the_city_and_apart(city: City) -> None:
    shapes = [park.polygon for park in city.parks]

    assert 25 <= len(shapes) <= 40
    assert all(shapely.difference(shape, city.boundary).area < SLIVER for shape in shapes)
    assert sum(shape.area for shape in shapes) == pytest.approx(shapely.union_all(shapes).area)


def test_hoopers_field_is_in_herring_run_park(city: City) -> None:
    field = next(f for f in city.features if f.name == "Hooper's Field")

    assert field.parent == "Herring Run Park"
    assert "Hoopers Field" in field.aliases


def test_features_lie_within_their_park(city: City) -> None:
    parks = {park.name: park.polygon for park in city.parks}

    outside = [f.name for f in city.features if not parks[f.parent].contains(f.geometry)]

    assert outside == []


def test_every_park_has_an_entrance_and_the_named_fields_are_areas(city: City) -> None:
    entered = {f.parent for f in city.features if f.kind == "entrance"}

    assert entered == {park.name for park in city.parks}
    assert {f.geometry.geom_type for f in city.features if f.kind == "field"} == {"Polygon"}


def test_landmarks_of_every_sort_stand_in_the_city(city: City) -> None:
    sorts = [mark.subtype for mark in city.landmarks]

    assert sorts.count("hospital") == 3
    assert sorts.count("school") == 26
    assert {"stadium", "market", "museum", "city_hall", "library", "fire_station"} <= set(sorts)
    assert [m.name for m in city.landmarks if not city.boundary.contains(m.point)] == []


def test_bridges_cross_water(city: City) -> None:
    spans = [mark for mark in city.landmarks if mark.kind == "bridge"]

    assert len(spans) >= 8
    assert all(shapely.dwithin(city.water, span.point, 0.0003) for span in spans)


def test_codes_of_places_are_unique(city: City) -> None:
    groups = (city.parks, city.features, city.landmarks, city.stops, city.poles)
    codes = [place.code for group in groups for place in group]

    assert len(set(codes)) == len(codes)
    assert city.poles[1233].code == "PL-01234"


def test_names_of_places_are_unique(city: City) -> None:
    for group in (city.parks, city.landmarks, city.layers["neighborhoods"].areas):
        names = [place.name for place in group]
        assert len(set(names)) == len(names)


def test_files_are_lon_lat_features_with_code_and_name(files: Mapping[str, Path]) -> None:
    assert {"boundary", "neighborhoods", "council_districts", "streets", "places"} <= set(files)
    for path in files.values():
        for feature in read(path):
            assert feature["properties"]["code"]
            assert feature["properties"]["name"]
            lon, lat = shapely.geometry.shape(feature["geometry"]).centroid.coords[0]
            assert -76.8 < lon < -76.4
            assert 39.1 < lat < 39.4


def test_places_file_holds_the_whole_gazetteer(city: City, files: Mapping[str, Path]) -> None:
    rows = [feature["properties"] for feature in read(files["places"])]
    hooper = next(row for row in rows if row["name"] == "Hooper's Field")
    kinds = {"park", "park_feature", "landmark", "public_building", "school"}

    assert {row["kind"] for row in rows} == kinds | {"station", "stop", "bridge", "pole"}
    assert hooper["kind"] == "park_feature"
    assert hooper["parent"] == "Herring Run Park"


def test_polygons_in_files_run_counterclockwise(files: Mapping[str, Path]) -> None:
    for feature in read(files["neighborhoods"]):
        ring = shapely.geometry.shape(feature["geometry"]).boundary
        assert shapely.is_ccw(shapely.get_geometry(ring, 0))


def test_same_seed_writes_the_same_bytes_in_another_process(
    files: Mapping[str, Path], tmp_path: Path
) -> None:
    code = (
        "import sys; from citycall.demo import geography as g; "
        "g.write_geojson(g.build(311), sys.argv[1])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)

    assert digest({path.stem: path for path in tmp_path.iterdir()}) == digest(files)


def test_the_city_is_the_same_on_every_machine(files: Mapping[str, Path]) -> None:
    assert digest(files) == DIGEST


def test_another_seed_makes_another_city_in_seconds(city: City) -> None:
    start = time.process_time()
    other = geography.build(seed=7)

    assert time.process_time() - start < 8
    assert [s.street for s in other.streets] != [s.street for s in city.streets]
    assert other.parks[0].name == city.parks[0].name
