"""Who may see meetings, take them down, and say what came of what was promised."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citycall.core.actors import Actor, resident
from citycall.core.errors import NotAllowed
from citycall.meetings import queries
from citycall.meetings.actions import commit, meet, schedule
from citycall.meetings.actions.schedule import Plan
from citycall.meetings.models import Commitment
from tests.city import NOW, City
from tests.meetings.conftest import THURSDAY, draft

LATER = THURSDAY + timedelta(days=30)
Act = Callable[[Commitment, Actor], object]

TAKING_DOWN: dict[str, Act] = {
    "call": lambda row, by: meet.call(row.agency_id, LATER, by=by, at=NOW),
    "move": lambda row, by: meet.move(row.meeting_id, LATER, by=by, at=NOW),
    "take_notes": lambda row, by: meet.take_notes(row.meeting_id, "x", version=0, by=by, at=NOW),
    "keep_paper": lambda row, by: meet.keep_paper(row.meeting_id, {}, by=by, at=NOW),
    "schedule": lambda row, by: schedule.schedule(
        row.agency_id, Plan(first_on=THURSDAY), by=by, at=NOW
    ),
    "commit": lambda row, by: commit.commit(row.meeting_id, draft(), by=by, at=NOW),
    "change": lambda row, by: commit.change(row.pk, draft(what="Other."), by=by, at=NOW),
    "carry_over": lambda row, by: commit.carry_over(row.pk, LATER, why="Rain.", by=by, at=NOW),
    "give_up": lambda row, by: commit.give_up(row.pk, why="No.", by=by, at=NOW),
}
FOLLOWING: dict[str, Act] = {
    "finish": lambda row, by: commit.finish(row.pk, proof="Photos.", by=by, at=NOW),
}
SEEING: dict[str, Act] = {
    "meeting_for": lambda row, by: queries.meeting_for(by, row.agency_id, THURSDAY),
    "meetings": lambda row, by: queries.meetings(by, row.agency_id),
    "next_for": lambda row, by: queries.next_for(by, row.agency_id, today=THURSDAY),
    "schedule_for": lambda row, by: queries.schedule_for(by, row.agency_id),
    "due": lambda row, by: queries.due(by, row.agency_id),
    "counts": lambda row, by: queries.counts(by, row.agency_id, today=THURSDAY),
    "history": lambda row, by: queries.history(by, row.agency_id),
    "commitment_for": lambda row, by: queries.commitment_for(by, row.pk),
}


@pytest.mark.parametrize("name", TAKING_DOWN)
def test_the_citys_analysts_take_down_and_nobody_of_an_agency(
    city: City, promised: Commitment, name: str
) -> None:
    for actor in (city.manager, city.dispatcher, city.supervisor, city.outsider, resident()):
        with pytest.raises(NotAllowed):
            TAKING_DOWN[name](promised, actor)
    TAKING_DOWN[name](promised, city.analyst)


def test_taking_up_again_is_for_those_who_take_down(city: City, promised: Commitment) -> None:
    commit.finish(promised.pk, proof="Photos.", by=city.manager, at=NOW)
    with pytest.raises(NotAllowed):
        commit.take_up(promised.pk, why="No.", by=city.manager, at=NOW)
    commit.take_up(promised.pk, why="No.", by=city.administrator, at=NOW)


@pytest.mark.parametrize("name", FOLLOWING)
def test_the_agencys_own_manager_says_what_came_of_it(
    city: City, promised: Commitment, other_manager: Actor, name: str
) -> None:
    for actor in (other_manager, city.dispatcher, city.crew, city.supervisor, resident()):
        with pytest.raises(NotAllowed):
            FOLLOWING[name](promised, actor)
    FOLLOWING[name](promised, city.manager)


@pytest.mark.parametrize("name", SEEING)
def test_the_agency_and_the_city_see_it_and_no_other_agency(
    city: City, promised: Commitment, other_manager: Actor, name: str
) -> None:
    for actor in (other_manager, city.outsider, city.crew, city.call_taker, resident()):
        with pytest.raises(NotAllowed):
            SEEING[name](promised, actor)
    for actor in (city.manager, city.dispatcher, city.supervisor, city.analyst):
        SEEING[name](promised, actor)


def test_whose_meetings_one_may_see(city: City, other_manager: Actor) -> None:
    assert queries.agencies_of(city.analyst) is None
    assert queries.agencies_of(other_manager) == frozenset({city.water.pk})
    with pytest.raises(NotAllowed):
        queries.agencies_of(city.crew)
