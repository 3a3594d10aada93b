"""Corners: where ends of differently named streets meet, and what people call one corner."""

import pytest

from citycall.places.models import Corner
from tests.places.drawing import corner
from tests.places.gazetteer.town import Town, corners, place, street

LISTED = {"holds": "corners", "file": "listed.geojson", "code": "code", "streets": "name"}


def cross(town: Town, **more: str) -> None:
    """Oak St and Elm St, each in two blocks, meeting at (1, 1)."""
    town.streets(
        street("o1", "OAK ST", (0, 1), (1, 1)),
        street("o2", "OAK ST", (1, 1), (2, 1)),
        street("e1", "ELM STREET", (1, 0), (1, 1)),
        street("e2", "ELM STREET", (1, 1), (1, 2)),
        **more,
    )


def test_two_streets_that_cross_are_one_corner(town: Town) -> None:
    cross(town)
    town.build()
    found = Corner.objects.get()
    assert found.streets == ["Elm St", "Oak St"]
    assert [found.longitude, found.latitude] == pytest.approx(corner(1, 1), abs=1e-6)
    assert found.layer == "network"


def test_ends_within_a_metre_meet(town: Town) -> None:
    town.streets(
        street("o1", "Oak St", (0, 1), (1, 1)), street("e1", "Elm St", (1.005, 1), (1.005, 2))
    )
    town.build()
    assert corners() == {("Elm St", "Oak St")}


def test_a_bridge_over_a_street_is_no_corner(town: Town) -> None:
    town.streets(street("o1", "Oak St", (0, 1), (2, 1)), street("e1", "Elm St", (1, 0), (1, 2)))
    town.build()
    assert corners() == set()


def test_two_halves_of_one_street_are_no_corner(town: Town) -> None:
    town.streets(street("w", "W OAK ST", (0, 1), (1, 1)), street("e", "E OAK ST", (1, 1), (2, 1)))
    town.build()
    assert corners() == set()


def test_a_street_that_crosses_two_carriageways_makes_one_corner_in_the_middle(
    town: Town,
) -> None:
    town.streets(
        street("n", "N Broad Blvd", (1, 0), (1, 1)),
        street("n2", "N Broad Blvd", (1, 1), (1, 2)),
        street("s", "N Broad Blvd", (1.3, 0), (1.3, 1)),
        street("s2", "N Broad Blvd", (1.3, 1), (1.3, 2)),
        street("a", "W Oak St", (0, 1), (1, 1)),
        street("b", "E Oak St", (1, 1), (1.3, 1)),
        street("c", "E Oak St", (1.3, 1), (3, 1)),
    )
    town.build()
    found = Corner.objects.get()
    assert found.streets == ["E Oak St", "N Broad Blvd", "W Oak St"]
    assert [found.longitude, found.latitude] == pytest.approx(corner(1.15, 1), abs=1e-6)


def test_streets_that_meet_twice_farther_apart_have_two_corners(town: Town) -> None:
    town.streets(
        street("o", "Oak St", (0, 0), (1, 0)),
        street("o2", "Oak St", (1, 0), (3, 0)),
        street("c", "Elm Cir", (1, 0), (2, 1), (3, 0)),
    )
    town.build()
    assert Corner.objects.count() == 2


def test_an_alley_comes_after_the_streets_and_two_alleys_are_no_corner(town: Town) -> None:
    town.streets(
        street("o", "Oak St", (0, 1), (1, 1), kind="S"),
        street("e", "Elm St", (1, 1), (1, 2), kind="S"),
        street("a", "Ash Alley", (1, 1), (2, 1), kind="A"),
        street("b", "Bay Alley", (2, 1), (3, 1), kind="A"),
        **{"class": {"property": "kind", "values": {"A": "alley"}}},
    )
    town.build()
    assert corners() == {("Elm St", "Oak St", "Ash Aly")}


def test_a_corner_with_an_alley_alone_is_told_by_its_code(town: Town) -> None:
    town.streets(
        street("o", "Oak St", (0, 1), (1, 1), kind="S"),
        street("a", "Ash Alley", (1, 1), (2, 1), kind="A"),
        **{"class": {"property": "kind", "values": {"A": "alley"}}},
    )
    town.build()
    assert Corner.objects.get().code.startswith("alley-corner:")


@pytest.mark.parametrize("road_class", ["ramp", "tunnel"])
def test_nobody_speaks_of_a_corner_with_a_ramp_or_a_tunnel(town: Town, road_class: str) -> None:
    town.streets(
        street("o", "Oak St", (0, 1), (1, 1), kind="S"),
        street("r", "I 83", (1, 1), (2, 2), kind="R"),
        **{"class": {"property": "kind", "values": {"R": road_class}}},
    )
    town.build()
    assert corners() == set()


def test_a_listed_corner_that_the_network_has_is_kept_once(town: Town) -> None:
    cross(town)
    town.write("listed", place("c", "ELM ST & OAK ST", 1.1, 1))
    town.layers["listed"] = LISTED
    report = town.build()
    assert corners() == {("Elm St", "Oak St")}
    assert report.layer("listed").known_already == 1


def test_a_listed_corner_that_the_network_lacks_is_added(town: Town) -> None:
    cross(town)
    town.write("listed", place("c", "ELM ST & PINE ST", 1, 1))
    town.layers["listed"] = LISTED
    town.build()
    assert corners() == {("Elm St", "Oak St"), ("Elm St", "Pine St")}


def test_of_a_listed_corner_that_gathers_several_only_what_lacks_is_added(town: Town) -> None:
    cross(town)
    town.write("listed", place("c", "ELM ST & OAK ST & PINE ST", 1, 1))
    town.layers["listed"] = {**LISTED, "only": {"name": "ELM ST & OAK ST & PINE ST"}}
    town.build()
    assert ("Elm St", "Oak St", "Pine St") in corners()
    town.write("listed", place("c", "ELM ST & OAK ST & RAMP", 1, 1))
    town.layers["listed"] = {**LISTED, "blank": ["RAMP"]}
    town.build()
    assert corners() == {("Elm St", "Oak St")}


def test_a_listed_corner_of_one_street_is_refused(town: Town) -> None:
    cross(town)
    town.write("listed", place("c", "ELM ST", 1, 1), place("d", "ELM ST & PINE ST", 1, 1))
    town.layers["listed"] = LISTED
    (refused,) = town.build().layer("listed").refused
    assert (refused.number, refused.reason) == (1, "It names fewer than two streets.")
