"""Taking a batch back: what was goes back, what has moved on stays, and all of it is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from citycall.batches import queries
from citycall.batches.actions import running
from citycall.batches.actions.running import NotUndoable
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.notifications.models import Delivery
from citycall.reactions import react
from citycall.service_requests.actions import tell_more, work
from citycall.service_requests.models import ServiceRequest
from tests.batches.conftest import FIXED, LATER, confirmed, done, taken_back, worked
from tests.batches.test_doing import VALUES, facts
from tests.city import NOW, City

pytestmark = pytest.mark.django_db
Holes = Callable[..., list[int]]


@pytest.mark.parametrize("step", ["start", "hold", "transfer", "complete"])
def test_each_goes_back_to_what_it_was(city: City, holes: Holes, step: str) -> None:
    many = holes(3)
    work.assign(many[1], assignee_id=city.crew.id, by=city.dispatcher, at=NOW)
    before = [facts(each) for each in many]
    batch = done(many, step, VALUES[step], by=city.dispatcher)
    assert [facts(each) for each in many] != before
    batch = taken_back(batch, by=city.dispatcher)
    assert (batch.state, batch.taken_back, batch.kept) == ("undone", 3, 0)
    assert [facts(each) for each in many] == before


def test_a_resumed_clock_goes_back_and_the_date_is_told(city: City, holes: Holes) -> None:
    (one,) = holes(1)
    work.hold(one, reason="weather", words="", by=city.dispatcher, at=NOW)
    before = facts(one)
    taken_back(done([one], "resume", by=city.dispatcher), by=city.dispatcher)
    assert facts(one) == before
    dates = Event.objects.filter(subject_id=one, kind="promise_changed").order_by("id")
    first, second = (event.data for event in dates)
    assert (second["before"], second["after"]) == (first["after"], first["before"])


def test_merged_ones_stand_by_themselves_again(city: City, holes: Holes) -> None:
    parent, *many = holes(4)
    before = [facts(each) for each in (parent, *many)]
    batch = done(many, "merge", {"parent": str(parent)}, by=city.dispatcher)
    taken_back(batch, by=city.dispatcher)
    assert [facts(each) for each in (parent, *many)] == before


def test_history_keeps_both(city: City, holes: Holes) -> None:
    (one,) = holes(1)
    taken_back(done([one], "complete", FIXED, by=city.dispatcher), by=city.dispatcher)
    kinds = Event.objects.filter(subject_id=one).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["submitted", "completed", "taken_back"]


def test_what_has_moved_on_is_listed_and_not_overwritten(city: City, holes: Holes) -> None:
    one, other = holes(2)
    batch = done([one, other], "start", by=city.dispatcher)
    at = LATER + timedelta(minutes=2)
    work.hold(one, reason="parts", words="", by=city.crew, at=at)
    batch = taken_back(batch, by=city.dispatcher, minutes=3)
    assert (batch.taken_back, batch.kept) == (1, 1)
    assert ServiceRequest.objects.get(pk=one).status == "on_hold"
    (left,) = queries.left_alone(batch)
    assert (left.why, left.some[0].pk) == ("Somebody has changed them since.", one)


def test_killed_in_the_middle_it_goes_on(
    city: City, holes: Holes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 2)
    batch = done(holes(5), "start", by=city.dispatcher)
    running.undo(batch.pk, by=city.dispatcher, at=LATER + timedelta(minutes=2))
    running.go_on(batch.pk, at=LATER + timedelta(minutes=2))
    batch = worked(batch, minutes=3)
    assert (batch.taken_back, batch.kept) == (5, 0)
    assert Event.objects.filter(kind="taken_back").count() == 5


@pytest.mark.parametrize(
    ("hours", "step", "values"), [(30.0, "start", {}), (0.5, "message", {"words": "Soon."})]
)
def test_too_late_or_said_for_good(
    city: City, holes: Holes, hours: float, step: str, values: dict[str, Any]
) -> None:
    batch = done(holes(1), step, values, by=city.dispatcher)
    with pytest.raises(NotUndoable):
        running.undo(batch.pk, by=city.dispatcher, at=LATER + timedelta(hours=hours))


def test_the_agencys_manager_may_and_a_stranger_may_not(city: City, holes: Holes) -> None:
    batch = done(holes(1), "start", by=city.dispatcher)
    at = LATER + timedelta(minutes=2)
    with pytest.raises(NotAllowed):
        running.undo(batch.pk, by=city.outsider, at=at)
    running.undo(batch.pk, by=city.manager, at=at)


def _written(kind: str) -> list[str]:
    """What is owed to whoever reported, when everything that waits has come due."""
    for event in Event.objects.filter(kind__in=["completed", kind]).order_by("id"):
        react(event)
    return list(Delivery.objects.order_by("id").values_list("template", flat=True))


def test_taken_back_in_time_nobody_is_written_to(city: City, holes: Holes) -> None:
    batch = done(holes(2), "complete", FIXED, by=city.dispatcher)
    taken_back(batch, by=city.dispatcher, minutes=5)
    assert _written("taken_back") == []


def test_taken_back_later_they_are_told_of_the_mistake(city: City, holes: Holes) -> None:
    batch = done(holes(1), "complete", FIXED, by=city.dispatcher)
    taken_back(batch, by=city.dispatcher, minutes=30)
    assert _written("taken_back") == ["completed", "taken_back"]


def test_a_merge_taken_back_in_time_is_not_told(city: City, holes: Holes) -> None:
    parent, child = holes(2)
    batch = done([child], "merge", {"parent": str(parent)}, by=city.dispatcher)
    taken_back(batch, by=city.dispatcher, minutes=5)
    for event in Event.objects.filter(kind__in=["merged", "unmerged"]):
        react(event)
    assert not Delivery.objects.exists()


def test_a_note_after_it_was_done_counts_as_moving_on(city: City, holes: Holes) -> None:
    (one,) = holes(1)
    batch = done([one], "complete", FIXED, by=city.dispatcher)
    at = LATER + timedelta(minutes=2)
    tell_more.add_note(one, words="Checked.", public=False, by=city.crew, at=at)
    assert taken_back(batch, by=city.dispatcher, minutes=3).kept == 1


def test_nothing_is_taken_back_before_it_was_done(city: City, holes: Holes) -> None:
    batch = confirmed(holes(1), "start", by=city.dispatcher)
    with pytest.raises(NotUndoable):
        running.undo(batch.pk, by=city.dispatcher, at=LATER)
