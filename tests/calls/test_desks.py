"""Desks: what people do, without gaps or overlaps."""

from datetime import timedelta
from itertools import pairwise

import pytest

from citycall.accounts.models import Role
from citycall.calls.actions import call_backs, desks, flow, handling
from citycall.calls.models import CallBack, Desk, DeskSpell, Medium
from citycall.core.actors import SYSTEM
from citycall.core.errors import NotAllowed
from tests.city import NOW

MINUTE = timedelta(minutes=1)


def state_of(actor) -> str:
    return Desk.objects.get(pk=actor.id).state


def spells(actor) -> list[DeskSpell]:
    return list(DeskSpell.objects.filter(taker_id=actor.id).order_by("since", "id"))


def test_spells_follow_each_other_without_gaps(hire) -> None:
    ada = hire()
    for minute, state in enumerate(["ready", "away", "ready", "off"]):
        desks.sit(state, by=ada, at=NOW + minute * MINUTE)
    kept = spells(ada)
    assert [each.state for each in kept] == ["ready", "away", "ready", "off"]
    assert all(one.until == two.since for one, two in pairwise(kept))
    assert kept[-1].until is None


def test_a_reason_is_kept_with_its_spell(hire) -> None:
    ada = hire()
    desks.sit("away", by=ada, at=NOW, reason="Lunch")
    assert (spells(ada)[0].reason, Desk.objects.get().reason) == ("Lunch", "Lunch")


def test_the_same_said_twice_is_one_spell(hire) -> None:
    ada = hire()
    desks.sit("ready", by=ada, at=NOW)
    desks.sit("ready", by=ada, at=NOW + MINUTE)
    assert len(spells(ada)) == 1


def test_news_of_a_clock_behind_begins_no_spell_before_the_present_one(hire) -> None:
    ada = hire()
    desks.sit("ready", by=ada, at=NOW)
    desks.set_state(ada.id, "busy", by=SYSTEM, at=NOW - MINUTE)
    assert [(each.state, each.since) for each in spells(ada)] == [("busy", NOW)]


@pytest.mark.parametrize("state", ["busy", "wrapping", "asleep"])
def test_what_follows_from_calls_cannot_be_chosen(hire, state) -> None:
    with pytest.raises(desks.NoSuchState):
        desks.sit(state, by=hire(), at=NOW)


def test_only_supervisors_and_the_telephone_system_say_what_others_do(hire) -> None:
    ada, eve = hire("ada"), hire("eve", role=Role.SUPERVISOR)
    with pytest.raises(NotAllowed):
        desks.set_state(eve.id, "ready", by=ada, at=NOW)
    assert desks.set_state(ada.id, "ready", by=eve, at=NOW).state == "ready"


def test_a_desk_follows_its_calls(hire, ring) -> None:
    ada = hire(state="ready")
    call = ring()
    seen = []
    flow.answer(call.pk, taker_id=ada.id, by=SYSTEM, at=NOW + MINUTE)
    seen.append(state_of(ada))
    flow.end(call.pk, by=SYSTEM, at=NOW + 2 * MINUTE)
    seen.append(state_of(ada))
    handling.wrap_up(call.pk, disposition="information", by=ada, at=NOW + 3 * MINUTE)
    seen.append(state_of(ada))
    assert seen == ["busy", "wrapping", "ready"]
    assert [each.since for each in spells(ada)] == [NOW + n * MINUTE for n in range(4)]


def test_news_in_any_order_leaves_nobody_busy_with_a_call_that_is_over(hire, ring) -> None:
    ada = hire(state="ready")
    call = ring()
    flow.end(call.pk, by=SYSTEM, at=NOW + 2 * MINUTE)
    flow.answer(call.pk, taker_id=ada.id, by=SYSTEM, at=NOW + MINUTE)
    assert state_of(ada) == "wrapping"


def test_who_is_away_comes_back_after_a_call_they_took(hire, ring) -> None:
    ada = hire(state="away")
    call = ring()
    handling.take(call.pk, by=ada, at=NOW)
    assert state_of(ada) == "busy"
    handling.wrap_up(call.pk, disposition="information", by=ada, at=NOW + MINUTE)
    assert state_of(ada) == "ready"


def test_a_parked_call_leaves_the_desk_free_and_taken_up_again_it_does_not(hire, ring) -> None:
    ada = hire(state="ready")
    call = ring()
    handling.take(call.pk, by=ada, at=NOW)
    handling.park(call.pk, by=ada, at=NOW + MINUTE)
    assert state_of(ada) == "ready"
    handling.unpark(call.pk, by=ada, at=NOW + 2 * MINUTE)
    assert state_of(ada) == "busy"


def test_a_letter_noted_by_somebody_who_is_at_no_desk_opens_none(hire, ring) -> None:
    ada = hire()
    handling.begin(medium=Medium.LETTER, by=ada, at=NOW)
    assert not Desk.objects.exists()


def test_who_says_ready_with_a_caller_on_the_line_is_with_the_caller(hire, ring) -> None:
    ada = hire(state="ready")
    call = ring()
    handling.take(call.pk, by=ada, at=NOW)
    desks.sit("ready", by=ada, at=NOW + MINUTE)
    assert state_of(ada) == "busy"


def test_signing_off_gives_call_backs_back(hire, ring) -> None:
    ada = hire(state="ready")
    asked = call_backs.ask(call_id=None, phone="+14105550123", by=SYSTEM, at=NOW)
    call_backs.begin(asked.pk, by=ada, at=NOW)
    desks.sign_off(ada.id, at=NOW + MINUTE)
    kept = CallBack.objects.get()
    assert (kept.state, kept.taker_id, state_of(ada)) == ("waiting", None, "off")


def test_two_desks_have_no_extension_together(hire) -> None:
    ada, bob = hire("ada"), hire("bob")
    for desk in (ada, bob):
        desks.sit("ready", by=desk, at=NOW)
    desks.set_skills(ada.id, languages=(), topics=(), extension="11", by=SYSTEM, at=NOW)
    with pytest.raises(desks.ExtensionTaken):
        desks.set_skills(bob.id, languages=(), topics=(), extension="11", by=SYSTEM, at=NOW)
