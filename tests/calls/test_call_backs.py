"""Call-backs: the place is kept, the time is promised to a few only, and nobody counts twice."""

from datetime import timedelta

import pytest

from citycall.agencies.actions import save_calendar
from citycall.agencies.calendars import CalendarSpec
from citycall.calls.actions import call_backs, flow, handling
from citycall.calls.models import Call, CallBack, Touch
from citycall.calls.waiting import call_backs_waiting, calls_waiting
from citycall.core.actors import SYSTEM
from citycall.core.errors import Conflict, Faults
from tests.city import NOW, OFFICE

MINUTE = timedelta(minutes=1)
PHONE = "+14105550123"


def asked(**given):
    return call_backs.ask(**{"call_id": None, "phone": PHONE, "by": SYSTEM, "at": NOW, **given})


def waiting(at=NOW) -> tuple[int, int]:
    return calls_waiting(at=at).count(), call_backs_waiting(at=at).count()


def test_a_call_back_keeps_the_place_of_its_call(ring) -> None:
    call = ring(phone=PHONE, language="es", topic="water", priority=2)
    made = asked(call_id=call.pk, phone="", at=NOW + 5 * MINUTE)
    assert (made.joined_at, made.phone, made.language) == (NOW, PHONE, "es")
    assert (made.topic, made.priority) == ("water", 2)


def test_who_asked_is_counted_once_while_the_line_is_still_open_and_after(ring) -> None:
    call = ring(phone=PHONE)
    asked(call_id=call.pk)
    assert waiting() == (0, 1)
    flow.end(call.pk, by=SYSTEM, at=NOW + MINUTE)
    assert waiting() == (0, 1)
    assert Call.objects.get().ending == "call_back"


def test_who_calls_again_waits_at_the_old_place_and_is_counted_once(ring) -> None:
    first = ring(phone=PHONE)
    asked(call_id=first.pk)
    flow.end(first.pk, by=SYSTEM, at=NOW + MINUTE)
    again = ring(phone=PHONE, at=NOW + 10 * MINUTE)
    assert again.queued_at == NOW
    assert waiting(NOW + 10 * MINUTE) == (1, 0)


def test_who_calls_again_and_hangs_up_is_still_called_back(ring) -> None:
    first = ring(phone=PHONE)
    asked(call_id=first.pk)
    flow.end(first.pk, by=SYSTEM, at=NOW + MINUTE)
    again = ring(phone=PHONE, at=NOW + 10 * MINUTE)
    flow.end(again.pk, by=SYSTEM, at=NOW + 11 * MINUTE)
    assert waiting(NOW + 11 * MINUTE) == (0, 1)


def test_who_calls_again_and_is_answered_needs_no_call_back(ring, hire) -> None:
    ada = hire(state="ready")
    first = ring(phone=PHONE)
    asked(call_id=first.pk)
    flow.end(first.pk, by=SYSTEM, at=NOW + MINUTE)
    again = ring(phone=PHONE, at=NOW + 10 * MINUTE)
    flow.answer(again.pk, taker_id=ada.id, by=SYSTEM, at=NOW + 12 * MINUTE)
    assert CallBack.objects.get().state == "done"


def test_who_asks_twice_has_one_call_back_with_the_better_place(ring) -> None:
    first = asked()
    second = asked(at=NOW + MINUTE, name="Maria")
    assert first.pk == second.pk
    assert (second.joined_at, second.name) == (NOW, "Maria")


@pytest.mark.parametrize("phone", ["abc", "12"])
def test_a_number_that_is_none_is_refused(db, phone) -> None:
    with pytest.raises(Faults):
        asked(phone=phone)


def test_without_a_number_nobody_is_called_back(db) -> None:
    with pytest.raises(call_backs.NoNumber):
        asked(phone="")


def test_three_tries_with_pauses_that_grow(hire) -> None:
    ada = hire(state="ready")
    made, at, pauses = asked(), NOW, []
    for _attempt in range(3):
        call_backs.begin(made.pk, by=ada, at=at)
        made = call_backs.not_reached(made.pk, by=ada, at=at)
        if made.next_at:
            pauses.append(made.next_at - at)
            at = made.next_at
    assert pauses == [5 * MINUTE, 30 * MINUTE]
    assert (made.state, made.attempts) == ("failed", 3)


def test_between_two_tries_it_does_not_wait_in_the_queue(hire) -> None:
    ada, made = hire(state="ready"), asked()
    call_backs.begin(made.pk, by=ada, at=NOW)
    made = call_backs.not_reached(made.pk, by=ada, at=NOW)
    assert waiting(NOW + MINUTE) == (0, 0)
    assert waiting(NOW + 6 * MINUTE) == (0, 1)
    assert made.joined_at == NOW


def test_calling_back_is_an_outgoing_conversation_with_what_is_known(hire) -> None:
    made = asked(name="Maria", language="es", topic="water", why="No water since Monday")
    call = call_backs.begin(made.pk, by=hire(state="ready"), at=NOW)
    call.refresh_from_db()
    assert (call.outgoing, call.phone, call.name, call.language) == (True, PHONE, "Maria", "es")
    assert (call.topic, call.notes) == ("water", "No water since Monday")


def test_two_people_do_not_call_the_same_person_back(hire) -> None:
    ada, bob, made = hire("ada"), hire("bob"), asked()
    call_backs.begin(made.pk, by=ada, at=NOW)
    with pytest.raises(Conflict):
        call_backs.begin(made.pk, by=bob, at=NOW)


def test_reached_said_twice_was_once(hire) -> None:
    ada, made = hire(state="ready"), asked()
    call_backs.begin(made.pk, by=ada, at=NOW)
    call_backs.reached(made.pk, by=ada, at=NOW + MINUTE)
    again = call_backs.reached(made.pk, by=ada, at=NOW + 2 * MINUTE)
    assert (again.state, again.ended_at) == ("done", NOW + MINUTE)


def test_a_chosen_time_waits_until_then(db) -> None:
    wanted = NOW + timedelta(hours=2)
    made = asked(wanted_at=wanted)
    assert made.joined_at == wanted
    assert waiting(NOW) == (0, 0)
    assert waiting(wanted) == (0, 1)


def test_a_half_hour_is_promised_to_few_only(db, settings) -> None:
    settings.CITYCALL_CALL_BACKS_PER_HALF_HOUR = 2
    wanted = NOW + timedelta(hours=2)
    for last in (1, 2):
        asked(phone=f"+1410555010{last}", wanted_at=wanted)
    with pytest.raises(call_backs.TimeFull):
        asked(phone="+14105550103", wanted_at=wanted)
    assert wanted not in call_backs.free_times(at=NOW, most=10)
    assert wanted + 30 * MINUTE in call_backs.free_times(at=NOW, most=10)


def test_the_same_time_said_twice_fills_nothing(db, settings) -> None:
    settings.CITYCALL_CALL_BACKS_PER_HALF_HOUR = 1
    wanted = NOW + timedelta(hours=2)
    asked(wanted_at=wanted)
    assert asked(wanted_at=wanted).wanted_at == wanted


@pytest.mark.parametrize("hours", [-1, 24 * 15, 12])
def test_times_that_nobody_can_call_at_are_refused(db, settings, hours) -> None:
    spec = CalendarSpec.model_validate({"code": "calls", "name": "Calls", "hours": OFFICE})
    save_calendar(spec=spec, by=SYSTEM, at=NOW)
    settings.CITYCALL_CALLS_CALENDAR = "calls"
    with pytest.raises(call_backs.BadTime):
        asked(wanted_at=NOW + timedelta(hours=hours))


def test_free_times_are_within_the_hours(db, settings) -> None:
    spec = CalendarSpec.model_validate({"code": "calls", "name": "Calls", "hours": OFFICE})
    save_calendar(spec=spec, by=SYSTEM, at=NOW)
    settings.CITYCALL_CALLS_CALENDAR = "calls"
    # Ten in the morning in the city, and closed at four: eleven half hours, then the next day.
    found = call_backs.free_times(at=NOW, most=12)
    assert found[0] == NOW + 30 * MINUTE
    assert found[10] == NOW + timedelta(hours=5, minutes=30)
    assert found[11] == NOW + timedelta(hours=22)


def test_a_promise_is_noted_with_the_call(hire, ring) -> None:
    ada, call = hire(state="ready"), ring(phone=PHONE)
    handling.take(call.pk, by=ada, at=NOW)
    made = call_backs.promise(call_id=call.pk, phone="", by=ada, at=NOW + MINUTE, why="Permit")
    assert Touch.objects.get().code == str(made.pk)
    assert (made.joined_at, made.why) == (NOW + MINUTE, "Permit")


def test_whoever_hung_up_is_called_back_at_the_place_they_gave_up(hire, ring) -> None:
    call = ring(phone=PHONE)
    flow.end(call.pk, by=SYSTEM, at=NOW + 5 * MINUTE)
    made = call_backs.from_missed(call.pk, by=hire(), at=NOW + 20 * MINUTE)
    assert made.joined_at == NOW
    assert Call.objects.get().ending == "left"
