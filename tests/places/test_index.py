import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citycall.places.index import AreaIndex, UnknownArea

from .drawing import corner, ring, square, stored

# Two wards side by side, the left one with a hole; one district over both.
LEFT = stored(11, "left", square(0, 0, size=4), square(1, 1))
RIGHT = stored(12, "right", square(4, 0, size=4))
DISTRICT = stored(21, "one", square(0, 0, size=8), layer="districts")
CITY = AreaIndex(
    partitions=[RIGHT, DISTRICT, LEFT],
    boundary=[stored(1, "city", square(0, 0, size=8), square(6, 6), layer="boundary")],
    neighbors=[stored(31, "county", square(8, 0, size=8), layer="neighbors", phone="410-555-0100")],
)


def codes_at(x: float, y: float) -> list[str]:
    longitude, latitude = corner(x, y)
    return [area.code for area in CITY.at(longitude, latitude)]


def test_a_point_has_one_area_of_each_layer() -> None:
    assert codes_at(2.5, 2.5) == ["one", "left"]


def test_a_point_in_a_hole_is_not_in_the_area() -> None:
    assert codes_at(1.5, 1.5) == ["one"]


def test_a_point_on_a_shared_border_is_in_the_area_whose_code_comes_first() -> None:
    assert codes_at(4, 2) == ["one", "left"]


def test_the_answer_does_not_depend_on_the_order_of_loading() -> None:
    turned = AreaIndex(partitions=[LEFT, DISTRICT, RIGHT])
    longitude, latitude = corner(4, 2)
    assert turned.at(longitude, latitude) == CITY.at(longitude, latitude)


def test_a_point_elsewhere_has_no_area() -> None:
    assert codes_at(50, 50) == []


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_point_that_is_none_has_no_area(bad: float) -> None:
    assert CITY.at(bad, 39.2) == ()


_steps = st.integers(-4, 20).map(lambda n: n / 2)


@given(st.lists(st.tuples(_steps, _steps), max_size=20))
def test_many_points_get_what_each_gets_alone(points: list[tuple[float, float]]) -> None:
    places = [corner(*point) for point in points]
    many = CITY.at_many([x for x, _y in places], [y for _x, y in places])
    alone = [[area.id for area in CITY.at(x, y)] for x, y in places]
    assert list(many.rows()) == alone


def test_many_points_give_an_array_for_each_layer() -> None:
    x, y = corner(5, 3)
    many = CITY.at_many([x, np.nan], [y, np.nan])
    assert {layer: ids.tolist() for layer, ids in many.by_layer.items()} == {
        "districts": [21, -1],
        "wards": [12, -1],
    }


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        CITY.at_many([1.0], [1.0, 2.0])


def test_without_layers_there_are_no_areas_and_no_outside() -> None:
    empty = AreaIndex()
    assert empty.at(0, 0) == ()
    assert list(empty.at_many([0.0, 1.0], [0.0, 1.0]).rows()) == [[], []]
    assert empty.inside_city(0, 0)
    assert empty.middle is None


@pytest.mark.parametrize(
    ("x", "y", "inside"), [(2, 2, True), (8, 4, True), (9, 4, False), (6.5, 6.5, False)]
)
def test_the_boundary_has_an_edge_and_a_hole(x: float, y: float, inside: bool) -> None:
    assert CITY.inside_city(*corner(x, y)) is inside


def test_the_distance_to_the_city_is_in_metres() -> None:
    # A thousandth of a degree of longitude at 39.2° north is 86.2 m.
    assert CITY.metres_to_city(*corner(9, 4)) == pytest.approx(86.2, rel=0.01)
    assert CITY.metres_to_city(*corner(4, 4)) == 0


def test_the_neighbor_is_known() -> None:
    neighbor = CITY.neighbor_at(*corner(9, 4))
    assert neighbor is not None
    assert (neighbor.code, neighbor.phone) == ("county", "410-555-0100")
    assert CITY.neighbor_at(*corner(4, 4)) is None


def test_areas_are_found_by_id_and_by_code() -> None:
    assert CITY.area(12).code == "right"
    assert CITY.find("wards", "right") == CITY.area(12)
    assert CITY.find("wards", "nowhere") is None
    with pytest.raises(UnknownArea):
        CITY.area(99)


def test_areas_of_a_request_are_named_and_unknown_ones_left_out() -> None:
    assert [area.code for area in CITY.areas_of([21, 99, 12])] == ["one", "right"]


def test_only_areas_of_different_layers_that_overlap_can_share_a_point() -> None:
    sliver = stored(22, "two", ring((7.999, 0), (20, 0), (20, 8), (7.999, 8)), layer="districts")
    city = AreaIndex(partitions=[LEFT, RIGHT, DISTRICT, sliver])
    assert city.can_share_point(11, 21)
    assert not city.can_share_point(11, 12)
    assert not city.can_share_point(12, 22)
    assert not city.can_share_point(11, 99)


def test_overlapping_areas_of_a_layer_give_one_answer() -> None:
    first, second = stored(1, "a", square(0, 0, size=2)), stored(2, "b", square(1, 0, size=2))
    longitude, latitude = corner(1.5, 0.5)
    for order in ([first, second], [second, first]):
        assert [area.id for area in AreaIndex(partitions=order).at(longitude, latitude)] == [1]


@given(st.integers(0, 2**32 - 1))
def test_a_partition_gives_each_point_on_its_borders_exactly_one_area(seed: int) -> None:
    random = np.random.default_rng(seed)
    seeds = shapely.MultiPoint(random.uniform((-76.7, 39.2), (-76.6, 39.3), (12, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    index = AreaIndex(
        partitions=[stored(n, f"{n:02d}", list(c.exterior.coords)) for n, c in enumerate(cells)]
    )
    corners = shapely.get_coordinates(cells)
    found = index.at_many(corners[:, 0], corners[:, 1])
    assert all(len(row) == 1 for row in found.rows())
