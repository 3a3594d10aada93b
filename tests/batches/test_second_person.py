"""Ending many requests at once needs a second person of the agency."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from pytest_django import Settings

from citycall.batches import queries
from citycall.batches.actions import deciding
from citycall.batches.actions.deciding import NotWaiting
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.service_requests.actions.change import WordsMissing
from citycall.service_requests.models import ServiceRequest
from tests.batches.conftest import FIXED, LATER, confirmed, done, prepared, worked
from tests.city import City
from tests.workbench.moments import at_once

pytestmark = pytest.mark.django_db
Holes = Callable[..., list[int]]


@pytest.fixture(autouse=True)
def _three_alone(city: City, settings: Settings) -> None:
    settings.CITYCALL_BATCH_ALONE = 3


def test_so_many_may_be_ended_alone(city: City, holes: Holes) -> None:
    assert done(holes(3), "complete", FIXED, by=city.dispatcher).state == "done"


def test_more_wait_and_nothing_happens(city: City, holes: Holes) -> None:
    batch = worked(confirmed(holes(4), "complete", FIXED, by=city.dispatcher))
    assert batch.state == "waiting"
    assert not ServiceRequest.objects.filter(status="completed").exists()
    assert [each.pk for each in queries.waiting_for(city.manager)] == [batch.pk]


def test_merging_many_ends_them_too(city: City, holes: Holes) -> None:
    parent, *many = holes(5)
    batch = confirmed(many, "merge", {"parent": str(parent)}, by=city.dispatcher)
    assert batch.state == "waiting"


def test_other_steps_need_nobody(city: City, holes: Holes) -> None:
    assert done(holes(5), "start", by=city.dispatcher).state == "done"


def test_many_small_batches_are_one_large_one(city: City, holes: Holes) -> None:
    assert done(holes(3), "complete", FIXED, by=city.dispatcher).state == "done"
    assert confirmed(holes(1), "complete", FIXED, by=city.dispatcher).state == "waiting"
    assert confirmed(holes(1), "complete", FIXED, by=city.manager).state == "running"


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_count_along_for_each_other(city: City, holes: Holes) -> None:
    both = [prepared(holes(2), "complete", FIXED, by=city.dispatcher) for _n in range(2)]
    told = at_once(
        *(partial(deciding.confirm, each.pk, by=city.dispatcher, at=LATER) for each in both)
    )
    assert sorted(each.state for each in told) == ["running", "waiting"]


def test_a_second_person_agrees_and_history_names_them(city: City, holes: Holes) -> None:
    batch = confirmed(holes(4), "complete", FIXED, by=city.dispatcher)
    batch = worked(deciding.approve(batch.pk, by=city.manager, at=LATER))
    assert (batch.state, batch.changed) == ("done", 4)
    event = Event.objects.filter(kind="completed").first()
    assert event is not None
    assert (event.actor_name, event.data["approved_by"]) == ("dispatcher", "manager")


def test_a_second_person_declines_with_the_reason(city: City, holes: Holes) -> None:
    batch = confirmed(holes(4), "complete", FIXED, by=city.dispatcher)
    with pytest.raises(WordsMissing):
        deciding.decline(batch.pk, why=" ", by=city.manager, at=LATER)
    batch = deciding.decline(batch.pk, why="Nobody was there.", by=city.manager, at=LATER)
    assert worked(batch).state == "declined"
    assert not ServiceRequest.objects.filter(status="completed").exists()
    with pytest.raises(NotWaiting):
        deciding.approve(batch.pk, by=city.manager, at=LATER)


@pytest.mark.parametrize("who", ["dispatcher", "crew", "outsider", "administrator", "supervisor"])
def test_nobody_else_can_agree(city: City, holes: Holes, who: str) -> None:
    batch = confirmed(holes(4), "complete", FIXED, by=city.dispatcher)
    with pytest.raises(NotAllowed):
        deciding.approve(batch.pk, by=getattr(city, who), at=LATER)
    assert queries.waiting_for(getattr(city, who)) == []


def test_what_changed_before_the_yes_is_left(city: City, holes: Holes) -> None:
    from citycall.service_requests.actions import work

    many = holes(4)
    batch = confirmed(many, "complete", FIXED, by=city.dispatcher)
    work.start(many[0], by=city.crew, at=LATER + timedelta(minutes=1))
    at = LATER + timedelta(minutes=2)
    batch = worked(deciding.approve(batch.pk, by=city.manager, at=at), minutes=3)
    assert (batch.changed, batch.refused) == (3, 1)
