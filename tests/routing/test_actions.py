from datetime import timedelta
from typing import Any

import pytest

from citycall.accounts.models import Role
from citycall.agencies.actions import StillUsed, save_team
from citycall.agencies.documents import read
from citycall.agencies.editing import CannotUndo
from citycall.agencies.specs import TeamSpec
from citycall.catalog.actions import retire_service
from citycall.catalog.queries import catalog
from citycall.core.actors import SYSTEM, Actor, ActorKind, resident
from citycall.core.errors import Faults, NotAllowed, NotFound
from citycall.core.models import Revision
from citycall.places.actions import load_layer
from citycall.places.models import Area, AreaLayer
from citycall.routing import actions
from citycall.routing.checks import FaultKind
from citycall.routing.models import RoutingRule
from citycall.routing.queries import faults, history, routing, rules
from citycall.routing.specs import RuleSpec
from tests import city
from tests.city import NOW
from tests.places.drawing import squares

pytestmark = pytest.mark.django_db

ADMINISTRATOR = Actor(
    kind=ActorKind.STAFF, id=7, name="Ada", memberships=frozenset({("administrator", None)})
)


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    city.build()


@pytest.fixture
def _wards(_city: None) -> None:
    load("abc")


def load(codes: str, kind: AreaLayer.Kind = AreaLayer.Kind.PARTITION) -> None:
    load_layer(code="wards", name="Wards", kind=kind, content=squares(codes), by=SYSTEM, at=NOW)


def save(by: Actor = SYSTEM, **fields: Any) -> RoutingRule:
    spec = read(RuleSpec, {"code": "rule", "service": "pothole", "team": "cleaning", **fields})
    return actions.save_rule(spec=spec, by=by, at=NOW)


def team_for(service: str = "pothole", *, ward: str = "") -> str:
    area_ids = [Area.objects.get(code=ward).pk] if ward else []
    decision = routing().choose(catalog().service(service), area_ids, NOW)
    return catalog().team(decision.team_id).code


def last_revision(code: str = "rule") -> Revision:
    return Revision.objects.filter(subject_kind="routing_rule", subject_code=code).latest("id")


def undo(revision: Revision) -> Revision:
    return actions.undo(revision=revision.pk, by=SYSTEM, at=NOW)


def test_a_saved_rule_routes_at_once() -> None:
    assert team_for() == "paving"
    save()
    assert team_for() == "cleaning"


@pytest.mark.usefixtures("_wards")
def test_a_saved_rule_is_read_back_as_it_was_written() -> None:
    save(area="wards/b", days=[7, 6, 6], from_time="22:00", to_time="06:00", note="Night shift")
    spec = next(spec for spec in rules() if spec.code == "rule")
    assert spec.model_dump(mode="json") == {
        "code": "rule",
        "service": "pothole",
        "area": "wards/b",
        "days": [6, 7],
        "from_time": "22:00:00",
        "to_time": "06:00:00",
        "team": "cleaning",
        "note": "Night shift",
    }


@pytest.mark.usefixtures("_wards")
def test_an_area_rule_routes_by_the_area() -> None:
    save(area="wards/b")
    assert (team_for(ward="b"), team_for(ward="a")) == ("cleaning", "paving")


def test_a_removed_rule_no_longer_routes() -> None:
    save()
    actions.remove_rule(code="rule", by=SYSTEM, at=NOW)
    assert team_for() == "paving"


def test_a_change_of_a_teams_agency_is_seen_by_routing() -> None:
    save(code="leak", service="water-leak", team="cleaning")
    before = routing().choose(catalog().service("water-leak"), (), NOW).agency_id
    spec = TeamSpec(code="mains", name="Mains and pipes", agency="water")
    save_team(spec=spec, by=SYSTEM, at=NOW)
    actions.remove_rule(code="leak", by=SYSTEM, at=NOW)
    decision = routing().choose(catalog().service("water-leak"), (), NOW)
    assert decision.agency_id != before
    assert "Mains and pipes" in decision.reason


def test_the_same_book_is_kept_while_nothing_changes() -> None:
    assert routing() is routing()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"service": "nothing"}, "service"),
        ({"team": "nobody"}, "team"),
        ({"area": "wards/z"}, "area"),
        ({"area": "b"}, "area"),
        ({"days": [0]}, "days.0"),
        ({"from_time": "08:00"}, "to_time"),
        ({"from_time": "08:00", "to_time": "08:00"}, "to_time"),
        ({"from_time": "08:00Z", "to_time": "09:00"}, "from_time"),
        ({"code": "Not A Code"}, "code"),
        ({"note": "x" * 201}, "note"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Faults) as caught:
        save(**fields)
    assert field in caught.value.faults
    assert team_for() == "paving"


def test_a_retired_service_gets_no_rule() -> None:
    retire_service(code="graffiti", by=SYSTEM, at=NOW)
    with pytest.raises(Faults, match="offered"):
        save(service="graffiti")


@pytest.mark.usefixtures("_wards")
def test_a_retired_area_gets_no_rule() -> None:
    load("ab")
    with pytest.raises(Faults, match="area"):
        save(area="wards/c")


@pytest.mark.usefixtures("_wards")
def test_only_areas_of_partitions_can_be_conditions() -> None:
    load("abc", kind=AreaLayer.Kind.NEIGHBOR)
    with pytest.raises(Faults, match="area"):
        save(area="wards/a")


def test_a_team_that_a_rule_sends_work_to_cannot_be_retired() -> None:
    save(team="mains")
    retire_service(code="water-leak", by=SYSTEM, at=NOW)
    with pytest.raises(StillUsed):
        save_team(
            spec=TeamSpec(code="mains", name="Mains", agency="water", retired=True),
            by=SYSTEM,
            at=NOW,
        )


def test_the_last_fallback_cannot_be_removed() -> None:
    with pytest.raises(actions.LastFallback):
        actions.remove_rule(code="fallback", by=SYSTEM, at=NOW)
    assert RoutingRule.objects.filter(code="fallback").exists()


def test_the_last_fallback_cannot_get_a_condition() -> None:
    with pytest.raises(actions.LastFallback):
        save(code="fallback")


def test_the_team_of_the_last_fallback_can_be_changed() -> None:
    assert save(code="fallback", service=None, team="mains").team.code == "mains"


def test_a_fallback_can_be_removed_once_there_is_another() -> None:
    save(code="spare", service=None)
    actions.remove_rule(code="fallback", by=SYSTEM, at=NOW)
    assert [spec.code for spec in rules()] == ["spare"]


def test_removing_an_unknown_rule_is_said() -> None:
    with pytest.raises(actions.UnknownRule):
        actions.remove_rule(code="nothing", by=SYSTEM, at=NOW)


def test_every_change_is_recorded_with_who_made_it() -> None:
    save(by=ADMINISTRATOR)
    save(by=ADMINISTRATOR, team="mains")
    actions.remove_rule(code="rule", by=ADMINISTRATOR, at=NOW + timedelta(minutes=1))
    changes = history(code="rule", by=ADMINISTRATOR)
    teams = [
        (change.before and change.before["team"], change.after and change.after["team"])
        for change in changes
    ]
    assert teams == [("mains", None), ("cleaning", "mains"), (None, "cleaning")]
    assert {change.actor_name for change in changes} == {"Ada"}


def test_saving_the_same_again_records_nothing() -> None:
    save()
    save()
    assert len(history(code="rule", by=SYSTEM)) == 1


def test_undoing_a_change_brings_back_what_was_before() -> None:
    save()
    save(team="mains")
    undo(last_revision())
    assert team_for() == "cleaning"


def test_undoing_the_making_of_a_rule_removes_it() -> None:
    save()
    undo(last_revision())
    assert team_for() == "paving"


def test_undoing_a_removal_brings_the_rule_back() -> None:
    save()
    undo(actions.remove_rule(code="rule", by=SYSTEM, at=NOW))
    assert team_for() == "cleaning"


def test_an_undoing_can_be_undone_and_says_what_it_undid() -> None:
    save()
    first = last_revision()
    undoing = undo(first)
    assert undoing.undoes == first
    undo(undoing)
    assert team_for() == "cleaning"


def test_a_change_that_was_followed_by_another_is_not_undone() -> None:
    save()
    first = last_revision()
    save(team="mains")
    with pytest.raises(CannotUndo):
        undo(first)


def test_undoing_may_not_take_the_last_fallback_away() -> None:
    with pytest.raises(actions.LastFallback):
        undo(last_revision("fallback"))


def test_a_revision_of_something_else_is_not_undone_here() -> None:
    other = Revision.objects.exclude(subject_kind="routing_rule").earliest("id")
    with pytest.raises(NotFound):
        undo(other)


@pytest.mark.usefixtures("_wards")
def test_the_checks_see_the_rules_the_catalog_and_the_areas() -> None:
    assert faults() == []
    save(area="wards/c")
    load("ab")
    retire_service(code="water-leak", by=SYSTEM, at=NOW)
    assert [(fault.kind, fault.rules) for fault in faults()] == [
        (FaultKind.RETIRED_AREA, ("rule",))
    ]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_change_rules(role: Role) -> None:
    by = Actor(kind=ActorKind.STAFF, memberships=frozenset({(role.value, None)}))
    save()
    revision = last_revision()
    for attempt in (
        lambda: save(by=by, team="mains"),
        lambda: actions.remove_rule(code="rule", by=by, at=NOW),
        lambda: actions.undo(revision=revision.pk, by=by, at=NOW),
        lambda: history(code="rule", by=by),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert team_for() == "cleaning"


def test_residents_do_not_change_rules() -> None:
    with pytest.raises(NotAllowed):
        save(by=resident())
