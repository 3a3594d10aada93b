from typing import Any

import pytest

from citycall.core.errors import Faults
from citycall.places.index import AreaRef
from citycall.places.locations import Location, describe
from citycall.places.models import LocationKind

POINT: dict[str, Any] = {"longitude": -76.57, "latitude": 39.33}


def faults_of(**values: object) -> dict[str, str]:
    with pytest.raises(Faults) as caught:
        Location(**{"kind": LocationKind.POINT, **values})  # type: ignore[arg-type]
    return caught.value.faults


@pytest.mark.parametrize(
    "values",
    [
        {**POINT},
        {"place": "Hooper's Field"},
        {"directions": "behind the playground"},
        {**POINT, "place": "Hooper's Field", "accuracy_m": 12.5},
    ],
)
def test_a_point_or_words_are_enough(values: dict[str, object]) -> None:
    Location(kind=LocationKind.POINT, **values)  # type: ignore[arg-type]


def test_neither_point_nor_words_is_refused() -> None:
    assert "describe it in words" in faults_of(place="  ", directions="\n")["location"]


def test_a_kind_may_be_given_as_text() -> None:
    assert Location(kind="landmark", place="Zoo").kind is LocationKind.LANDMARK  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"longitude": -76.5}, "latitude", "both"),
        ({"latitude": 39.5}, "longitude", "both"),
        ({"longitude": float("nan"), "latitude": 39.0}, "latitude", "finite"),
        ({"longitude": -76.5, "latitude": float("inf")}, "latitude", "finite"),
        ({"longitude": 39.3, "latitude": -76.5}, "latitude", "swapped"),
        ({"longitude": 39.3, "latitude": -122.5}, "latitude", "swapped"),
        ({"longitude": 500.0, "latitude": 39.0}, "latitude", "not in any city"),
        ({"longitude": -8525755.0, "latitude": 4763799.0}, "latitude", "not in any city"),
        ({**POINT, "accuracy_m": -1.0}, "accuracy_m", "between"),
        ({**POINT, "accuracy_m": float("nan")}, "accuracy_m", "between"),
        ({"place": "x" * 301}, "place", "300"),
        ({"directions": "x" * 2001}, "directions", "2000"),
        ({**POINT, "kind": "planet"}, "kind", "not a kind"),
    ],
)
def test_a_wrong_value_is_said_at_its_field(
    values: dict[str, object], field: str, words: str
) -> None:
    assert words in faults_of(**values)[field]


def test_all_faults_are_said_at_once() -> None:
    assert faults_of(place="x" * 301, longitude=-76.5, accuracy_m=-1.0).keys() == {
        "place",
        "latitude",
        "accuracy_m",
    }


def test_characters_that_the_database_cannot_keep_are_left_out() -> None:
    assert Location(kind=LocationKind.WORDS, place="Zoo\x00  gate ").place == "Zoo gate"


def test_the_places_own_name_is_kept_for_the_crew() -> None:
    location = Location(
        kind=LocationKind.LANDMARK,
        place="Hooper's Field, Herring Run Park",
        directions="behind the playground",
        **POINT,
    )
    assert describe(location) == "Hooper's Field, Herring Run Park — behind the playground"


def test_a_bare_point_is_written_out_with_its_areas() -> None:
    areas = [
        AreaRef(id=1, layer="neighborhoods", code="mayfield", name="Mayfield"),
        AreaRef(id=2, layer="council", code="3", name="District 3"),
    ]
    location = Location(kind=LocationKind.POINT, **POINT)
    assert describe(location, areas) == "39.33000, -76.57000 (Mayfield, District 3)"


def test_a_vague_point_says_how_vague_it_is() -> None:
    location = Location(kind=LocationKind.POINT, accuracy_m=80.2, **POINT)
    assert describe(location) == "within 80 m of 39.33000, -76.57000"


def test_words_alone_are_said_alone() -> None:
    location = Location(kind=LocationKind.WORDS, directions="under the bridge\nby the mill")
    assert describe(location) == "under the bridge by the mill"
