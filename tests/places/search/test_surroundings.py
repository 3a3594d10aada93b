"""A point becomes words that a crew can use."""

from hypothesis import given
from hypothesis import strategies as st

from citycall.places.candidates import Surroundings
from citycall.places.coordinates import distance_m
from citycall.places.models import LocationKind
from citycall.places.search.answering import answer
from citycall.places.search.describing import describe_point
from tests.places.search.town import AREAS, GAZETTEER, point


def at(column: float, row: float) -> Surroundings:
    return describe_point(*point(column, row), GAZETTEER, AREAS)


def test_a_point_on_a_street_has_a_house_number_a_side_and_a_cross_street() -> None:
    here = at(0.3, 0.03)
    assert here.address.endswith("E Monument St")
    assert here.side == "n"
    assert here.cross_street == "N Charles St"
    assert "north side" in here.words
    assert "east of N Charles St" in here.words


def test_a_point_at_a_corner_is_said_to_be_at_it() -> None:
    assert at(1.02, 0.02).words.endswith("at E Monument St")


def test_a_parks_name_is_not_replaced_by_the_nearest_road() -> None:
    here = at(6.45, 1.55)
    assert here.words == "Herring Run Park"
    assert here.park == "Herring Run Park"
    assert here.kind is LocationKind.LANDMARK


def test_a_named_field_in_a_park_is_named_with_the_park() -> None:
    here = at(6.12, 2.12)
    assert here.words == "Hooper's Field, Herring Run Park"
    assert here.feature == "Hooper's Field"
    assert here.distance_m < 10


def test_a_pole_is_named_only_at_the_pole() -> None:
    assert at(1.5, 0.01).words == "BL-1044"
    assert at(1.5, 0.2).words != "BL-1044"


def test_far_from_everything_the_point_itself_is_said() -> None:
    assert at(-9, -9).words == "39.28200, -76.61800"


def test_the_areas_of_the_point_are_told() -> None:
    assert [area.name for area in at(1, 1).areas] == ["Midtown"]


@given(st.floats(-0.9, 4.9), st.floats(-0.9, 3.9))
def test_the_words_of_a_point_lead_back_to_it(column: float, row: float) -> None:
    here = at(column, row)
    if here.kind is not LocationKind.POINT or not here.address[:1].isdigit():
        return
    found = answer(
        here.address, GAZETTEER, AREAS, city="Baltimore", near=None, limit=3, typing=False
    )
    points = [(each.longitude, each.latitude) for each in found.candidates]
    assert min(distance_m(each, point(column, row)) for each in points) < 150
