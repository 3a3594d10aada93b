from datetime import UTC, datetime
from pathlib import Path

import pytest

from citycall.accounts.models import Role
from citycall.core.actors import SYSTEM, Actor, ActorKind, resident
from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Revision
from citycall.places import policies
from citycall.places.actions import LayerReport, NothingMatches, load_layer
from citycall.places.fit import warnings_of
from citycall.places.geojson import BadLayer, read_layer
from citycall.places.models import Area, AreaLayer
from citycall.places.queries import areas

from .drawing import corner, feature, layer, polygon, square, squares

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ADMINISTRATOR = Actor(
    kind=ActorKind.STAFF, id=7, name="Ada", memberships=frozenset({("administrator", None)})
)


def load(content: bytes | Path, **values: object) -> LayerReport:
    defaults = {"code": "wards", "name": "Wards", "kind": AreaLayer.Kind.PARTITION, "by": SYSTEM}
    return load_layer(content=content, at=AT, **{**defaults, **values})  # type: ignore[arg-type]


def ids() -> dict[str, int]:
    return dict(Area.objects.values_list("code", "pk"))


def test_a_layer_is_made_and_its_points_are_found() -> None:
    report = load(squares("abc"))
    assert report.created == ("a", "b", "c")
    [found] = areas().at(*corner(1.5, 0.5))
    assert (found.layer, found.code, found.name) == ("wards", "b", "B")


def test_a_file_on_disk_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wards.geojson"
    path.write_bytes(squares("ab"))
    assert load(path).created == ("a", "b")


def test_a_second_load_of_the_same_file_changes_nothing() -> None:
    load(squares("abc"))
    report = load(squares("abc"))
    assert (report.created, report.changed, report.retired) == ((), (), ())
    assert report.unchanged == ("a", "b", "c")
    assert Revision.objects.filter(subject_kind="area_layer").count() == 1


def test_areas_keep_their_ids_by_their_codes() -> None:
    load(squares("abc"))
    before = ids()
    report = load(squares("cab"))
    assert set(report.changed) == {"a", "b", "c"}
    assert ids() == before


def test_an_area_that_is_gone_is_retired_and_still_known_by_name() -> None:
    load(squares("abc"))
    report = load(squares("ab"))
    assert report.retired == ("c",)
    assert areas().at(*corner(2.5, 0.5)) == ()
    assert areas().area(ids()["c"]).retired


def test_a_retired_area_comes_back_with_its_id() -> None:
    load(squares("abc"))
    before = ids()
    load(squares("ab"))
    assert load(squares("abc")).changed == ("c",)
    assert ids() == before
    assert len(areas().at(*corner(2.5, 0.5))) == 1


def test_an_area_whose_new_shape_is_refused_stays_as_it_was() -> None:
    load(squares("ab"))
    broken = layer(
        feature(polygon(square(0, 0)), code="a", name="A"), feature(None, code="b", name="B")
    )
    report = load(broken)
    assert [refusal.code for refusal in report.refused] == ["b"]
    assert report.retired == ()
    assert len(areas().at(*corner(1.5, 0.5))) == 1


def test_a_file_whose_codes_all_differ_is_refused() -> None:
    load(squares("abc"))
    with pytest.raises(NothingMatches, match="“code”"):
        load(squares("xyz"))
    assert len(areas().of_layer("wards")) == 3


def test_all_areas_are_replaced_when_that_is_said() -> None:
    load(squares("abc"))
    assert load(squares("xyz"), replace_all=True).retired == ("a", "b", "c")


def test_a_bad_file_changes_nothing() -> None:
    load(squares("abc"))
    with pytest.raises(BadLayer):
        load(b"{}")
    assert Area.objects.filter(retired=False).count() == 3


def test_a_wrong_layer_code_is_said() -> None:
    with pytest.raises(Faults, match="lower-case"):
        load(squares("abc"), code="Wards!")


def test_what_was_mended_is_reported() -> None:
    report = load(layer(feature(polygon(square(0, 0)[::-1]), code="a", name="A")))
    assert [area.code for area in report.mended] == ["a"]


def test_overlaps_and_gaps_are_warned_of_with_their_size() -> None:
    wide = feature(polygon(square(0, 0, size=1.5)), code="a", name="Abell")
    report = load(layer(wide, feature(polygon(square(1, 0)), code="b", name="Better Waverly")))
    assert [str(warning) for warning in report.warnings] == [
        "“Abell” and “Better Waverly” overlap by 4,791 m²."
    ]


def test_ground_within_the_boundary_without_an_area_is_warned_of() -> None:
    city = layer(feature(polygon(square(0, 0, size=2)), code="city", name="City"))
    load(city, code="boundary", name="City", kind=AreaLayer.Kind.BOUNDARY)
    [warning] = load(squares("ab")).warnings
    assert str(warning) == "A piece of 19,163 m² belongs to no area."


def test_many_small_warnings_are_summed_up() -> None:
    checks = [feature(polygon(square(x, 0, size=1.1)), code=f"{x}", name=f"{x}") for x in range(30)]
    messages = [str(warning) for warning in load(layer(*checks)).warnings]
    assert len(messages) == 21
    assert messages[-1].startswith("9 more such pieces have ")


def test_measuring_that_takes_too_long_is_said() -> None:
    read = read_layer(squares("ab"))
    [warning] = warnings_of(read.areas, boundary=None, seconds=0.001)
    assert "could not be measured in time" in warning.message


def test_a_load_is_recorded_with_who_did_it() -> None:
    load(squares("ab"), by=ADMINISTRATOR)
    revision = Revision.objects.get(subject_kind="area_layer")
    assert (revision.subject_code, revision.actor_name) == ("wards", "Ada")
    assert revision.after is not None
    assert revision.after["areas"]["a"]["retired"] is False


@pytest.mark.parametrize(
    "actor",
    [
        resident(),
        *(
            Actor(kind=ActorKind.STAFF, memberships=frozenset({(role.value, None)}))
            for role in Role
            if role is not Role.ADMINISTRATOR
        ),
    ],
    ids=lambda actor: next((role for role, _agency in actor.memberships), actor.kind.value),
)
def test_only_administrators_load_layers(actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        load(squares("ab"), by=actor)
    assert not Area.objects.exists()


def test_the_administrators_role_is_the_one_of_accounts() -> None:
    assert Role.ADMINISTRATOR.value == policies.ADMINISTRATOR
