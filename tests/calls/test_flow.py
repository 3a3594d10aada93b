"""What a telephone system tells of a call, in any order and twice."""

from datetime import timedelta
from itertools import permutations

import pytest

from citycall.accounts.models import Role
from citycall.calls.actions import flow
from citycall.calls.models import Call, Ending, State
from citycall.core.actors import SYSTEM
from citycall.core.errors import NotAllowed
from tests import city as small_city
from tests.city import NOW

pytestmark = pytest.mark.django_db


def came(switch_id: str = "a-1", **told: str) -> Call:
    return flow.arrive(switch="sip", switch_id=switch_id, by=SYSTEM, at=NOW, **told)  # type: ignore[arg-type]


def test_a_call_that_comes_waits_rings_is_answered_and_ends() -> None:
    taker = small_city.member("someone", Role.CALL_TAKER)
    call = came(phone="+14105550123")
    assert call.state is State.MENU
    assert flow.wait(call.pk, by=SYSTEM, at=NOW, language="es").state is State.WAITING
    ringing = flow.offer(call.pk, taker_id=taker.id, by=SYSTEM, at=NOW + timedelta(seconds=20))
    assert ringing.state is State.RINGING
    talked = flow.answer(call.pk, taker_id=taker.id, by=SYSTEM, at=NOW + timedelta(seconds=25))
    assert talked.state is State.TALKING
    assert talked.waited_seconds(NOW + timedelta(hours=1)) == 25
    ended = flow.end(call.pk, by=SYSTEM, at=NOW + timedelta(seconds=145))
    assert ended.state is State.WRAPPING
    assert ended.talk_seconds(NOW + timedelta(hours=1)) == 120
    assert (ended.language, ended.ending) == ("es", "")


def test_the_same_call_told_twice_is_one_and_keeps_what_was_known() -> None:
    first = came(phone="+14105550123")
    again = came(phone="+14105559999", name="Pat")
    assert again.pk == first.pk
    assert (again.phone, again.name) == ("+14105550123", "Pat")
    assert Call.objects.count() == 1


def test_news_in_any_order_tells_the_same_call() -> None:
    taker = small_city.member("someone", Role.CALL_TAKER)
    seen = set()
    for n, order in enumerate(permutations("waoe")):
        call = came(f"call-{n}")
        tell = {
            "w": lambda pk: flow.wait(pk, by=SYSTEM, at=NOW),
            "o": lambda pk: flow.offer(pk, taker_id=taker.id, by=SYSTEM, at=NOW),
            "a": lambda pk: flow.answer(
                pk, taker_id=taker.id, by=SYSTEM, at=NOW + timedelta(seconds=5)
            ),
            "e": lambda pk: flow.end(pk, by=SYSTEM, at=NOW + timedelta(seconds=65)),
        }
        for each in order:
            tell[each](call.pk)
        call.refresh_from_db()
        seen.add((call.state, call.taker_id, call.waited_seconds(NOW), call.talk_seconds(NOW)))
        assert call.ending == ""
    assert seen == {(State.WRAPPING, taker.id, 0.0, 60.0)}


def test_a_caller_who_hangs_up_unanswered_has_left() -> None:
    call = came()
    flow.wait(call.pk, by=SYSTEM, at=NOW)
    left = flow.end(call.pk, by=SYSTEM, at=NOW + timedelta(seconds=90))
    assert (left.state, left.ending) == (State.OVER, Ending.LEFT)


def test_time_on_hold_adds_up() -> None:
    call = came()
    flow.answer(call.pk, taker_id=None, by=SYSTEM, at=NOW)
    flow.hold(call.pk, by=SYSTEM, at=NOW + timedelta(seconds=10))
    assert flow.resume(call.pk, by=SYSTEM, at=NOW + timedelta(seconds=40)).held_seconds == 30
    flow.hold(call.pk, by=SYSTEM, at=NOW + timedelta(seconds=60))
    ended = flow.end(call.pk, by=SYSTEM, at=NOW + timedelta(seconds=75))
    assert (ended.held_seconds, ended.held_at) == (45, None)


def test_an_offer_that_was_not_taken_waits_again() -> None:
    taker = small_city.member("someone", Role.CALL_TAKER)
    call = came()
    flow.wait(call.pk, by=SYSTEM, at=NOW)
    flow.offer(call.pk, taker_id=taker.id, by=SYSTEM, at=NOW)
    waiting = flow.offer(call.pk, taker_id=None, by=SYSTEM, at=NOW + timedelta(seconds=20))
    assert (waiting.state, waiting.taker_id) == (State.WAITING, None)


def test_only_a_telephone_system_may_tell() -> None:
    by = small_city.member("someone", Role.CALL_TAKER)
    with pytest.raises(NotAllowed):
        flow.arrive(switch="sip", switch_id="x", by=by, at=NOW)
