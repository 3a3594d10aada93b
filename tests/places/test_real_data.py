"""Baltimore's own layers and reports: our areas of a point are those that the city wrote down."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyarrow import parquet

from citycall.core.actors import SYSTEM
from citycall.places.actions import load_layer
from citycall.places.geojson import read_layer
from citycall.places.index import AreaIndex
from citycall.places.models import Area, AreaLayer
from citycall.places.queries import areas

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
FIELDS = {
    "neighborhoods": ("Neighborhood", "name"),
    "council_districts": ("CouncilDistrict", "code"),
    "police_districts": ("PoliceDistrict", "name"),
}
# The city's own lines are drawn more coarsely than its geocoder's: mismatches lie on borders.
BORDER_M = 5.0
METRES_EAST, METRES_NORTH = 86_190.0, 111_020.0


@pytest.fixture(scope="module")
def data() -> Path:
    """Where Baltimore's files are; the tests are skipped without them, but never in CI."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("CITYCALL_DATA", beside)) / "baltimore"
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the 311 data; there is none at {folder}")
        pytest.skip(f"there is no 311 data at {folder}; set CITYCALL_DATA")
    return folder


@pytest.fixture
def city(data: Path, db: None) -> AreaIndex:
    """The boundary and the three layers, loaded as an administrator would."""
    load(data, "baltimore_city", AreaLayer.Kind.BOUNDARY)
    for code in FIELDS:
        load(data, code, AreaLayer.Kind.PARTITION)
    return areas()


def load(data: Path, code: str, kind: AreaLayer.Kind) -> None:
    path = data / "geo" / f"{code}.geojson"
    report = load_layer(code=code, name=code, kind=kind, content=path, by=SYSTEM, at=AT)
    assert report.refused == ()


@pytest.fixture(scope="module")
def reports(data: Path) -> list[dict[str, Any]]:
    """The rows that have a point."""
    rows = parquet.read_table(data / "baltimore_311_2019-10.parquet").to_pylist()
    located = [row for row in rows if row["Latitude"] and float(row["Latitude"])]
    return [{**row, "point": (float(row["Longitude"]), float(row["Latitude"]))} for row in located]


def test_computed_areas_agree_with_the_citys_in_99_of_100_rows(
    city: AreaIndex, reports: list[dict[str, Any]]
) -> None:
    found = city.at_many(*zip(*(row["point"] for row in reports), strict=True))
    for layer, (field, attribute) in FIELDS.items():
        ids = found.by_layer[layer].tolist()
        pairs = [
            (row[field].casefold(), name(city, area_id, attribute))
            for row, area_id in zip(reports, ids, strict=True)
            if row[field]
        ]
        agreeing = sum(theirs == ours for theirs, ours in pairs)
        assert len(pairs) > 2_800
        assert agreeing / len(pairs) >= 0.99, f"{layer}: {agreeing} of {len(pairs)}"


def test_every_disagreement_lies_on_a_border(
    city: AreaIndex, reports: list[dict[str, Any]]
) -> None:
    shapes = {
        (area.layer.code, key): shapely.from_wkb(bytes(area.shape))
        for area in Area.objects.select_related("layer")
        for key in (area.code.casefold(), area.name.casefold())
    }
    for row in reports:
        ours = {area.layer: area for area in city.at(*row["point"])}
        for layer, (field, attribute) in FIELDS.items():
            area = ours.get(layer)
            if not row[field] or (area and name_of(area, attribute) == row[field].casefold()):
                continue
            theirs = shapes[layer, row[field].casefold()]
            assert metres(theirs, row["point"]) < BORDER_M, (row["ServiceRequestNum"], layer)


def test_one_point_and_many_points_have_the_same_areas(
    city: AreaIndex, reports: list[dict[str, Any]]
) -> None:
    many = city.at_many(*zip(*(row["point"] for row in reports), strict=True))
    alone = [[area.id for area in city.at(*row["point"])] for row in reports]
    assert list(many.rows()) == alone


def test_all_but_a_few_reports_are_inside_the_boundary(
    city: AreaIndex, reports: list[dict[str, Any]]
) -> None:
    outside = [row for row in reports if not city.inside_city(*row["point"])]
    assert len(outside) < 0.01 * len(reports)


@pytest.mark.parametrize("layer", ["parks", "csas", "main_streets"])
def test_other_layers_are_read_and_what_is_wrong_with_them_is_said(data: Path, layer: str) -> None:
    read = read_layer(data / "geo" / f"{layer}.geojson")
    assert all(area.shape.is_valid for area in read.areas)
    assert all(refusal.reason for refusal in read.refusals)
    assert len(read.areas) >= 10


def name(city: AreaIndex, area_id: int, attribute: str) -> str:
    return name_of(city.area(area_id), attribute) if area_id >= 0 else ""


def name_of(area: Any, attribute: str) -> str:
    return str(getattr(area, attribute)).casefold()


def metres(shape: Any, point: tuple[float, float]) -> float:
    scale = (METRES_EAST, METRES_NORTH)
    flat = shapely.transform(shape, lambda degrees: degrees * scale)
    return float(flat.distance(shapely.Point(point[0] * scale[0], point[1] * scale[1])))
