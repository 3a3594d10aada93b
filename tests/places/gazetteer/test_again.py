"""Building again: what stayed is left alone, what changed is renewed, what is gone is removed."""

import pytest

from citycall.core.actors import SYSTEM, Actor, ActorKind
from citycall.core.errors import NotAllowed
from citycall.core.models import Revision
from citycall.places.actions import load_places
from citycall.places.models import Block, Corner, Place
from citycall.places.queries import GAZETTEER
from tests.places.gazetteer.town import AT, Town, named, place, street


@pytest.fixture
def built(town: Town) -> Town:
    """A town with two streets and two places, built once."""
    town.streets(
        street("o", "Oak St", (0, 1), (1, 1)), street("e", "Elm St", (1, 1), (1, 2))
    )  # fmt: skip
    town.places(place("1", "City Hall", 1, 1), place("2", "Library", 2, 2))
    town.build()
    return town


def version() -> int:
    return GAZETTEER._stored_version()


def test_a_second_build_changes_nothing_and_bumps_nothing(built: Town) -> None:
    before, revisions = version(), Revision.objects.filter(subject_kind="gazetteer").count()
    report = built.build()
    assert report.changed_nothing
    assert report.layer("streets").unchanged == 2
    assert version() == before
    assert Revision.objects.filter(subject_kind="gazetteer").count() == revisions


def test_a_build_is_recorded_and_tells_the_search(built: Town) -> None:
    before = version()
    built.places(place("1", "Town Hall", 1, 1), place("2", "Library", 2, 2))
    built.build()
    assert version() > before
    record = Revision.objects.filter(subject_kind="gazetteer").latest("pk")
    assert record.after == {"layers": {"places": {"created": 0, "changed": 1, "removed": 0}}}


def test_a_changed_row_keeps_its_id(built: Town) -> None:
    before = named("City Hall").pk
    built.places(place("1", "Town Hall", 1, 1), place("2", "Library", 2, 2))
    report = built.build().layer("places")
    assert (report.changed, report.unchanged, report.created, report.removed) == (1, 1, 0, 0)
    assert named("Town Hall").pk == before


def test_what_a_layer_no_longer_has_is_removed_with_its_corner(built: Town) -> None:
    built.streets(street("o", "Oak St", (0, 1), (1, 1)))
    report = built.build()
    assert report.layer("streets").removed == 1
    assert list(Block.objects.values_list("code", flat=True)) == ["o"]
    assert not Corner.objects.exists()


def test_layers_that_the_manifest_does_not_name_are_left_alone(built: Town) -> None:
    row = {"kind": "pole", "code": "P1", "name": "P1", "longitude": -76.7, "latitude": 39.2}
    load_places(rows=[row], by=SYSTEM, at=AT)
    del built.layers["places"]
    report = built.build()
    assert Place.objects.count() == 3
    assert report.other_layers == ["", "places"]


def test_a_place_loaded_by_its_code_before_is_taken_over(town: Town) -> None:
    row = {"kind": "pole", "code": "1", "name": "P1", "longitude": -76.7, "latitude": 39.2}
    load_places(rows=[row], by=SYSTEM, at=AT)
    town.places(place("1", "City Hall", 1, 1))
    assert town.build().layer("places").changed == 1
    assert named("City Hall").layer == "places"


def test_only_administrators_build(built: Town) -> None:
    staff = Actor(kind=ActorKind.STAFF, id=1, memberships=frozenset({("dispatcher", None)}))
    with pytest.raises(NotAllowed):
        built.build(by=staff)
    administrator = Actor(
        kind=ActorKind.STAFF, id=2, memberships=frozenset({("administrator", None)})
    )
    assert built.build(by=administrator).changed_nothing
