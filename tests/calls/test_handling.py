"""What call-takers do with a conversation."""

from datetime import timedelta

import pytest

from citycall.accounts.models import Role
from citycall.calls import queries
from citycall.calls.actions import flow, handling, pads
from citycall.calls.models import Disposition, Medium, Pad, State, Touch
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import Conflict, NotAllowed
from tests import city as small_city
from tests.city import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def taker() -> Actor:
    return small_city.member("taker", Role.CALL_TAKER)


@pytest.fixture
def other() -> Actor:
    return small_city.member("other", Role.CALL_TAKER)


def test_a_visit_begins_answered_and_is_wrapped_up(taker: Actor) -> None:
    call = handling.begin(medium=Medium.VISIT, by=taker, at=NOW)
    assert call.state is State.TALKING
    done = handling.wrap_up(
        call.pk,
        disposition="information",
        notes=" asked about trash ",
        by=taker,
        at=NOW + timedelta(seconds=50),
    )
    assert (done.state, done.resolved, done.notes) == (State.OVER, True, "asked about trash")
    assert done.talk_seconds(NOW) == 50


def test_a_transfer_leaves_something_to_do(taker: Actor) -> None:
    call = handling.begin(medium=Medium.PHONE, by=taker, at=NOW)
    done = handling.wrap_up(call.pk, disposition="transferred", by=taker, at=NOW)
    assert done.resolved is False


def test_nothing_is_wrapped_up_without_saying_what_came_of_it(taker: Actor) -> None:
    call = handling.begin(medium=Medium.PHONE, by=taker, at=NOW)
    with pytest.raises(handling.NoDisposition):
        handling.wrap_up(call.pk, disposition="", by=taker, at=NOW)
    assert queries.unfinished(taker) == [call]


def test_two_calls_can_be_parked_and_no_third(taker: Actor) -> None:
    calls = [handling.begin(medium=Medium.PHONE, by=taker, at=NOW) for _n in range(3)]
    for call in calls[:2]:
        handling.park(call.pk, by=taker, at=NOW)
    with pytest.raises(handling.TooManyParked):
        handling.park(calls[2].pk, by=taker, at=NOW)
    handling.unpark(calls[0].pk, by=taker, at=NOW)
    assert handling.park(calls[2].pk, by=taker, at=NOW).parked_at == NOW


def test_anothers_call_is_left_alone(taker: Actor, other: Actor) -> None:
    call = handling.begin(medium=Medium.PHONE, by=taker, at=NOW)
    with pytest.raises(NotAllowed):
        handling.wrap_up(call.pk, disposition="nothing", by=other, at=NOW)
    with pytest.raises(NotAllowed):
        pads.keep(call.pk, content={"words": "x"}, revision=1, by=other, at=NOW)
    with pytest.raises(NotAllowed):
        queries.get_for(other, call.pk)


def test_of_two_who_answer_the_first_has_it(taker: Actor, other: Actor) -> None:
    call = flow.arrive(switch="sip", switch_id="1", by=SYSTEM, at=NOW)
    assert handling.take(call.pk, by=taker, at=NOW).taker_id == taker.id
    with pytest.raises(Conflict):
        handling.take(call.pk, by=other, at=NOW)


def test_a_caller_who_has_gone_cannot_be_answered(taker: Actor) -> None:
    call = flow.arrive(switch="sip", switch_id="1", by=SYSTEM, at=NOW)
    flow.end(call.pk, by=SYSTEM, at=NOW)
    with pytest.raises(Conflict):
        handling.take(call.pk, by=taker, at=NOW)


def test_the_same_article_is_noted_once(taker: Actor) -> None:
    call = handling.begin(medium=Medium.PHONE, by=taker, at=NOW)
    for _n in range(2):
        handling.touch(call.pk, kind=Touch.Kind.ARTICLE, code="trash", by=taker, at=NOW)
    assert Touch.objects.count() == 1


def test_a_pad_keeps_the_latest_and_goes_with_the_wrap_up(taker: Actor) -> None:
    call = handling.begin(medium=Medium.PHONE, by=taker, at=NOW)
    assert pads.keep(call.pk, content={"words": "new"}, revision=5, by=taker, at=NOW) == 5
    assert pads.keep(call.pk, content={"words": "old"}, revision=4, by=taker, at=NOW) == 5
    assert Pad.objects.get().content == {"words": "new"}
    handling.wrap_up(call.pk, disposition="nothing", by=taker, at=NOW)
    assert pads.keep(call.pk, content={"words": "late"}, revision=9, by=taker, at=NOW) == 9
    assert not Pad.objects.exists()


def test_an_endless_pad_is_refused(taker: Actor) -> None:
    call = handling.begin(medium=Medium.PHONE, by=taker, at=NOW)
    with pytest.raises(pads.TooLong):
        pads.keep(call.pk, content={"words": "x" * 60_001}, revision=1, by=taker, at=NOW)


def test_passing_to_911_is_noted_at_once(taker: Actor) -> None:
    call = handling.begin(medium=Medium.PHONE, by=taker, at=NOW)
    noted = handling.dispose(call.pk, disposition=Disposition.EMERGENCY, by=taker)
    assert noted.disposition == Disposition.EMERGENCY


def test_who_takes_no_calls_begins_none() -> None:
    with pytest.raises(NotAllowed):
        handling.begin(medium=Medium.PHONE, by=small_city.member("crew", Role.ANALYST), at=NOW)
