"""Findings are kept, told to those who may see them, and to everybody without small numbers."""

from dataclasses import replace
from datetime import UTC, timedelta
from functools import cache

import pytest

from citycall.accounts.models import Role
from citycall.analytics.fairness import actions, findings, jobs, queries
from citycall.analytics.fairness.models import Finding
from citycall.analytics.fairness.queries import Move, NoSuchMove
from citycall.analytics.public import SMALLEST
from citycall.core.actors import Actor, ActorKind
from citycall.core.errors import NotAllowed
from tests.analytics.fairness import populations
from tests.analytics.fairness.populations import LAYER, UNTIL

ANALYST = Actor(kind=ActorKind.STAFF, id=1, memberships=frozenset({(Role.ANALYST.value, None)}))
DISPATCHER = Actor(kind=ActorKind.STAFF, id=2, memberships=frozenset({(Role.DISPATCHER.value, 3)}))
CREW = Actor(kind=ActorKind.STAFF, id=3, memberships=frozenset({(Role.CREW.value, 3)}))


@cache
def small() -> populations.World:
    return populations.world(requests=4_000, seed=2)


@cache
def told_of_small() -> findings.Findings:
    as_of = UNTIL.astimezone(UTC).replace(tzinfo=None)
    return findings.find(small().facts, layer=LAYER, as_of=as_of)


@pytest.fixture
def found(db: None) -> findings.Findings:
    """Findings that were kept before, of facts that are there."""
    populations.publish(small())
    kept = findings.as_json(told_of_small())
    Finding.objects.create(layer=LAYER, as_of=UNTIL, found=kept, computed_at=UNTIL)
    return told_of_small()


def test_findings_of_the_present_facts_take_the_place_of_earlier_ones(
    found: findings.Findings,
) -> None:
    later = UNTIL + timedelta(days=1)
    Finding.objects.create(layer="gone", as_of=UNTIL, found={}, computed_at=UNTIL)
    assert actions.compute(at=later) == 1
    assert Finding.objects.get().computed_at == later
    now = queries.found_for(ANALYST, LAYER)
    assert now is not None
    assert now.served.keys() == found.served.keys()


def test_all_areas_are_told_with_their_doubt_and_come_back_as_they_were(
    found: findings.Findings,
) -> None:
    assert found.heard is not None
    assert len(found.heard.areas) == 48
    rates = [each.rate.value for each in found.heard.areas]
    assert rates == sorted(rates)
    assert all(each.rate.low < each.rate.value < each.rate.high for each in found.heard.areas)
    assert set(found.served) == {"days", "late", "verified", "disputed"}
    assert findings.from_json(findings.as_json(found)) == found
    gap = found.served["days"].gap
    assert gap is not None
    assert gap.apart.low < gap.apart.value < gap.apart.high


def test_in_public_areas_with_few_requests_are_left_out(found: findings.Findings) -> None:
    heard = found.heard
    assert heard is not None
    few = replace(heard.areas[0], requests=SMALLEST - 1)
    told = findings.public(replace(found, heard=replace(heard, areas=(few, *heard.areas[1:]))))
    assert told.heard is not None
    assert few.area not in {each.area for each in told.heard.areas}
    assert few.area in {each.area for each in told.served["days"].areas}
    assert told.hidden == 0
    assert min(each.of for each in told.served["days"].areas) >= SMALLEST


def test_in_public_a_gap_is_told_only_where_both_fifths_are_whole(
    found: findings.Findings,
) -> None:
    days = found.served["days"]
    assert days.gap is not None
    told = findings.public(found).served["days"].gap
    assert told == days.gap
    for small in (days.gap.most[0], days.gap.least[0]):
        areas = tuple(
            replace(each, of=SMALLEST - 1) if each.area == small else each for each in days.areas
        )
        few = replace(found, served={"days": replace(days, areas=areas)})
        assert findings.public(few).served["days"].gap is None


def test_other_services_do_not_count_in_anything() -> None:
    world = populations.world(requests=4_000, seed=2)
    as_of = UNTIL.astimezone(UTC).replace(tzinfo=None)
    told = findings.find(world.facts, layer=LAYER, as_of=as_of, services=range(1, 9))
    assert told != told_of_small()
    world.facts.db.execute("DELETE FROM requests WHERE service > 8")
    assert told == findings.find(world.facts, layer=LAYER, as_of=as_of)


def test_without_services_there_is_nothing_to_tell() -> None:
    as_of = UNTIL.astimezone(UTC).replace(tzinfo=None)
    told = findings.find(small().facts, layer=LAYER, as_of=as_of, services=())
    assert (told.heard, told.served) == (None, {})


def test_who_answers_for_no_agency_does_not_see_it(found: findings.Findings) -> None:
    assert queries.found_for(DISPATCHER, LAYER) == found
    with pytest.raises(NotAllowed):
        queries.found_for(CREW, LAYER)
    with pytest.raises(NotAllowed):
        queries.what_if(CREW, Move(1, 2, 1, 4, 4), layer=LAYER)


def test_a_move_of_crews_is_told_for_both_teams_and_every_area(found: findings.Findings) -> None:
    said = queries.what_if(ANALYST, Move(1, 2, 1, 4, 4), layer=LAYER)
    assert said.giver.days.value >= 0 >= said.taker.days.value
    assert set(said.areas) == set(said.giver.by_area) | set(said.taker.by_area)
    assert len(said.areas) > 40
    assert sum(said.giver.by_area.values()) > 100
    assert said.as_of == UNTIL.astimezone(UTC)


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (Move(1, 1, 1, 4, 4), "two different"),
        (Move(1, 2, 0, 4, 4), "above 0"),
        (Move(1, 2, 1, 4, 1e9), "at most"),
        (Move(1, 2, float("nan"), 4, 4), "above 0"),
        (Move(1, 2, 4, 4, 4), "keep some"),
        (Move(1, 7, 1, 4, 4), "Team 6 had fewer than 100"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused_with_the_reason(
    found: findings.Findings, move: Move, words: str
) -> None:
    with pytest.raises(NoSuchMove, match=words):
        queries.what_if(ANALYST, move, layer=LAYER)


def test_before_the_first_facts_there_is_nothing_and_nothing_fails(db: None) -> None:
    jobs.compute_fairness(0)
    assert queries.found_for(ANALYST, LAYER) is None
    assert queries.found_for_all(LAYER) is None
    assert queries.layers() == []
