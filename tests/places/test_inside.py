import pytest
from pytest_django import Settings

from citycall.core.actors import SYSTEM
from citycall.places.actions import load_layer
from citycall.places.locations import Location
from citycall.places.models import AreaLayer, LocationKind
from citycall.places.queries import OutsideCity, check_inside

from .drawing import corner, feature, layer, polygon, square
from .test_layers import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(db: None, settings: Settings) -> None:
    settings.CITYCALL_CITY_NAME = "Port Calder"
    city = feature(polygon(square(0, 0, size=8), square(2, 2)), code="city", name="City")
    county = feature(
        polygon(square(8, 0, size=8)), code="county", name="Calder County", phone="410-555-0100"
    )
    town = feature(polygon(square(-8, 0, size=8)), code="town", name="Mill Town")
    for code, kind, content in (
        ("boundary", AreaLayer.Kind.BOUNDARY, layer(city)),
        ("neighbors", AreaLayer.Kind.NEIGHBOR, layer(county, town)),
    ):
        load_layer(code=code, name=code, kind=kind, content=content, by=SYSTEM, at=AT)


def place(x: float, y: float, accuracy_m: float | None = None) -> Location:
    longitude, latitude = corner(x, y)
    return Location(
        kind=LocationKind.POINT, longitude=longitude, latitude=latitude, accuracy_m=accuracy_m
    )


def sentence_at(x: float, y: float, accuracy_m: float | None = None) -> str:
    with pytest.raises(OutsideCity) as caught:
        check_inside(place(x, y, accuracy_m=accuracy_m))
    return caught.value.message


def test_a_place_in_the_city_passes() -> None:
    check_inside(place(4, 4))


def test_words_without_a_point_pass() -> None:
    check_inside(Location(kind=LocationKind.WORDS, directions="under the bridge"))


def test_the_neighbor_is_named_with_its_phone() -> None:
    assert sentence_at(9, 4) == (
        "This place is outside Port Calder, in Calder County. Please contact them at 410-555-0100."
    )


def test_a_neighbor_without_a_phone_is_named() -> None:
    assert sentence_at(-4, 4) == (
        "This place is outside Port Calder, in Mill Town. Please tell them."
    )


def test_an_unknown_neighbor_is_not_invented() -> None:
    assert sentence_at(4, 20) == (
        "This place is outside Port Calder, so the city cannot act on it."
    )


def test_a_hole_in_the_city_is_outside() -> None:
    assert "outside Port Calder" in sentence_at(2.5, 2.5)


def test_a_point_that_is_not_exact_gets_the_benefit_of_the_doubt() -> None:
    check_inside(place(8.5, 4, accuracy_m=60.0))
    assert "Calder County" in sentence_at(8.5, 4, accuracy_m=20.0)


def test_a_hopelessly_vague_point_does_not() -> None:
    assert "Calder County" in sentence_at(14, 4, accuracy_m=90_000.0)


def test_swapped_coordinates_are_guessed_where_both_ranges_would_do(
    settings: Settings,
) -> None:
    berlin = [[13.3, 52.4], [13.5, 52.4], [13.5, 52.6], [13.3, 52.6], [13.3, 52.4]]
    load_layer(
        code="boundary",
        name="City",
        kind=AreaLayer.Kind.BOUNDARY,
        content=layer(feature(polygon(berlin), code="city")),
        by=SYSTEM,
        at=AT,
    )
    with pytest.raises(OutsideCity, match="swapped"):
        check_inside(Location(kind=LocationKind.POINT, longitude=52.5, latitude=13.4))
