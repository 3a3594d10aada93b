"""Requests passed on: once, whatever gets lost on the way."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citycall.core.actors import SYSTEM, resident
from citycall.core.models import Event
from citycall.exchange.forwarding import actions
from citycall.exchange.forwarding.actions import NothingToTry
from citycall.exchange.forwarding.sending import has_unsettled
from citycall.exchange.models import Forward, ForwardedEvent
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions import close, tell_more
from tests.city import NOW

from .conftest import Exchange
from .partner_server import answers, cut_after, cut_before

pytestmark = pytest.mark.django_db
State = Forward.State


def test_it_is_passed_on_without_who_reported_it(county: Exchange) -> None:
    row = county.passed_on()
    asked = county.server.requests[0]["asked"]
    assert (row.state, row.remote_id) == (State.SENT, "900")
    assert asked["service_code"] == "PTHL"
    assert asked["description"] == "A deep hole in the right lane."
    assert (asked["lat"], asked["long"]) == ("39.2900000", "-76.6000000")
    assert asked["address_string"] == "1200 E Monument St"
    assert not {"email", "first_name", "last_name", "phone"} & set(asked)
    assert "pat@example.org" not in str(asked)


def test_staff_read_where_it_went(county: Exchange) -> None:
    county.passed_on()
    note = Event.objects.get(kind="note_added")
    assert note.words == "Passed on to The County, where it is number 900."
    assert note.visibility == "internal"


def test_how_to_find_the_place_goes_with_it(county: Exchange) -> None:
    place = Location(
        kind=LocationKind.POINT, longitude=-76.6, latitude=39.29, directions="Behind the church."
    )
    county.passed_on(location=place)
    asked = county.server.requests[0]["asked"]
    assert asked["description"] == "A deep hole in the right lane.\nBehind the church."


def test_answers_go_where_the_codes_agree(county: Exchange) -> None:
    county.server.definitions["LEAK"] = [
        {"code": "amount", "values": [{"key": "drip", "name": "Drip"}]},
        {"code": "color", "values": []},
    ]
    county.passed_on(service="water-leak", answers={"amount": "drip"})
    asked = county.server.requests[0]["asked"]
    assert {name: value for name, value in asked.items() if "attribute" in name} == {
        "attribute[amount]": "drip"
    }


def test_an_answer_that_the_partner_does_not_know_is_left_out(county: Exchange) -> None:
    county.server.definitions["LEAK"] = [
        {"code": "amount", "values": [{"key": "much", "name": "Much"}]}
    ]
    county.passed_on(service="water-leak", answers={"amount": "drip"})
    assert "attribute[amount]" not in county.server.requests[0]["asked"]


def test_other_services_stay_here(county: Exchange) -> None:
    county.report("something-else")
    assert county.send() is None
    assert not Forward.objects.exists()


def test_a_reaction_that_runs_twice_owes_it_once(county: Exchange) -> None:
    county.report()
    county.react()
    county.reacted = 0
    county.send()
    assert Forward.objects.count() == len(county.server.requests) == 1


def test_what_the_partner_sent_us_is_not_sent_back(county: Exchange) -> None:
    request_id = county.report()
    event = Event.objects.get(subject_id=request_id, kind="submitted")
    event.actor_kind, event.actor_name = "key", "The County"
    actions.forward(event)
    assert not Forward.objects.exists()


# Answers that get lost.


def test_a_lost_answer_is_asked_for_again_with_the_same_mark(county: Exchange) -> None:
    county.server.faults = [cut_after]
    county.report()
    again = county.send()
    assert county.forward().unsure_since == NOW
    assert again is not None
    county.pass_time(seconds=5)
    county.send()
    assert county.forward().remote_id == "900"
    assert county.forward().unsure_since is None
    assert len(county.server.requests) == 1


def test_a_plain_server_is_first_asked_whether_it_arrived(plain: Exchange) -> None:
    plain.server.faults = [cut_after]
    plain.report()
    again = plain.send()
    assert again == NOW + timedelta(seconds=60)
    plain.pass_time(seconds=61)
    plain.send()
    assert plain.server.calls == ["POST requests", "GET requests"]
    assert plain.forward().remote_id == "900"


def test_what_did_not_arrive_is_sent_again(plain: Exchange) -> None:
    plain.server.faults = [answers(500)]
    plain.report()
    plain.send()
    plain.pass_time(seconds=61)
    plain.send()
    assert plain.server.calls == ["POST requests", "GET requests", "POST requests"]
    assert len(plain.server.requests) == 1


def test_two_of_the_same_words_and_place_are_not_taken_for_one(plain: Exchange) -> None:
    plain.passed_on()
    plain.server.faults = [answers(502)]
    second = plain.report()
    plain.send()
    plain.pass_time(seconds=61)
    plain.send()
    row = Forward.objects.get(service_request_id=second)
    assert row.remote_id == "901"


def test_what_never_left_is_sent_again_without_looking(plain: Exchange) -> None:
    plain.server.faults = [cut_before]
    plain.report()
    assert plain.send() == NOW + timedelta(seconds=5)
    assert plain.forward().unsure_since is None
    plain.pass_time(seconds=5)
    plain.send()
    assert plain.server.calls == ["POST requests", "POST requests"]


# Partners that will not, or not now.


def test_a_refusal_is_told_to_staff_and_can_be_tried_again(county: Exchange) -> None:
    county.server.faults = [answers(400, '[{"code": 400, "description": "Bad address"}]')]
    county.report()
    assert county.send() is None
    row = county.forward()
    assert row.state == State.REFUSED
    assert "Bad address" in row.problem
    assert "Bad address" in (Event.objects.get(kind="note_added").words or "")
    actions.try_again(row.pk, by=county.city.administrator, at=NOW)
    county.send()
    assert county.forward().state == State.SENT


def test_what_was_taken_is_not_tried_again(county: Exchange) -> None:
    row = county.passed_on()
    with pytest.raises(NothingToTry):
        actions.try_again(row.pk, by=SYSTEM, at=NOW)


def test_a_refused_key_is_the_partners_matter_and_the_request_stays_owed(county: Exchange) -> None:
    county.server.faults = [answers(403, '[{"code": 403, "description": "api_key"}]')]
    county.report()
    assert county.send() == NOW + timedelta(minutes=10)
    assert county.forward().state == State.PENDING
    assert "403" in county.county().problem


def test_a_service_that_it_does_not_know_keeps_nothing_else_back(county: Exchange) -> None:
    county.server.faults = [answers(404, '[{"code": 404, "description": "service_code"}]')]
    county.report()
    county.report()
    assert county.send() is None
    assert [row.state for row in Forward.objects.order_by("pk")] == [State.REFUSED, State.SENT]


def test_where_it_cannot_be_looked_for_staff_decide(plain: Exchange) -> None:
    plain.server.faults = [cut_after, answers(400)]
    plain.report()
    plain.send()
    plain.pass_time(seconds=61)
    assert plain.send() is None
    assert plain.forward().state == State.REFUSED
    assert "may have arrived" in plain.forward().problem


def test_it_is_left_alone_for_as_long_as_it_asks(county: Exchange) -> None:
    county.server.faults = [answers(429, "", **{"Retry-After": "30"})]
    county.report()
    county.report()
    assert county.send() == NOW + timedelta(seconds=30)
    assert len(county.server.calls) == 1
    assert {row.attempts for row in Forward.objects.all()} == {0}
    county.pass_time(seconds=30)
    assert county.send() is None
    assert len(county.server.requests) == 2


def test_a_short_rest_is_waited_for(county: Exchange) -> None:
    county.server.faults = [answers(429, "", **{"Retry-After": "2"})]
    county.report()
    county.report()
    assert county.send() is None
    assert county.at == NOW + timedelta(seconds=2)
    assert len(county.server.requests) == 2


def test_an_outage_is_not_hammered(county: Exchange) -> None:
    county.server.faults = [cut_before] * 1000
    for _each in range(20):
        county.report()
    county.send()
    assert len(county.server.calls) == 3
    for _minute in range(120):
        county.pass_time(minutes=1)
        county.send()
    assert 15 < len(county.server.calls) < 40
    county.server.faults = []
    county.pass_time(minutes=11)
    assert county.send() is None
    assert len(county.server.requests) == 20
    assert county.county().failures == 0


def test_a_token_is_asked_for_until_there_is_an_id(exchange: Callable[..., Exchange]) -> None:
    chicago = exchange(profile="chicago")
    chicago.server.tokens = True
    chicago.report()
    assert chicago.send() == NOW + timedelta(seconds=5)
    assert chicago.forward().state == State.WAITING
    chicago.server.requests[0]["ready"] = True
    chicago.pass_time(seconds=5)
    chicago.send()
    assert (chicago.forward().state, chicago.forward().remote_id) == (State.SENT, "900")


def test_a_partner_that_has_ended_gets_nothing(county: Exchange) -> None:
    county.report()
    county.react()
    actions.end_partner("county", by=SYSTEM, at=NOW)
    assert county.send() is None
    assert county.server.calls == []
    assert has_unsettled(county.partner.pk)


def test_an_id_that_another_request_has_there_is_told(county: Exchange) -> None:
    county.passed_on()
    taken = answers(200, '[{"service_request_id": "900"}]')
    county.server.faults = [taken]
    second = county.report()
    county.send()
    row = Forward.objects.get(service_request_id=second)
    assert row.state == State.REFUSED
    assert "another request" in row.problem


# What happened to it since.


def test_what_the_partner_must_know_is_told_in_order(county: Exchange) -> None:
    row = county.passed_on()
    request_id = row.service_request_id
    me = resident(reports=[Event.objects.get(kind="submitted").data["report"]])
    county.pass_time(minutes=1)
    tell_more.add_information(request_id, words="Deeper now.", by=me, at=county.at)
    tell_more.add_note(
        request_id, words="For staff.", public=False, by=county.city.crew, at=county.at
    )
    county.pass_time(minutes=1)
    tell_more.add_note(request_id, words="We know.", public=True, by=county.city.crew, at=county.at)
    close.cancel(request_id, reason="It is gone.", by=me, at=county.at)
    county.send()
    assert [(each["status"], each["description"]) for each in county.server.told] == [
        ("OPEN", "Deeper now."),
        ("OPEN", "We know."),
        ("CANCELLED", "It is gone."),
    ]
    assert {each["service_request_id"] for each in county.server.told} == {"900"}


def test_a_completion_by_our_own_staff_is_told_with_its_outcome(county: Exchange) -> None:
    row = county.passed_on()
    close.complete(
        row.service_request_id,
        outcome_code="not-found",
        explanation="Nothing there.",
        by=county.city.crew,
        at=county.at,
    )
    county.send()
    told = county.server.told[0]
    assert (told["status"], told["external_status_code"]) == ("NO_FURTHER_ACTION", "not-found")


def test_an_update_is_sent_until_it_is_taken_and_the_next_one_waits(county: Exchange) -> None:
    row = county.passed_on()
    for words in ("One.", "Two."):
        tell_more.add_note(
            row.service_request_id, words=words, public=True, by=county.city.crew, at=county.at
        )
    county.server.faults = [cut_after, answers(500)]
    county.send()
    assert [each["description"] for each in county.server.told] == ["One."]
    county.pass_time(minutes=1)
    county.send()
    told = [(each["update_id"], each["description"]) for each in county.server.told]
    assert [words for _mark, words in told] == ["One.", "One.", "Two."]
    assert told[0] == told[1]


def test_events_whose_reactions_are_late_are_told_first(county: Exchange) -> None:
    row = county.passed_on()
    for words in ("One.", "Two."):
        tell_more.add_note(
            row.service_request_id, words=words, public=True, by=county.city.crew, at=county.at
        )
    actions.owe_update(Event.objects.get(words="Two."))
    county.send()
    assert [each["description"] for each in county.server.told] == ["One.", "Two."]


def test_what_happened_before_it_was_owed_is_told_too(county: Exchange) -> None:
    request_id = county.report()
    tell_more.add_note(request_id, words="We know.", public=True, by=county.city.crew, at=county.at)
    actions.owe_update(Event.objects.get(words="We know."))
    actions.forward(Event.objects.get(kind="submitted"))
    county.send()
    assert [each["description"] for each in county.server.told] == ["We know."]


def test_a_server_without_a_feed_is_told_nothing_and_that_is_seen(plain: Exchange) -> None:
    row = plain.passed_on()
    tell_more.add_note(
        row.service_request_id, words="We know.", public=True, by=plain.city.crew, at=plain.at
    )
    plain.send()
    owed = ForwardedEvent.objects.get()
    assert (owed.state, owed.problem) == ("refused", "This kind of server takes no updates.")
    assert plain.server.told == []
