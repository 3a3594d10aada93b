from datetime import time
from typing import Any

from django.utils import translation

from .cast import (
    ABELL,
    EAST,
    HARBOR,
    MAYFIELD,
    OTHER,
    POTHOLE,
    SANITATION,
    SORTING,
    TRASH,
    book,
    local,
    rule,
)

MONDAY = local("2026-05-04 14:05")
NIGHT: dict[str, Any] = {"days": frozenset({1, 2}), "from_time": time(22), "to_time": time(6)}


def test_the_rule_that_won_is_named_with_its_conditions() -> None:
    day = rule(
        "abell-day",
        SANITATION,
        service_id=POTHOLE.id,
        area_id=ABELL,
        from_time=time(8),
        to_time=time(17),
    )
    assert book(day).choose(POTHOLE, (ABELL,), MONDAY).reason == (
        "Rule “abell-day” sends “Pothole”, in Abell, 08:00–17:00 to Sanitation."
    )


def test_the_services_own_team_is_explained() -> None:
    assert book().choose(POTHOLE, (), MONDAY).reason == (
        "No rule fits, so “Pothole” goes to its own team, Highways."
    )


def test_the_sorting_team_is_explained() -> None:
    assert book().choose(OTHER, (), MONDAY).reason == (
        "“Something else” goes to Sorting, who read it and send it on."
    )


def test_the_fallback_is_explained() -> None:
    assert book(rule("fallback", SORTING)).choose(TRASH, (), MONDAY).reason == (
        "No rule fits and “Illegal Dumping” has no team of its own, "
        "so it goes to the fallback team, Sorting."
    )


def test_each_rule_that_lost_says_why() -> None:
    rules = book(
        rule("abell", SANITATION, service_id=POTHOLE.id, area_id=ABELL),
        rule("east", HARBOR, service_id=POTHOLE.id, area_id=EAST),
        rule("everywhere", HARBOR, service_id=POTHOLE.id),
        rule("fallback", SORTING),
        rule("mayfield", HARBOR, service_id=POTHOLE.id, area_id=MAYFIELD),
        rule("night", HARBOR, service_id=POTHOLE.id, **NIGHT),
        rule("in-abell", HARBOR, area_id=ABELL),
        rule("in-mayfield", HARBOR, area_id=MAYFIELD),
        rule("trash", HARBOR, service_id=TRASH.id),
    )
    decision = rules.choose(POTHOLE, (ABELL, EAST), MONDAY)
    assert decision.reason.startswith("Rule “abell” sends")
    assert [str(other) for other in decision.considered] == [
        "Rule “east” fits just as well; the code that comes first wins.",
        "Rule “mayfield” is for Mayfield, which is not the place.",
        "Rule “night” holds Mon, Tue 22:00–06:00, which Mon 14:05 is not.",
        "Rule “everywhere” fits too, but does not name the area.",
        "Rule “in-abell” fits too, but does not name the service.",
        "Rule “fallback” is the fallback, for when nothing else fits.",
    ]


def test_an_area_rule_is_explained_where_no_place_is_known() -> None:
    rules = book(rule("abell", SANITATION, service_id=POTHOLE.id, area_id=ABELL))
    [other] = rules.choose(POTHOLE, (), MONDAY).considered
    assert other.sentence == "Rule “abell” is for Abell; the place is not known."


def test_the_explanation_is_in_the_language_of_the_reader() -> None:
    night = rule("night", SANITATION, service_id=POTHOLE.id, days=frozenset({1}))
    decision = book(night).choose(POTHOLE, (), MONDAY)
    with translation.override("de"):
        assert "Mo" in decision.reason
        assert "Mon" not in decision.reason
