"""Spoken names: put onto places that are there, or made from a point, a park, an address."""

from typing import Any

import pytest

from citycall.places.gazetteer.yaml_text import BadManifest
from citycall.places.models import Block
from citycall.places.queries import search
from tests.places.drawing import corner, square
from tests.places.gazetteer.town import Town, area, named, place, street


@pytest.fixture
def town(town: Town) -> Town:
    """A town with two streets, a park, a tower and a neighborhood."""
    town.streets(
        street("o1", "N Oak St", (0, 1), (1, 1), lf=2, lt=98, rf=1, rt=99),
        street("o2", "N Oak St", (1, 1), (2, 1)),
        street("e1", "Elm St", (1, 0), (1, 1)),
        left=["lf", "lt"],
        right=["rf", "rt"],
    )
    town.places(
        area("Hill Park", square(3, 3, 2), kind="Park"), place("t", "Shot Tower", 1, 1)
    )  # fmt: skip
    town.write("hoods", area("hampden", square(0, 0, 9)))
    town.layers["hoods"] = {
        "holds": "areas", "file": "hoods.geojson", "title": "Neighborhoods", "kind": "partition",
        "code": "code",
    }  # fmt: skip
    return town


def test_names_of_an_existing_place_become_its_aliases(town: Town) -> None:
    town.names(
        [
            {
                "of": "shot tower",
                "name": "Phoenix Tower",
                "kind": "landmark",
                "former": ["Merchant's Tower"],
                "spoken": ["the tower"],
                "in_language": {"es": ["Torre de perdigones", "La torre"]},
            }
        ]
    )
    town.build()
    tower = named("Shot Tower")
    assert tower.aliases == [
        "Phoenix Tower", "Merchant's Tower", "the tower", "Torre de perdigones", "La torre",
    ]  # fmt: skip
    assert tower.names == {"es": "Torre de perdigones"}
    assert search("torre de perdigones").candidates[0].code == "place:t"


def test_a_part_of_a_park_without_a_spot_covers_the_park(town: Town) -> None:
    town.names([{"name": "Hooper's Field", "kind": "field", "in": "Hill Park"}])
    town.build()
    field = named("Hooper's Field")
    assert field.parent == "Hill Park"
    assert (field.longitude, field.latitude) == (
        named("Hill Park").longitude, named("Hill Park").latitude,
    )  # fmt: skip
    # The park is two steps wide and high: half its diagonal.
    assert field.accuracy_m == pytest.approx(141, abs=2)
    assert field.shape is None


def test_a_part_of_an_area_lies_in_its_middle(town: Town) -> None:
    town.names([{"name": "The Lights", "kind": "landmark", "in": "Hampden"}])
    town.build()
    assert named("The Lights").parent == "Hampden"


def test_a_point_beats_the_middle_of_its_park(town: Town) -> None:
    x, y = corner(3.5, 3.5)
    town.names([{"name": "Pool", "kind": "pool", "point": [x, y], "in": "Hill Park"}])
    town.build()
    pool = named("Pool")
    assert (pool.longitude, pool.latitude, pool.accuracy_m) == (x, y, 0)
    assert pool.parent == "Hill Park"


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("50 N Oak St", (0.5, 1)),
        ("50 north oak street", (0.5, 1)),
        ("99 Oak St", (1, 1)),
        ("Elm St & N Oak St", (1, 1)),
        ("oak street and elm street", (1, 1)),
    ],
)
def test_an_address_or_corner_is_found_in_the_streets(
    town: Town, words: str, where: tuple[float, float]
) -> None:
    town.names([{"name": "The Diner", "kind": "landmark", "at": words}])
    town.build()
    diner = named("The Diner")
    assert [diner.longitude, diner.latitude] == pytest.approx(corner(*where), abs=2e-6)
    assert diner.accuracy_m > 0
    assert diner.address == words


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"of": "Nowhere Hall"}, "There is no place called “Nowhere Hall”."),
        ({"in": "Nowhere Park"}, "There is no park or area called “Nowhere Park”."),
        ({"at": "51 Elm St"}, "There is no “51 Elm St” in the streets."),
        ({"at": "5000 N Oak St"}, "There is no “5000 N Oak St” in the streets."),
        ({"at": "Elm St & Pine St"}, "There is no “Elm St & Pine St” in the streets."),
        ({"at": "somewhere"}, "“somewhere” is neither an address nor a corner."),
        ({"point": [2.35, 48.85]}, "It lies more than 30 km outside the city."),
    ],
)
def test_a_name_that_means_nothing_is_refused(
    town: Town, entry: dict[str, Any], reason: str
) -> None:
    town.names([{"name": "X", "kind": "landmark", **entry}])
    (refused,) = town.build().layer("names").refused
    assert refused.reason == reason


def test_a_name_may_speak_of_a_place_of_the_same_file(town: Town) -> None:
    town.names([{"of": "Pool", "aliases": ["Baths"]}, {"name": "Pool", "kind": "pool", "in": "Hill Park"}])  # fmt: skip  # noqa: E501
    town.build()
    assert named("Pool").aliases == ["Baths"]


def test_streets_have_other_names_too(town: Town) -> None:
    town.names({"streets": [{"name": "N OAK ST", "aliases": ["The Avenue"]}, {"name": "Gone St"}]})
    (refused,) = town.build().layer("names").refused
    assert Block.objects.get(code="o1").other_names == ["The Avenue"]
    assert refused.reason == "There is no street called “Gone St”."


def test_a_name_taken_out_of_the_file_is_removed(town: Town) -> None:
    town.names([{"name": "Pool", "kind": "pool", "in": "Hill Park"}, {"of": "Shot Tower", "aliases": ["Y"]}])  # fmt: skip  # noqa: E501
    town.build()
    town.names([{"of": "Hill Park", "aliases": ["The Hill"]}])
    report = town.build()
    assert report.layer("names").removed == 1
    assert named("Shot Tower").aliases == []


def test_faults_of_a_names_file_are_told_with_their_lines(town: Town) -> None:
    town.names([])
    (town.folder / "names.yaml").write_text(
        "- name: Pool\n  kind: pool\n  at: 1 Oak St\n  of: Hill Park\n- name: X\n  point: [1, y]\n"
    )
    with pytest.raises(BadManifest) as caught:
        town.build()
    assert [fault.line for fault in caught.value.faults] == [1, 6]
    assert str(caught.value.faults[0]) == (
        "names.yaml:1:3: 1: Say where it is by one of: of, point, at, in."
    )
