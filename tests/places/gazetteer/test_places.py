"""Places from layers: kinds, aliases, parents, shapes, neighborhoods, and what is refused."""

import pytest
import shapely

from citycall.places.models import Place
from citycall.places.queries import search
from tests.places.drawing import square
from tests.places.gazetteer.town import Town, area, named, place


def test_a_place_has_its_kind_aliases_address_and_names(town: Town) -> None:
    row = place("p1", "City Hall", 1, 1, kind="Office", other="The Hall; Rathaus", at="1 Main St")
    row["properties"]["es"] = "Ayuntamiento"
    town.places(row, alias_separator=";", address="at", names={"es": "es"})
    town.build()
    hall = named("City Hall")
    assert (hall.kind, hall.layer, hall.code) == ("landmark", "places", "p1")
    assert (hall.aliases, hall.address) == (["The Hall", "Rathaus", "Ayuntamiento"], "1 Main St")
    assert hall.names == {"es": "Ayuntamiento"}
    assert [found.code for found in search("ayuntamiento").candidates] == ["place:p1"]


def test_a_park_keeps_its_shape_and_a_point_within_it(town: Town) -> None:
    town.places(area("Hill Park", square(1, 1), kind="Park"))
    town.build()
    park = named("Hill Park")
    assert park.shape is not None
    assert shapely.from_wkb(bytes(park.shape)).contains(
        shapely.Point(park.longitude, park.latitude)
    )


def test_a_place_in_a_park_gets_the_smallest_park_as_its_parent(town: Town) -> None:
    town.places(
        area("Great Park", square(0, 0, 9), kind="Park"),
        area("Small Park", square(1, 1), kind="Park"),
        place("p", "Old Oak", 1.5, 1.5),
        place("q", "Lone Elm", 20, 20),
        place("r", "Gate", 1.5, 1.5, part_of="The Zoo"),
        within="park",
        parent="part_of",
    )
    town.build()
    assert named("Old Oak").parent == "Small Park"
    assert named("Lone Elm").parent == ""
    assert named("Gate").parent == "The Zoo"
    assert named("Great Park").parent == ""


def test_words_with_properties_make_names_and_codes(town: Town) -> None:
    town.places(
        place("7", "Main & Oak", 1, 1, number=104),
        place("8", None, 1, 1, number=105),
        name=["Stop {number}, {name}", "Stop {number}"],
        code="stop-{number}",
        aliases="{name} stop",
    )
    town.build()
    assert dict(Place.objects.values_list("code", "name")) == {
        "stop-104": "Stop 104, Main & Oak",
        "stop-105": "Stop 105",
    }
    assert named("Stop 105").aliases == []


def test_blank_values_and_filters(town: Town) -> None:
    town.places(
        place("1", "Unknown", 1, 1),
        place("2", "Mural", 1, 1, state="gone"),
        place("3", "Fountain", 1, 1, state="there"),
        blank=["unknown"],
        without={"state": "Gone"},
    )
    report = town.build().layer("places")
    assert (report.read, report.left_out, report.created) == (2, 1, 1)
    assert [row.reason for row in report.refused] == ["It has no name."]


def test_a_code_that_another_layer_has_is_refused(town: Town) -> None:
    town.places(place("x", "City Hall", 1, 1))
    town.write("stops", place("x", "Library", 1, 1), place("y", "School", 1, 1))
    town.layers["stops"] = {**town.layers["places"], "file": "stops.geojson"}
    (refused,) = town.build().layer("stops").refused
    assert refused.reason == "The layer “places” has the same code."


def test_areas_that_are_named_are_neighborhoods_too(town: Town) -> None:
    town.write(
        "hoods", area("hampden", square(0, 0)), area("zoo", square(1, 0), use="park")
    )  # fmt: skip
    town.layers["hoods"] = {
        "holds": "areas", "file": "hoods.geojson", "title": "Neighborhoods", "kind": "partition",
        "code": "code", "named": True, "without": {"use": "park"},
    }  # fmt: skip
    town.build()
    assert list(Place.objects.values_list("kind", "name")) == [("neighborhood", "Hampden")]
    assert named("Hampden").shape is not None


def test_when_no_row_can_be_used_nothing_is_changed(town: Town) -> None:
    town.places(place("1", "City Hall", 1, 1))
    town.build()
    town.places(place("1", None, 1, 1))
    with pytest.raises(Exception, match="No row of the layer “places” can be used"):
        town.build()
    assert Place.objects.count() == 1
