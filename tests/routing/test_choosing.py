from datetime import UTC, datetime, time

import pytest

from citycall.routing.book import RuleBook
from citycall.routing.rules import ConfigurationError

from .cast import (
    ABELL,
    EAST,
    HARBOR,
    HIGHWAYS,
    MAYFIELD,
    OTHER,
    POTHOLE,
    SANITATION,
    SORTING,
    TRASH,
    Service,
    book,
    local,
    rule,
)

MONDAY = local("2026-05-04 14:05")
FALLBACK = rule("fallback", SORTING)


def chosen(rules: RuleBook, service: Service = POTHOLE, *area_ids: int) -> int:
    return rules.choose(service, area_ids, MONDAY).team_id


def test_a_rule_for_the_service_wins_over_its_own_team() -> None:
    decision = book(rule("r", SANITATION, service_id=POTHOLE.id)).choose(POTHOLE, (), MONDAY)
    assert (decision.team_id, decision.agency_id) == (SANITATION, 1)
    assert decision.rule_id is not None


def test_the_agency_is_that_of_the_chosen_team() -> None:
    rules = book(rule("r", HARBOR, service_id=POTHOLE.id))
    assert rules.choose(POTHOLE, (), MONDAY).agency_id == 2


def test_without_a_rule_the_services_own_team_has_it() -> None:
    decision = book(FALLBACK).choose(POTHOLE, (), MONDAY)
    assert (decision.team_id, decision.rule_id) == (HIGHWAYS, None)


def test_without_a_team_of_its_own_the_fallback_has_it() -> None:
    assert chosen(book(FALLBACK), TRASH) == SORTING


def test_without_a_fallback_the_configuration_is_at_fault() -> None:
    with pytest.raises(ConfigurationError, match="“Illegal Dumping” has no team"):
        chosen(book(), TRASH)


def test_something_else_goes_to_its_sorting_team() -> None:
    assert chosen(book(rule("fallback", HIGHWAYS)), OTHER) == SORTING


def test_a_rule_for_something_else_holds_like_any_other() -> None:
    rules = book(FALLBACK, rule("r", HIGHWAYS, service_id=OTHER.id, area_id=ABELL))
    assert chosen(rules, OTHER, ABELL) == HIGHWAYS


def test_service_weighs_more_than_area_and_time_together() -> None:
    rules = book(
        rule("a", HARBOR, area_id=ABELL, days=frozenset({1})),
        rule("b", SANITATION, service_id=POTHOLE.id),
    )
    assert chosen(rules, POTHOLE, ABELL) == SANITATION


def test_area_weighs_more_than_time() -> None:
    rules = book(
        rule("a", HARBOR, service_id=POTHOLE.id, days=frozenset({1})),
        rule("b", SANITATION, service_id=POTHOLE.id, area_id=ABELL),
    )
    assert chosen(rules, POTHOLE, ABELL) == SANITATION


def test_time_weighs_more_than_nothing() -> None:
    rules = book(
        rule("a", HARBOR, service_id=POTHOLE.id),
        rule("b", SANITATION, service_id=POTHOLE.id, days=frozenset({1})),
    )
    assert chosen(rules) == SANITATION


def test_a_rule_for_another_area_does_not_hold() -> None:
    rules = book(rule("r", SANITATION, service_id=POTHOLE.id, area_id=MAYFIELD))
    assert chosen(rules, POTHOLE, ABELL, EAST) == HIGHWAYS


def test_an_area_rule_for_any_service_holds() -> None:
    assert chosen(book(rule("r", HARBOR, area_id=EAST)), POTHOLE, ABELL, EAST) == HARBOR


def test_equal_rules_of_two_layers_are_decided_by_code_however_the_areas_come() -> None:
    rules = book(
        rule("b-abell", HARBOR, service_id=POTHOLE.id, area_id=ABELL),
        rule("a-east", SANITATION, service_id=POTHOLE.id, area_id=EAST),
    )
    assert chosen(rules, POTHOLE, ABELL, EAST) == chosen(rules, POTHOLE, EAST, ABELL) == SANITATION


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        ("2026-05-08 21:59:59", False),
        ("2026-05-08 22:00", True),
        ("2026-05-09 05:59:59", True),
        ("2026-05-09 06:00", False),
        ("2026-05-09 22:00", False),
        ("2026-05-08 05:00", False),
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_it_begins_on(moment: str, night: bool) -> None:
    friday_night = rule(
        "n",
        HARBOR,
        service_id=POTHOLE.id,
        days=frozenset({5}),
        from_time=time(22),
        to_time=time(6),
    )
    decision = book(friday_night).choose(POTHOLE, (), local(moment))
    assert (decision.team_id == HARBOR) is night


def test_sunday_night_runs_into_monday() -> None:
    night = rule("n", HARBOR, days=frozenset({7}), from_time=time(22), to_time=time(6))
    assert book(night).choose(POTHOLE, (), local("2026-05-04 05:00")).team_id == HARBOR


@pytest.mark.parametrize(
    ("moment", "early"),
    [
        # The clocks go back at 2:00 on 1 November 2026: 1:30 comes twice, both in the window.
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), False),
        # They go forward at 2:00 on 8 March 2026: after 1:59 comes 3:00.
        (datetime(2026, 3, 8, 6, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), False),
    ],
)
def test_the_citys_wall_clock_counts_when_clocks_change(moment: datetime, early: bool) -> None:
    window = rule("w", HARBOR, from_time=time(1), to_time=time(2))
    assert (book(window).choose(POTHOLE, (), moment).team_id == HARBOR) is early


def test_the_moment_may_be_given_in_any_zone() -> None:
    window = rule("w", HARBOR, from_time=time(14), to_time=time(15))
    assert book(window).choose(POTHOLE, (), MONDAY.astimezone(UTC)).team_id == HARBOR


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        book(FALLBACK).choose(POTHOLE, (), datetime(2026, 5, 4, 12, 0))  # noqa: DTZ001
