"""Streets, house numbers, addresses and the drawing of random places."""

import time
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from citycall.demo import geography
from citycall.demo.geography import City, Segment
from citycall.demo.geography.plane import to_metres

Shape = TypeVar("Shape", bound=BaseGeometry)
NEAR_M = 12.0  # an address stands within this distance of its street


@cache
def build() -> City:
    return geography.build()


@pytest.fixture(scope="module")
def city() -> City:
    return build()


def numbers(segment: Segment, *, left: bool) -> range:
    first, last = (
        (segment.left_from, segment.left_to) if left else (segment.right_from, segment.right_to)
    )
    return range(first, last + 1, 2)


def by_street(city: City) -> dict[str, list[Segment]]:
    streets: dict[str, list[Segment]] = defaultdict(list)
    for segment in city.streets:
        streets[segment.street].append(segment)
    return streets


def metres(geometry: Shape) -> Shape:
    return shapely.transform(geometry, to_metres)


def test_network_hangs_together(city: City) -> None:
    head = {node: node for s in city.streets for node in (s.from_node, s.to_node)}

    def find(node: int) -> int:
        while head[node] != node:
            node = head[node]
        return node

    for segment in city.streets:
        head[find(segment.from_node)] = find(segment.to_node)

    assert len({find(node) for node in head}) == 1


def test_segments_meet_at_the_very_position_of_their_node(city: City) -> None:
    places: dict[int, set[tuple[float, ...]]] = defaultdict(set)
    for segment in city.streets:
        places[segment.from_node].add(segment.geometry.coords[0])
        places[segment.to_node].add(segment.geometry.coords[-1])

    assert all(len(positions) == 1 for positions in places.values())


def test_streets_stay_within_the_limits(city: City) -> None:
    room = city.boundary.buffer(1e-5)
    shapely.prepare(room)

    assert [s.code for s in city.streets if not room.contains(s.geometry)] == []


def test_street_names_have_directions_ordinals_and_many_types(city: City) -> None:
    names = set(by_street(city))
    types = {name.rpartition(" ")[2] for name in names}

    assert {"St", "Ave", "Rd", "Blvd", "Ct", "Way", "Alley"} <= types
    assert {"W 33rd St", "E 33rd St", "N Main St", "S Main St", "W 22nd St"} <= names


def test_road_classes_are_all_there(city: City) -> None:
    assert set(Counter(s.road_class for s in city.streets)) == {
        "arterial",
        "collector",
        "local",
        "alley",
    }


def test_one_side_is_odd_and_the_other_even(city: City) -> None:
    for segment in city.streets:
        sides = (segment.left_from % 2, segment.left_to % 2)
        across = (segment.right_from % 2, segment.right_to % 2)
        assert sides in ((0, 0), (1, 1))
        assert across == (1 - sides[0], 1 - sides[0])


def test_a_street_keeps_its_odd_side(city: City) -> None:
    for segments in by_street(city).values():
        assert len({segment.left_from % 2 for segment in segments}) == 1


def test_numbers_rise_along_the_street_without_overlap(city: City) -> None:
    for segments in by_street(city).values():
        ranges = [(min(s.left_from, s.right_from), max(s.left_to, s.right_to)) for s in segments]
        assert all(low < high for low, high in ranges)
        assert all(a[1] < b[0] for a, b in pairwise(ranges))


def test_numbers_continue_where_the_next_block_joins(city: City) -> None:
    gaps = []
    for segments in by_street(city).values():
        for before, after in pairwise(segments):
            if before.to_node == after.from_node:
                end = max(before.left_to, before.right_to)
                gaps.append(min(after.left_from, after.right_from) - end)

    assert np.median(gaps) == 1
    assert np.mean(np.array(gaps) <= 1) > 0.8


def test_numbers_rise_away_from_main_and_commerce(city: City) -> None:
    for name, axis, sign in (("W 33rd St", 0, -1), ("E 33rd St", 0, 1), ("S Main St", 1, -1)):
        starts = [metres(s.geometry).coords[0][axis] * sign for s in by_street(city)[name]]
        assert starts == sorted(starts)


def test_both_sides_have_zip_codes_of_the_layer(city: City) -> None:
    known = {area.code for area in city.layers["zip_codes"].areas}

    assert {s.zip_left for s in city.streets} | {s.zip_right for s in city.streets} == known
    assert any(s.zip_left != s.zip_right for s in city.streets)


def test_intersections_are_corners_of_both_named_streets(city: City) -> None:
    nodes: dict[str, set[int]] = defaultdict(set)
    for segment in city.streets:
        nodes[segment.street] |= {segment.from_node, segment.to_node}

    for corner in city.intersections:
        assert corner.name == " & ".join(corner.streets)
        assert all(corner.node in nodes[street] for street in corner.streets)


def test_every_crossing_of_two_named_streets_is_an_intersection(city: City) -> None:
    pairs = {corner.streets for corner in city.intersections}

    assert ("N Main St", "W 22nd St") in pairs
    assert len(city.intersections) > 2000


@given(data=st.data())
def test_address_stands_on_its_side_of_its_block(data: st.DataObject) -> None:
    city = build()
    segment = data.draw(st.sampled_from(city.streets))
    left = data.draw(st.booleans())
    number = data.draw(st.sampled_from(numbers(segment, left=left)))
    assume(segment.length_m > 1)

    point = geography.address_point(city, number, segment.street)

    line, spot = metres(segment.geometry), metres(point)
    assert line.distance(spot) < NEAR_M
    assert city.boundary.contains(point)
    other = line.parallel_offset(NEAR_M, "right" if left else "left")
    own = line.parallel_offset(NEAR_M, "left" if left else "right")
    assert own.distance(spot) < other.distance(spot)


@given(data=st.data())
def test_higher_numbers_stand_farther_along_the_block(data: st.DataObject) -> None:
    city = build()
    segment = data.draw(st.sampled_from(city.streets))
    side = numbers(segment, left=data.draw(st.booleans()))
    assume(len(side) > 1)
    low, high = sorted(data.draw(st.lists(st.sampled_from(side), min_size=2, max_size=2)))
    assume(low < high)

    line = metres(segment.geometry)
    near, far = (
        line.project(metres(geography.address_point(city, number, segment.street)))
        for number in (low, high)
    )

    assert near < far + 0.3


def test_address_is_found_in_any_case_and_spacing(city: City) -> None:
    right = geography.address_point(city, 110, "W 33rd St")

    assert geography.address_point(city, 110, " w  33RD st ") == right


@pytest.mark.parametrize(("number", "street"), [(99_999, "W 33rd St"), (100, "No Such St")])
def test_unknown_address_is_refused(city: City, number: int, street: str) -> None:
    with pytest.raises(geography.UnknownAddressError, match=street):
        geography.address_point(city, number, street)


def test_address_table_agrees_with_address_point(city: City) -> None:
    table = city.addresses
    for row in range(0, len(table.lon), 997):
        street = city.streets[table.segment[row]].street
        point = geography.address_point(city, int(table.number[row]), street)
        assert (point.x, point.y) == (table.lon[row], table.lat[row])
        assert table.text[row] == f"{table.number[row]} {street}"


def test_addresses_are_unique_and_on_dry_ground_in_the_city(city: City) -> None:
    table = city.addresses
    points = shapely.points(table.lon, table.lat)
    shapely.prepare([city.boundary, city.water])

    assert len(set(table.text)) == len(table.text)
    assert shapely.contains(city.boundary, points).all()
    assert not shapely.intersects(city.water, points).any()


def test_sampled_addresses_follow_the_population(city: City) -> None:
    drawn = geography.sample_addresses(city, np.random.default_rng(5), 200_000)
    areas = city.layers["neighborhoods"].areas
    people = np.array([area.properties["population"] for area in areas], dtype=float)

    share = np.bincount(drawn.neighborhood, minlength=len(areas)) / len(drawn.lon)

    assert share == pytest.approx(people / people.sum(), abs=0.002)


def test_sampled_neighborhood_contains_the_point(city: City) -> None:
    drawn = geography.sample_addresses(city, np.random.default_rng(6), 500)
    areas = city.layers["neighborhoods"].areas

    for lon, lat, index in zip(drawn.lon, drawn.lat, drawn.neighborhood, strict=True):
        assert areas[index].polygon.intersects(shapely.Point(lon, lat))


def test_same_random_state_draws_the_same_addresses(city: City) -> None:
    first = geography.sample_addresses(city, np.random.default_rng(8), 50)
    second = geography.sample_addresses(city, np.random.default_rng(8), 50)

    assert first.text.tolist() == second.text.tolist()


def test_a_million_addresses_take_seconds(city: City) -> None:
    start = time.process_time()
    geography.sample_addresses(city, np.random.default_rng(9), 1_000_000)

    assert time.process_time() - start < 3


@pytest.mark.parametrize("kind", geography.PLACE_KINDS)
def test_places_of_every_kind_can_be_drawn(city: City, kind: str) -> None:
    place = geography.random_place(city, np.random.default_rng(3), kind)
    many = geography.sample_places(city, np.random.default_rng(3), 100, kind)

    assert place.text
    assert place.kind == kind
    assert len(many.lon) == len(many.text) == 100
    points = shapely.points(many.lon, many.lat)
    assert np.all(shapely.dwithin(city.boundary, points, 0.0002))


def test_unknown_kind_of_place_is_refused(city: City) -> None:
    with pytest.raises(ValueError, match="volcano"):
        geography.random_place(city, np.random.default_rng(1), "volcano")
