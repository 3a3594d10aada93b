"""News from a partner: each applied once, none passed over, ours not taken for theirs."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citycall.core.actors import SYSTEM
from citycall.core.models import Event
from citycall.exchange.forwarding import actions
from citycall.exchange.models import Forward, ReceivedUpdate
from citycall.service_requests.actions import close, tell_more
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW

from .conftest import Exchange, spec
from .partner_server import answers, cut_after

pytestmark = pytest.mark.django_db
LOST = answers(502)


def status_of(row: Forward) -> str:
    return ServiceRequest.objects.get(pk=row.service_request_id).status


def test_their_steps_become_ours(county: Exchange) -> None:
    row = county.passed_on()
    county.server.tell("900", "in_progress")
    county.server.tell("900", "closed", "Nothing to be seen.", outcome="not-found")
    assert county.poll() == 2
    request = ServiceRequest.objects.select_related("outcome").get(pk=row.service_request_id)
    assert request.status == "completed"
    assert request.outcome is not None
    assert request.outcome.code == "not-found"
    row.refresh_from_db()
    assert row.remote_status == "closed"


def test_read_again_it_changes_nothing(county: Exchange) -> None:
    county.passed_on()
    county.server.tell("900", "closed", "Filled.")
    assert (county.poll(), county.poll()) == (1, 0)
    assert Event.objects.filter(kind="completed").count() == 1


def test_requests_that_are_not_ours_are_passed_over(county: Exchange) -> None:
    county.passed_on()
    county.server.tell("4711", "closed", "Filled.")
    assert county.poll() == 0
    assert not ReceivedUpdate.objects.exists()


def test_the_window_ends_at_the_latest_news_and_overlaps(county: Exchange) -> None:
    county.passed_on()
    county.pass_time(minutes=30)
    county.server.tell("900", "in_progress")
    county.poll()
    assert county.county().updates_until == NOW + timedelta(minutes=30)
    late = county.server.tell("900", "open", "Found late.", after=timedelta(minutes=-8))
    county.poll()
    assert ReceivedUpdate.objects.filter(update_id=late["update_id"]).exists()


@pytest.mark.parametrize("hours", [-30, -3, 3, 30])
def test_clocks_may_differ(county: Exchange, hours: int) -> None:
    county.passed_on()
    county.server.clock += timedelta(hours=hours)
    for number in range(6):
        county.pass_time(minutes=40)
        county.server.tell("900", "open", f"News {number}.")
        county.poll()
    assert ReceivedUpdate.objects.count() == 6


def test_news_dated_behind_their_own_clock_are_found(county: Exchange) -> None:
    county.passed_on()
    for number in range(6):
        county.pass_time(hours=2)
        county.server.tell("900", "open", f"News {number}.", after=timedelta(hours=-1))
        county.poll()
    assert ReceivedUpdate.objects.count() == 6


def test_news_from_the_far_future_do_not_end_the_reading(county: Exchange) -> None:
    county.passed_on()
    county.server.tell("900", "open", "From 2099.", after=timedelta(hours=20))
    county.poll()
    county.pass_time(hours=1)
    county.server.tell("900", "open", "From today.")
    county.poll()
    assert ReceivedUpdate.objects.count() == 2


def test_what_could_not_be_read_is_read_the_next_time(county: Exchange) -> None:
    county.passed_on()
    county.pass_time(hours=1)
    county.server.tell("900", "closed", "Filled.")
    county.server.faults = [LOST, LOST, LOST]
    before = county.county().updates_until
    assert county.poll() == 0
    assert county.county().updates_until == before
    assert county.county().failures == 1
    assert county.poll() == 1


def test_a_feed_that_it_does_not_have_keeps_nothing_back(county: Exchange) -> None:
    county.passed_on()
    county.server.faults = [answers(404)]
    county.poll()
    assert "404" in county.county().problem
    assert county.passed_on(words="Another.").state == "sent"


def test_a_half_answer_is_no_answer(county: Exchange) -> None:
    county.passed_on()
    county.server.tell("900", "closed", "Filled.")
    county.server.faults = [answers(200, '[{"update_id": "n0", "service_req')] * 3
    assert county.poll() == 0
    assert county.poll() == 1


def test_news_that_came_before_we_had_the_id_are_read_again(county: Exchange) -> None:
    county.passed_on()
    county.pass_time(minutes=1)
    county.server.faults = [cut_after]
    second = county.report()
    county.send()
    county.server.tell("901", "in_progress")
    county.pass_time(hours=3)
    county.server.tell("900", "closed", "Filled.")
    county.poll()
    county.send()
    county.poll()
    assert ServiceRequest.objects.get(pk=second).status == "in_progress"


def test_our_own_words_that_come_back_change_nothing(county: Exchange) -> None:
    row = county.passed_on()
    tell_more.add_note(
        row.service_request_id, words="We know.", public=True, by=county.city.crew, at=county.at
    )
    county.send()
    county.server.tell("900", "open", "We know.")
    county.server.tell("900", "open", "In other words.", update_id="u1")
    county.poll()
    assert Event.objects.filter(kind="note_added", visibility="public").count() == 1


def test_even_before_we_know_that_they_arrived(county: Exchange) -> None:
    row = county.passed_on()
    tell_more.add_note(
        row.service_request_id, words="We know.", public=True, by=county.city.crew, at=county.at
    )
    county.server.faults = [cut_after]
    county.send()
    county.server.tell("900", "open", "We know.")
    county.poll()
    assert Event.objects.filter(kind="note_added", visibility="public").count() == 1


def test_what_they_tell_is_not_told_back(county: Exchange) -> None:
    county.passed_on()
    county.server.tell("900", "closed", "Filled.")
    county.poll()
    county.send()
    assert county.server.told == []


def test_a_reopening_goes_there_and_their_next_end_comes_back(county: Exchange) -> None:
    row = county.passed_on()
    county.server.tell("900", "closed", "Filled.")
    county.poll()
    county.pass_time(hours=1)
    close.reopen(
        row.service_request_id, reason="Still there.", by=county.city.dispatcher, at=county.at
    )
    county.send()
    assert county.server.told[0]["status"] == "REOPEN"
    county.server.tell("900", "reopen", "Still there.")
    county.server.tell("900", "closed", "Filled again.", after=timedelta(seconds=1))
    county.poll()
    request = ServiceRequest.objects.get(pk=row.service_request_id)
    assert (request.status, request.explanation) == ("completed", "Filled again.")


def test_without_a_feed_their_requests_are_asked_for_by_id(plain: Exchange) -> None:
    row = plain.passed_on()
    assert plain.poll() == 1
    plain.pass_time(hours=1)
    there = plain.server.requests[0]
    there |= {
        "status": "closed",
        "status_notes": "Filled.",
        "updated_datetime": plain.server.clock.isoformat(),
    }
    assert (plain.poll(), plain.poll()) == (1, 0)
    request = ServiceRequest.objects.get(pk=row.service_request_id)
    assert (request.status, request.explanation) == ("completed", "Filled.")


def test_what_ended_long_ago_is_not_asked_for_any_more(plain: Exchange) -> None:
    plain.passed_on()
    plain.server.requests[0]["status"] = "closed"
    plain.poll()
    plain.pass_time(days=31)
    calls = len(plain.server.calls)
    plain.poll()
    assert len(plain.server.calls) == calls


def test_where_changes_are_listed_these_are_asked_for(exchange: Callable[..., Exchange]) -> None:
    town = exchange(profile="bloomington")
    row = town.passed_on()
    town.pass_time(hours=1)
    there = town.server.requests[0]
    there |= {"status": "closed", "updated_datetime": town.server.clock.isoformat()}
    town.poll()
    assert status_of(row) == "completed"


def test_nothing_is_asked_of_a_partner_that_has_nothing_of_ours(county: Exchange) -> None:
    assert county.poll() == 0
    assert county.server.calls == []


def test_at_another_address_reading_begins_anew(county: Exchange) -> None:
    county.passed_on()
    county.poll()
    assert county.county().updates_until is not None
    moved = spec(url="https://8.8.8.8/other/v2")
    actions.save_partner(spec=moved, by=SYSTEM, at=NOW)
    assert county.county().updates_until is None
