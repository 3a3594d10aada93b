import json
import time
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citycall.places import geojson
from citycall.places.columns import NoCode
from citycall.places.geojson import BadLayer, Limits, read_layer

from .drawing import corner, feature, layer, polygon, ring, square, squares

GOOD = feature(polygon(square(0, 0)), code="good", name="Good")


def refusal_of(bad: dict[str, object], **options: object) -> geojson.Refusal:
    """What is said of ``bad`` in a file that also has a good feature."""
    read = read_layer(layer(GOOD, bad), **options)  # type: ignore[arg-type]
    assert [area.code for area in read.areas] == ["good"]
    [refusal] = read.refusals
    return refusal


def repairs_of(geometry: dict[str, object]) -> tuple[Any, str]:
    [area] = read_layer(layer(feature(geometry, code="a", name="A"))).areas
    assert area.shape.is_valid
    return area.shape, " ".join(area.repairs)


def test_a_good_feature_is_taken_as_it_is() -> None:
    [area] = read_layer(layer(GOOD)).areas
    assert area.shape.equals(shapely.Polygon(square(0, 0)))
    assert area.repairs == ()


def test_an_outline_that_crosses_itself_is_rebuilt() -> None:
    shape, repairs = repairs_of(polygon(ring((0, 0), (1, 1), (1, 0), (0, 1))))
    assert shape.geom_type == "MultiPolygon"
    assert "Crossing outlines" in repairs


def test_an_open_outline_is_closed() -> None:
    shape, repairs = repairs_of(polygon(square(0, 0)[:-1]))
    assert shape.equals(shapely.Polygon(square(0, 0)))
    assert "closed" in repairs


def test_rings_are_turned_to_counter_clockwise() -> None:
    shape, repairs = repairs_of(polygon(square(0, 0)[::-1]))
    assert shapely.is_ccw(shape.exterior)
    assert "direction" in repairs


def test_a_sliver_beside_the_polygon_is_removed() -> None:
    parts = [[square(0, 0)], [square(5, 5, size=0.001)]]
    shape, repairs = repairs_of({"type": "MultiPolygon", "coordinates": parts})
    assert shape.geom_type == "Polygon"
    assert "one square metre" in repairs


def test_a_pinhole_is_filled_and_a_real_hole_kept() -> None:
    shape, _repairs = repairs_of(
        polygon(square(0, 0, size=10), square(1, 1), square(5, 5, size=0.001))
    )
    assert len(shape.interiors) == 1


def test_a_collection_is_reduced_to_its_polygons() -> None:
    shape, repairs = repairs_of(
        {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Point", "coordinates": corner(0, 0)},
                polygon(square(0, 0)),
                polygon(square(0.5, 0)),
            ],
        }
    )
    assert shape.equals(shapely.Polygon(ring((0, 0), (1.5, 0), (1.5, 1), (0, 1))))
    assert "collection" in repairs


def test_heights_are_left_out_even_where_only_some_corners_have_one() -> None:
    corners = square(0, 0)
    corners[1] = [*corners[1], 12.5]
    shape, repairs = repairs_of(polygon(corners))
    assert not shape.has_z
    assert "Heights" in repairs


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "no geometry"),
        ({"type": "Point", "coordinates": corner(0, 0)}, "It is a Point"),
        (polygon([corner(0, 0), corner(1, 0), corner(0, 0)]), "fewer than three"),
        (polygon(ring((0, 0), (1, 1), (2, 2))), "less than one square metre"),
        (polygon(square(0, 0, size=0.001)), "less than one square metre"),
        (polygon([["a", "b"], [1, 2], [3, 4]]), "not pairs of numbers"),
        (polygon([[1], [2, 3], [4, 5]]), "not pairs of numbers"),
        (polygon([[10**30, 1], [2, 3], [4, 5]]), "not pairs of numbers"),
        ({"type": "Polygon", "coordinates": None}, "not a list"),
        ({"type": "Polygon"}, "not a list"),
        (polygon([[170, 1], [-170, 1], [-170, 2], [170, 2]]), "180°"),
    ],
)
def test_a_hopeless_feature_is_refused_with_its_reason(geometry: object, reason: str) -> None:
    refusal = refusal_of(feature(geometry, code="bad", name="Bad"))
    assert reason in refusal.reason
    assert str(refusal).startswith("Feature 2 (Bad): ")


def test_swapped_coordinates_are_said_plainly() -> None:
    turned = [[y, x] for x, y in square(0, 0)]
    assert "swapped" in refusal_of(feature(polygon(turned), code="bad")).reason


def test_swapped_coordinates_of_europe_are_known_by_where_the_city_is() -> None:
    berlin = [[52.5, 13.4], [52.6, 13.4], [52.6, 13.5], [52.5, 13.4]]
    bad = feature(polygon(berlin), code="bad")
    assert read_layer(layer(bad)).refusals == ()
    with pytest.raises(BadLayer, match="swapped"):
        read_layer(layer(bad), near=(13.367, 52.5))


def test_metres_are_not_taken_for_degrees() -> None:
    metres = [[-8525755, 4763799], [-8525000, 4763799], [-8525000, 4764000]]
    reason = refusal_of(feature(polygon(metres), code="bad")).reason
    assert "EPSG:3857" in reason


def test_a_file_that_names_another_system_is_refused() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2248"}}
    with pytest.raises(BadLayer, match="2248"):
        read_layer(layer(GOOD, crs=crs))


def test_a_file_that_names_wgs_84_is_taken() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read_layer(layer(GOOD, crs=crs)).areas


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b'{"type": "FeatureCollection",\n "features": [,]}', "line 2, column 15"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[]", "not a GeoJSON FeatureCollection"),
        (b'{"type": "Topology", "objects": {}}', "not a GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": []}', "no features"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "not a number"),
        (b'{"type": "FeatureCollection", "features": [' + b"9" * 9_999 + b"]}", "not a number"),
    ],
)
def test_a_file_that_is_not_geojson_is_refused_as_a_whole(content: bytes, reason: str) -> None:
    with pytest.raises(BadLayer, match=reason):
        read_layer(content)


def test_a_second_feature_with_the_same_code_is_refused() -> None:
    again = feature(polygon(square(3, 0)), code="good")
    read = read_layer(layer(GOOD, again), code_property="code")
    assert "same code, good, as feature 1" in read.refusals[0].reason


@pytest.mark.parametrize(
    ("first", "second", "code", "name"),
    [
        ({"id": "8", "name": "District 8"}, {"id": "9", "name": "District 9"}, "id", "name"),
        ({"number": 1.0, "name": "Central"}, {"number": 2.0, "name": "East"}, "number", "name"),
        ({"name": "Abell", "acres": 4}, {"name": "Allendale", "acres": 4}, "name", "name"),
        ({"id": 1, "NAME": "A", "code": "x"}, {"id": 1, "NAME": "A", "code": "y"}, "code", "NAME"),
        ({"district_no": 1}, {"district_no": 2}, "district_no", "district_no"),
    ],
)
def test_code_and_name_are_guessed(
    first: dict[str, object], second: dict[str, object], code: str, name: str
) -> None:
    read = read_layer(
        layer(feature(polygon(square(0, 0)), **first), feature(polygon(square(1, 0)), **second))
    )
    assert (read.code_property, read.name_property) == (code, name)
    assert read.areas[0].name == str(first[name])


def test_whole_numbers_make_codes_without_a_decimal_point() -> None:
    read = read_layer(layer(feature(polygon(square(0, 0)), number=7.0)))
    assert read.areas[0].code == "7"


def test_no_usable_code_is_said_with_what_there_is() -> None:
    first = feature(polygon(square(0, 0)), colour="red", name="A")
    second = feature(polygon(square(1, 0)), colour="red", name="A")
    with pytest.raises(NoCode, match="colour, name"):
        read_layer(layer(first, second))


def test_a_property_that_is_not_there_is_said() -> None:
    with pytest.raises(NoCode, match="wardno"):
        read_layer(layer(GOOD), code_property="wardno")


def test_properties_that_the_database_cannot_keep_are_left_out() -> None:
    content = (
        b'{"type":"Feature","geometry":'
        + json.dumps(polygon(square(0, 0))).encode()
        + b',"properties":{"code":"a\\u0000b\\ud800","x":1e999,"y":{"deep":1},"z":2}}'
    )
    [area] = read_layer(content).areas
    assert area.properties == {"code": "ab", "z": 2}


def test_a_file_over_the_size_limit_is_not_read() -> None:
    with pytest.raises(BadLayer, match="at most 1 MB"):
        read_layer(b" " * 1_000_001, limits=Limits(size=1_000_000))


def test_too_many_features_are_refused() -> None:
    with pytest.raises(BadLayer, match="at most 2"):
        read_layer(squares("abc"), limits=Limits(features=2))


def test_too_many_corners_are_refused() -> None:
    with pytest.raises(BadLayer, match="more than 9 corners"):
        read_layer(squares("abc"), limits=Limits(corners=9))


def test_a_shape_that_would_take_minutes_to_check_is_stopped() -> None:
    teeth = [
        point
        for tooth in range(20_000)
        for point in ([tooth * 1e-5, 0.0], [tooth * 1e-5 + 1 + 5e-6, 1.0])
    ]
    comb = [*teeth, [1.3, 1.0], [1.3, -1.0], [0.0, -1.0], teeth[0]]
    started = time.monotonic()
    with pytest.raises(BadLayer, match=r"stopped at feature 2 \(Comb\)"):
        read_layer(
            layer(GOOD, feature(polygon(comb), code="comb", name="Comb")),
            limits=Limits(seconds=3),
        )
    assert time.monotonic() - started < 20


_numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers()
_json = st.recursive(
    st.none() | st.booleans() | _numbers | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "geometries", "features", "properties"]), inner
        )
    ),
    max_leaves=12,
)
_kinds = st.sampled_from(["Polygon", "MultiPolygon", "GeometryCollection", "Point"])


@settings(max_examples=25, deadline=None)
@given(kind=_kinds, inner=_json, properties=_json)
def test_whatever_a_file_holds_is_taken_or_refused_in_words(
    kind: str, inner: object, properties: object
) -> None:
    broken = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": inner, "geometries": inner},
    }
    try:
        read = read_layer(layer(GOOD, broken), code_property="code")
    except NoCode:
        return
    assert len(read.areas) + len(read.refusals) == 2
    assert all(refusal.reason for refusal in read.refusals)
