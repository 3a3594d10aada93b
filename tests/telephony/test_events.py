"""The generic adapter: what telephone systems tell by HTTP becomes calls."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from citycall.accounts import callers
from citycall.calls.models import Call, Ending, State
from citycall.calls.switch.models import SwitchEvent
from citycall.service_requests.policies import SUBMIT_SCOPE
from tests.telephony.cast import Exchange, call, key, start, taker

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def exchange(client) -> Exchange:
    return Exchange(client)


def next_try() -> datetime:
    """When the one event is tried again."""
    when = SwitchEvent.objects.get().next_at
    assert when is not None
    return when


def test_zammads_three_events_make_an_answered_call(exchange) -> None:
    alice = taker("201")
    at = start()
    new = {"from": "(410) 555-0123", "to": "311", "direction": "in"}
    assert exchange.tell("newCall", at=at, **new).status_code == 200
    exchange.tell("answer", at=at + 12 * SECOND, user="Alice", answeringNumber="201", **new)
    exchange.tell("hangup", at=at + 100 * SECOND, cause="normalClearing", **new)
    made = call()
    assert (made.phone, made.dialled, made.taker) == ("+14105550123", "311", alice)
    assert (made.arrived_at, made.answered_at) == (at, at + 12 * SECOND)
    assert made.ended_at == at + 100 * SECOND
    assert made.state is State.WRAPPING


def test_a_call_that_waits_rings_and_is_taken(exchange) -> None:
    bob = taker("202")
    at = start()
    exchange.tell("newCall", at=at, **{"from": "4105550123"})
    exchange.tell("menu", at=at + SECOND, language="es")
    exchange.tell("queued", at=at + 5 * SECOND, queue="streets", toldSeconds=90, priority=2)
    assert call().state is State.WAITING
    exchange.tell("offered", at=at + 60 * SECOND, user="202")
    made = call()
    assert (made.state, made.taker) == (State.RINGING, bob)
    assert (made.language, made.topic, made.priority) == ("es", "streets", 2)
    assert (made.told_seconds, made.queued_at) == (90, at + 5 * SECOND)
    exchange.tell("offered", at=at + 80 * SECOND)
    assert (call().state, call().taker) == (State.WAITING, None)


def test_who_gives_up_has_left(exchange) -> None:
    at = start()
    exchange.tell("newCall", at=at, queue="general")
    exchange.tell("hangup", at=at + 40 * SECOND, cause="cancel")
    made = call()
    assert (made.state, made.ending) == (State.OVER, Ending.LEFT)
    assert made.waited_seconds(at + 3600 * SECOND) == 40


def test_an_outgoing_call_is_known_by_the_number_it_goes_to(exchange) -> None:
    taker("203")
    exchange.tell("newCall", direction="out", user="203", to="4105550188", **{"from": "311"})
    made = call()
    assert (made.outgoing, made.phone, made.dialled) == (True, "+14105550188", "311")


@pytest.mark.parametrize("said", ["anonymous", "Restricted", "+266696687", "", "0", "not a number"])
def test_a_withheld_number_is_none(exchange, said) -> None:
    exchange.tell("newCall", **{"from": said})
    assert call().phone == ""


def test_a_sip_address_is_read_as_its_number(exchange) -> None:
    exchange.tell("newCall", **{"from": "sip:+14105550123@carrier.example;user=phone"})
    assert call().phone == "+14105550123"


def test_json_is_taken_as_forms_are(exchange) -> None:
    taker("204")
    at = start().timestamp()
    answer = exchange.tell_json(
        event="newCall", callId=77, at=at, user=["204"], **{"from": "+14105550123"}
    )
    assert answer.status_code == 200
    assert answer.json()["applied"] is True
    assert call("77").state is State.RINGING


def test_the_key_may_stand_in_the_address(client) -> None:
    told = {"event": "newCall", "callId": "c1"}
    assert client.post(f"/telephony/events/{key()}", told).status_code == 200
    assert call().switch == "http:Exchange"


def test_the_same_event_told_twice_is_one(exchange) -> None:
    at = start()
    for _again in range(3):
        exchange.tell("newCall", at=at)
        exchange.tell("hold", eventId="h1", at=at + SECOND)
    assert SwitchEvent.objects.count() == 2


def test_holds_are_counted_whatever_their_order(exchange) -> None:
    taker("205")
    at = start()
    exchange.tell("resume", at=at + 50 * SECOND)
    exchange.tell("hold", at=at + 100 * SECOND)
    exchange.tell("hangup", at=at + 107 * SECOND)
    exchange.tell("hold", at=at + 20 * SECOND)
    exchange.tell("answer", at=at + SECOND, user="205")
    exchange.tell("newCall", at=at)
    made = call()
    assert (made.held_seconds, made.held_at) == (37.0, None)


def test_a_desk_that_nobody_has_is_told_and_tried_again(exchange) -> None:
    from citycall.calls.switch import inbox

    at = start()
    answer = exchange.tell("answer", at=at, user="999")
    assert answer.json()["applied"] is False
    assert SwitchEvent.objects.get().fault == "No desk has the extension “999”."
    assert call().state is State.TALKING
    carol = taker("999")
    later = next_try()
    assert inbox.try_again(at=later - SECOND) == 0
    assert inbox.try_again(at=later) == 1
    assert call().taker == carol
    assert SwitchEvent.objects.get().fault == ""


def test_after_some_tries_an_event_waits_for_a_person(exchange) -> None:
    from citycall.calls.switch import inbox

    exchange.tell("answer", user="999", at=start())
    for _try in range(inbox.MOST_ATTEMPTS - 1):
        inbox.try_again(at=next_try())
    assert inbox.waiting() == inbox.Waiting(trying=0, given_up=1)
    taker("999")
    assert inbox.try_again(at=start(), also_given_up=True) == 1


def test_what_breaks_while_it_is_applied_stays_in_the_inbox(exchange, monkeypatch, caplog) -> None:
    from citycall.calls.actions import flow

    monkeypatch.setattr(flow, "wait", lambda *_args, **_named: 1 / 0)
    answer = exchange.tell("queued", at=start())
    assert answer.status_code == 200
    assert not Call.objects.exists()
    assert SwitchEvent.objects.get().fault == "ZeroDivisionError"


def test_a_transfer_told_before_its_answer_holds(exchange) -> None:
    taker("206")
    dora = taker("207")
    at = start()
    exchange.tell("transfer", at=at + 60 * SECOND, user="207")
    exchange.tell("answer", at=at, user="206")
    assert call().taker == dora


def test_a_transfer_outside_is_noted(exchange) -> None:
    exchange.tell("transfer", at=start(), to="410-555-0150")
    assert call().transferred_to == "+14105550150"


def test_numbers_go_out_of_the_inbox_after_some_days(exchange) -> None:
    from citycall.calls.switch import inbox

    exchange.tell("newCall", at=start(), callerName="Ann", **{"from": "4105550123"})
    now = SwitchEvent.objects.get().received_at
    assert inbox.forget(at=now + inbox.KEEP_NUMBERS - SECOND) == 0
    assert inbox.forget(at=now + inbox.KEEP_NUMBERS + SECOND) == 1
    assert SwitchEvent.objects.get().data == {}
    inbox.forget(at=now + inbox.KEEP_EVENTS + SECOND)
    assert not SwitchEvent.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"event": "dance", "callId": "c1"}, "event"),
        ({"event": "newCall"}, "callId"),
        ({"event": "newCall", "callId": "x" * 101}, "callId"),
        ({"event": "newCall", "callId": "c1", "direction": "up"}, "direction"),
        ({"event": "newCall", "callId": "c1", "at": "yesterday"}, "at"),
        ({"event": "newCall", "callId": "c1", "at": "2026-11-22T10:00:00"}, "at"),
        ({"event": "newCall", "callId": "c1", "at": "1999-11-22T10:00:00Z"}, "at"),
        ({"event": "queued", "callId": "c1", "priority": "-1"}, "priority"),
        ({"event": "hold", "callId": "c1"}, "eventId"),
        ({"event": "transfer", "callId": "c1", "eventId": "1"}, "user"),
        ({"event": "newCall", "callId": "a\x00b"}, "callId"),
        ({"event": "newCall", "callId": "\ud800"}, "callId"),
        ({"event": "newCall", "callId": {"a": 1}}, "callId"),
    ],
)
def test_what_cannot_be_understood_is_told_in_a_sentence(exchange, said, field) -> None:
    answer = exchange.tell_json(**said)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert answer.json()["message"].endswith((".", "Z."))
    assert not SwitchEvent.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", "1", "[" * 9000])
def test_what_is_no_document_is_refused(client, exchange, body) -> None:
    answer = client.post(
        "/telephony/events", body, content_type="application/json", headers=exchange.headers
    )
    assert answer.status_code == 422


def test_long_bodies_are_refused(exchange) -> None:
    assert exchange.tell("newCall", callerName="x" * 20_000).status_code == 413


def test_events_are_posted(client, exchange) -> None:
    answer = client.get("/telephony/events", headers=exchange.headers)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("scope", ["", SUBMIT_SCOPE])
def test_only_a_key_of_a_telephone_system_may_tell(client, scope) -> None:
    secret = key(scope) if scope else "cck_wrong"
    assert Exchange(client, secret).tell("newCall").status_code == 403
    assert client.post("/telephony/events", {"event": "newCall"}).status_code == 403
    assert not SwitchEvent.objects.exists()


@pytest.mark.usefixtures("one_minute")
def test_calls_a_minute_are_limited(exchange, settings) -> None:
    settings.CITYCALL_CALLS_PER_MINUTE = 2
    callers.forget()
    assert [exchange.tell("newCall").status_code for _each in range(3)][-1] == 429
    callers.forget()


class AnyOrder(TestCase):
    """Late, doubled and shuffled events lead to the same call as orderly ones."""

    @settings(max_examples=8, deadline=None)
    @given(data=st.data())
    def test_the_order_of_events_does_not_matter(self, data) -> None:
        exchange = Exchange(self.client)
        taker("301")
        taker("302")
        at = start()
        story = [
            ("newCall", {"from": "4105550123"}),
            ("queued", {"queue": "streets"}),
            ("offered", {"user": "301"}),
            ("offered", {"user": "302"}),
            ("answer", {"user": "302"}),
            ("hold", {}),
            ("resume", {}),
            ("transfer", {"user": "301"}),
            ("hangup", {"cause": "normalClearing"}),
        ]
        told = [(event, at + 10 * n * SECOND, said) for n, (event, said) in enumerate(story)]
        for event, when, said in told:
            exchange.tell(event, "orderly", at=when, **said)
        for event, when, said in data.draw(st.permutations(told + told[::2])):
            exchange.tell(event, "shuffled", at=when, **said)
        facts = (
            *("phone", "topic", "taker_id", "arrived_at", "queued_at", "answered_at"),
            *("held_seconds", "held_at", "ended_at", "ending"),
        )
        orderly, shuffled = call("orderly"), call("shuffled")
        assert {f: getattr(shuffled, f) for f in facts} == {f: getattr(orderly, f) for f in facts}
