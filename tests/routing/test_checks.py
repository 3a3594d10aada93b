from datetime import time
from typing import Any

import pytest

from citycall.routing.checks import FaultKind, RuleFault

from .cast import (
    ABELL,
    EAST,
    GONE,
    HARBOR,
    HIGHWAYS,
    MAYFIELD,
    OTHER,
    POTHOLE,
    RETIRED_AREA,
    SANITATION,
    SORTING,
    TRASH,
    Team,
    Teams,
    faults_of,
    rule,
)

FALLBACK = rule("fallback", SORTING)
DAY: dict[str, Any] = {"from_time": time(6), "to_time": time(22)}
NIGHT: dict[str, Any] = {"from_time": time(22), "to_time": time(6)}


def kinds(*rules: Any) -> list[tuple[FaultKind, tuple[str, ...]]]:
    return [(fault.kind, fault.rules) for fault in faults_of([FALLBACK, *rules])]


def for_pothole(code: str, team_id: int = HIGHWAYS, **conditions: Any) -> Any:
    return rule(code, team_id, service_id=POTHOLE.id, **conditions)


def test_a_good_book_has_no_faults() -> None:
    assert kinds(for_pothole("day", **DAY), for_pothole("abell", area_id=ABELL)) == []


def test_a_missing_fallback_names_the_services_that_could_be_lost() -> None:
    [fault] = faults_of([])
    assert fault.kind is FaultKind.NO_FALLBACK
    assert "“Illegal Dumping” could be left without a team" in fault.sentence


def test_a_missing_fallback_names_nobody_where_rules_hold_at_all_times() -> None:
    trash = [rule("d", service_id=TRASH.id, **DAY), rule("n", service_id=TRASH.id, **NIGHT)]
    [fault] = faults_of(trash)
    assert fault == RuleFault(
        FaultKind.NO_FALLBACK, (), "There is no fallback rule, one without any condition."
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"area_id": ABELL}, {"area_id": ABELL}),
        ({"area_id": ABELL}, {"area_id": EAST}),
        (DAY, {"days": frozenset({3})}),
        (NIGHT, {"from_time": time(5), "to_time": time(7)}),
        ({"area_id": ABELL, **DAY}, {"area_id": EAST, **DAY}),
    ],
)
def test_rules_that_can_fit_together_for_different_teams_contradict(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    found = kinds(for_pothole("a", HIGHWAYS, **first), for_pothole("b", SANITATION, **second))
    assert (FaultKind.CONTRADICTION, ("a", "b")) in found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"area_id": ABELL}, {"area_id": MAYFIELD}),
        (DAY, NIGHT),
        ({"days": frozenset({1})}, {"days": frozenset({2})}),
        ({"days": frozenset({5}), **NIGHT}, {"days": frozenset({6}), **NIGHT}),
        ({"area_id": ABELL}, DAY),
    ],
)
def test_rules_that_never_fit_together_or_weigh_differently_do_not_contradict(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert kinds(for_pothole("a", HIGHWAYS, **first), for_pothole("b", SANITATION, **second)) == []


def test_equal_rules_for_the_same_team_do_not_contradict() -> None:
    found = kinds(for_pothole("a", area_id=ABELL), for_pothole("b", area_id=EAST))
    assert found == []


def test_two_fallbacks_with_different_teams_contradict_and_one_is_never_used() -> None:
    assert kinds(rule("spare", HIGHWAYS)) == [
        (FaultKind.CONTRADICTION, ("fallback", "spare")),
        (FaultKind.SHADOWED, ("spare",)),
    ]


def test_the_same_rule_twice_is_used_once() -> None:
    assert kinds(for_pothole("a"), for_pothole("b")) == [(FaultKind.SHADOWED, ("b",))]


def test_a_rule_whose_hours_others_cover_together_is_never_used() -> None:
    found = kinds(for_pothole("d", **DAY), for_pothole("n", **NIGHT), for_pothole("plain"))
    assert found == [(FaultKind.SHADOWED, ("plain",))]


def test_a_rule_for_any_service_is_never_used_where_every_service_has_its_own() -> None:
    own = [rule(f"s{service.id}", service_id=service.id) for service in (POTHOLE, TRASH, OTHER)]
    assert kinds(*own, rule("any", area_id=ABELL)) == [(FaultKind.SHADOWED, ("any",))]


def test_a_rule_that_still_has_an_hour_is_used() -> None:
    almost: dict[str, Any] = {"from_time": time(0), "to_time": time(23)}
    assert kinds(for_pothole("almost", **almost), for_pothole("plain")) == []


def test_rules_for_areas_do_not_shadow_since_the_place_may_be_unknown() -> None:
    covers = [for_pothole(f"in-{area}", area_id=area) for area in (ABELL, MAYFIELD)]
    assert kinds(*covers, for_pothole("plain")) == []


def test_the_fallback_is_not_called_unused_where_every_service_has_a_team() -> None:
    assert kinds() == []


def test_a_rule_for_a_retired_service_is_never_used() -> None:
    assert kinds(rule("old", service_id=GONE.id)) == [(FaultKind.RETIRED_SERVICE, ("old",))]


def test_a_rule_for_a_retired_area_is_never_used() -> None:
    assert kinds(for_pothole("old", area_id=RETIRED_AREA)) == [(FaultKind.RETIRED_AREA, ("old",))]


def test_a_rule_with_an_empty_window_is_never_used() -> None:
    empty = for_pothole("empty", from_time=time(8), to_time=time(8))
    assert kinds(empty) == [(FaultKind.EMPTY_WINDOW, ("empty",))]


def test_an_unusable_rule_neither_contradicts_nor_shadows() -> None:
    empty = for_pothole("a", SANITATION, from_time=time(8), to_time=time(8))
    assert kinds(empty, for_pothole("b")) == [(FaultKind.EMPTY_WINDOW, ("a",))]


def test_a_team_of_another_agency_is_pointed_out() -> None:
    assert kinds(for_pothole("harbor", HARBOR)) == [(FaultKind.OTHER_AGENCY, ("harbor",))]


def test_a_retired_team_is_pointed_out() -> None:
    teams = Teams({HIGHWAYS: Team("Highways", active=False), SORTING: Team("Sorting")})
    [fault] = faults_of([FALLBACK, for_pothole("r", HIGHWAYS)], teams=teams)
    assert fault.kind is FaultKind.RETIRED_TEAM
    assert fault.sentence == "Rule “r” sends work to Highways, which is retired."
