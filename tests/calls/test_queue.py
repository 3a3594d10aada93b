"""Who is next: by skill, priority and place, and nobody twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citycall.calls.actions import call_backs, flow, handling
from citycall.calls.actions import queue as turns
from citycall.calls.models import Call, CallBack, Desk, Medium
from citycall.calls.waiting import Outlook, expected
from citycall.core.actors import SYSTEM
from citycall.core.errors import NotAllowed
from tests.city import NOW

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


def served(taker) -> list[str]:
    """The switch's ids, or the numbers of those to call back, in the order they are given."""
    found = []
    while turn := turns.next_for(taker.id, by=SYSTEM, at=LATER):
        if turn.call is not None:
            found.append(turn.call.switch_id)
            handling.take(turn.call.pk, by=taker, at=LATER)
        elif turn.call_back is not None:
            found.append(turn.call_back.phone)
    return found


def test_who_came_first_is_next(hire, ring) -> None:
    ring(at=NOW + MINUTE)
    ring(at=NOW)
    assert served(hire(state="ready")) == ["c2", "c1"]


def test_the_more_urgent_go_before(hire, ring) -> None:
    ring(priority=3)
    ring(priority=1, at=NOW + MINUTE)
    assert served(hire(state="ready")) == ["c2", "c1"]


def test_a_desk_gets_only_what_it_has_the_skills_for(hire, ring) -> None:
    ring(language="zh-hans")
    ring(language="es", topic="water")
    ring(language="es", topic="taxes")
    ring()
    assert served(hire(state="ready", languages=("es",), topics=("water",))) == ["c2", "c4"]


def test_a_call_back_is_offered_at_the_place_of_its_call(hire, ring) -> None:
    ring(at=NOW)
    asked = ring(at=NOW + MINUTE, phone="+14105550123")
    ring(at=NOW + 2 * MINUTE)
    call_backs.ask(call_id=asked.pk, phone="", by=SYSTEM, at=NOW + 3 * MINUTE)
    assert served(hire(state="ready")) == ["c1", "+14105550123", "c3"]


def test_who_hung_up_is_not_next(hire, ring) -> None:
    call = ring()
    flow.end(call.pk, by=SYSTEM, at=NOW + MINUTE)
    assert served(hire(state="ready")) == []


def test_what_rings_at_a_desk_is_given_to_no_other_until_it_rang_too_long(hire, ring) -> None:
    ada, bob, call = hire("ada", state="ready"), hire("bob", state="ready"), ring()
    assert turns.next_for(ada.id, by=ada, at=LATER) is not None
    assert turns.next_for(bob.id, by=bob, at=LATER) is None
    again = turns.next_for(ada.id, by=ada, at=LATER)
    assert again is not None
    late = turns.next_for(bob.id, by=bob, at=LATER + 2 * MINUTE)
    assert late is not None
    assert late.call == call


def test_nobody_takes_for_another(hire) -> None:
    ada, bob = hire("ada"), hire("bob")
    with pytest.raises(NotAllowed):
        turns.next_for(bob.id, by=ada, at=NOW)


def test_the_next_call_is_taken_with_one_key(hire, ring) -> None:
    ada, call = hire(state="ready"), ring()
    assert turns.take_next(by=ada, at=LATER) == call
    assert Desk.objects.get().state == "busy"
    with pytest.raises(turns.NobodyWaits):
        turns.take_next(by=ada, at=LATER)


def test_the_next_call_back_is_begun_with_the_same_key(hire) -> None:
    ada = hire(state="ready")
    call_backs.ask(call_id=None, phone="+14105550123", by=SYSTEM, at=NOW)
    call = turns.take_next(by=ada, at=LATER)
    assert (call.outgoing, CallBack.objects.get().state) == (True, "calling")


@pytest.mark.parametrize(
    ("disposition", "state"), [("information", "done"), ("nothing", "waiting")]
)
def test_how_a_call_back_went_follows_from_what_came_of_the_call(hire, disposition, state) -> None:
    ada = hire(state="ready")
    call_backs.ask(call_id=None, phone="+14105550123", by=SYSTEM, at=NOW)
    call = turns.take_next(by=ada, at=LATER)
    handling.wrap_up(call.pk, disposition=disposition, by=ada, at=LATER + MINUTE)
    assert CallBack.objects.get().state == state


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 50), st.booleans(), st.booleans()),
        max_size=8,
    )
)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_calls_and_call_backs_keep_one_order(db, comers) -> None:
    """Whatever is urgent, whenever they came, whoever asked to be called back or called again."""
    with transaction.atomic():
        places = []
        for n, (priority, minute, back, again) in enumerate(comers):
            phone, came = f"+1410555{n:04}", NOW + minute * MINUTE
            call = flow.arrive(switch="pbx", switch_id=phone, by=SYSTEM, at=came, phone=phone)
            flow.wait(call.pk, by=SYSTEM, at=came, priority=priority)
            if back:
                call_backs.ask(call_id=call.pk, phone="", by=SYSTEM, at=came + MINUTE)
                flow.end(call.pk, by=SYSTEM, at=came + MINUTE)
            if back and again:
                second = flow.arrive(
                    switch="pbx", switch_id=f"{phone}b", by=SYSTEM, at=LATER, phone=phone
                )
                flow.wait(second.pk, by=SYSTEM, at=LATER, priority=priority)
            places.append((priority, came, phone))
        given_out = []
        while turn := turns.next_for(0, by=SYSTEM, at=LATER):
            got = turn.call or turn.call_back
            assert got is not None
            given_out.append(got.phone)
            if turn.call is not None:
                flow.answer(turn.call.pk, taker_id=None, by=SYSTEM, at=LATER)
        assert sorted(given_out) == sorted(phone for _p, _c, phone in places)
        order = {phone: (priority, came) for priority, came, phone in places}
        assert [order[phone] for phone in given_out] == sorted(order.values())
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_desks_that_ask_at_once_get_different_calls(hire, ring) -> None:
    takers = [hire(f"t{n}", state="ready") for n in range(4)]
    for n in range(12):
        ring(at=NOW + n * MINUTE)

    def take(taker) -> list[int]:
        try:
            got = []
            for _n in range(3):
                got.append(turns.take_next(by=taker, at=LATER).pk)
            return got
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [pk for got in pool.map(take, takers) for pk in got]
    assert sorted(taken) == sorted(Call.objects.values_list("pk", flat=True))


def wait_of(call, **changed):
    given_ = {"language": call.language, "topic": call.topic, "priority": call.priority}
    return expected(**{**given_, "queued_at": call.queued_at, "at": LATER, **changed})


def test_nothing_is_told_where_nobody_is_at_a_desk(hire, ring) -> None:
    hire(state="away")
    assert wait_of(ring()) is None


def test_nothing_is_told_to_those_whose_language_nobody_speaks(hire, ring) -> None:
    hire(state="ready", languages=("en",))
    assert wait_of(ring(language="es")) is None
    assert wait_of(ring(language="en")) is not None


def test_the_wait_counts_who_is_ahead_calls_and_call_backs(hire, ring) -> None:
    hire(state="busy", at=LATER)
    ring(at=NOW)
    asked = ring(at=NOW + MINUTE, phone="+14105550123")
    call_backs.ask(call_id=asked.pk, phone="", by=SYSTEM, at=NOW + 3 * MINUTE)
    ring(at=NOW, priority=1)
    me = ring(at=NOW + 2 * MINUTE)
    ring(at=NOW + 3 * MINUTE)
    found = wait_of(me)
    assert found is not None
    assert found.ahead == 3
    assert found.low < found.seconds < found.high


def test_a_ready_desk_with_nobody_ahead_is_no_wait(hire, ring) -> None:
    hire(state="ready")
    found = wait_of(ring())
    assert found is not None
    assert found.seconds == 0


def test_what_was_handled_lately_changes_what_is_told(hire, ring) -> None:
    ada = hire(state="ready", at=NOW)
    before = wait_of(ring(), at=NOW, queued_at=NOW)
    for n in range(40):
        call = handling.begin(medium=Medium.PHONE, by=ada, at=NOW + n * MINUTE)
        handling.wrap_up(call.pk, disposition="information", by=ada, at=NOW + (n + 20) * MINUTE)
    busy = handling.begin(medium=Medium.PHONE, by=ada, at=LATER)
    after = wait_of(ring(at=LATER))
    assert busy.pk
    assert before is not None
    assert after is not None
    assert after.seconds > 600


def test_who_still_waits_has_waited_as_long_as_the_clock_says_anywhere(hire, ring) -> None:
    hire(state="busy", at=NOW)
    came = LATER - 10 * MINUTE
    for n in range(40):
        flow.end(ring(at=came).pk, by=SYSTEM, at=came + timedelta(seconds=n))
    ring(at=LATER - timedelta(seconds=100))
    ring(at=LATER - timedelta(seconds=50))
    # With twenty of those of whom nothing is known but that they leave after five minutes.
    in_all = (sum(range(40)) + 150 + 20 * 300) / (40 + 20)
    for zone in ("America/New_York", "UTC", "Asia/Kolkata"):
        with timezone.override(zone):
            assert 1 / Outlook(at=LATER).pace().leaving == pytest.approx(in_all)


def test_what_is_told_costs_the_same_however_many_wait(
    hire, ring, django_assert_num_queries
) -> None:
    for n in range(5):
        hire(f"t{n}", state="busy", languages=("en",) if n % 2 else ())
    for n in range(30):
        ring(at=NOW + n * MINUTE, language="es" if n % 3 else "en")
    me = ring(at=LATER)
    with django_assert_num_queries(5):
        assert wait_of(me) is not None
