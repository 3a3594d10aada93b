"""Pairs that may be one problem: found, decided, taken back."""

from datetime import timedelta

import pytest

from citycall.core import clock
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.duplicates import actions, jobs, queries
from citycall.duplicates.actions import AlreadyDecided
from citycall.duplicates.models import Pair, Vocabulary
from citycall.reactions import react
from citycall.service_requests.actions import close, merge, work
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from tests.city import NOW, City

from .conftest import Tell

LATER = NOW + timedelta(hours=5)
Two = tuple[ServiceRequest, ServiceRequest]


def numbers_of(found: list[queries.Candidate]) -> list[int]:
    return [each.request.pk for each in found]


@pytest.fixture
def kept(pair: Two) -> Pair:
    actions.find_for(pair[1].pk, at=LATER)
    return Pair.objects.get()


def test_the_older_is_a_candidate_of_the_newer(city: City, pair: Two) -> None:
    older, newer = pair
    assert numbers_of(queries.candidates_for(city.dispatcher, newer)) == [older.pk]
    assert queries.candidates_for(city.dispatcher, older) == []


def test_reasons_are_plain_words(city: City, pair: Two) -> None:
    reasons = queries.candidates_for(city.dispatcher, pair[1])[0].reasons
    assert reasons[:2] == ("6 metres away", "3 hours earlier")


def test_what_is_nearest_and_says_the_same_comes_first(city: City, tell: Tell) -> None:
    far = tell("A streetlight does not burn.", north=120.0)
    near = tell("Deep hole at the church door.", north=8.0)
    new = tell("There is a deep hole at the church door.", at=LATER)
    found = queries.candidates_for(city.dispatcher, new)
    assert found[0].request.pk == near.pk
    assert far.pk not in numbers_of(found)[:1]


def test_another_agencys_request_is_not_shown(city: City, tell: Tell) -> None:
    tell("A deep hole.", at=NOW)
    new = tell("A deep hole.", at=LATER)
    assert queries.candidates_for(city.outsider, new) == []


def test_what_was_dismissed_is_not_a_candidate_again(city: City, pair: Two, kept: Pair) -> None:
    actions.dismiss(kept.pk, by=city.dispatcher, at=LATER)
    assert queries.candidates_for(city.dispatcher, pair[1]) == []


def test_a_pair_is_kept_once(pair: Two, kept: Pair) -> None:
    assert actions.find_for(pair[1].pk, at=LATER) == 0
    assert (kept.older_id, kept.newer_id) == (pair[0].pk, pair[1].pk)


def test_the_nightly_look_finds_what_changed_and_goes_on(pair: Two, tell: Tell) -> None:
    assert actions.scan(at=LATER) == 1
    assert actions.scan(at=LATER) == 0
    tell("Deep hole beside the blue mailbox.", north=5.0, at=LATER)
    assert actions.scan(at=LATER + timedelta(hours=1)) >= 1


def test_a_bounded_look_goes_on_the_next_time(pair: Two) -> None:
    assert actions.scan(at=LATER, most=1) == 0
    assert actions.scan(at=LATER, most=1) == 1


def test_changes_of_one_moment_are_all_looked_through(pair: Two) -> None:
    ServiceRequest.objects.update(updated_at=NOW)
    assert actions.scan(at=LATER, most=1) == 0
    assert actions.scan(at=LATER, most=1) == 1


def test_what_others_may_still_be_writing_is_left_to_the_next_look(pair: Two) -> None:
    ServiceRequest.objects.update(updated_at=LATER)
    assert actions.scan(at=LATER + timedelta(minutes=1)) == 0
    assert actions.scan(at=LATER + timedelta(minutes=10)) == 1


def test_the_job_learns_words_and_puts_pairs_before_staff(
    city: City, pair: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    jobs.scan_duplicates(timestamp=0)
    assert Vocabulary.objects.get().texts == 2
    waiting = queries.waiting(city.dispatcher).rows
    assert [(each.older_id, each.newer_id) for each in waiting] == [(pair[0].pk, pair[1].pk)]


def test_pairs_that_need_no_decision_are_dropped_at_last(
    city: City, pair: Two, kept: Pair, tell: Tell
) -> None:
    assert actions.tidy(before=LATER + timedelta(days=1)) == 0
    close.cancel(pair[0].pk, reason="A mistake", by=city.call_taker, at=LATER)
    assert actions.tidy(before=LATER) == 0
    assert actions.tidy(before=LATER + timedelta(days=1)) == 1
    assert not Pair.objects.exists()


def test_what_was_decided_is_never_dropped(city: City, kept: Pair) -> None:
    actions.merge(kept.pk, by=city.dispatcher, at=LATER)
    assert actions.tidy(before=LATER + timedelta(days=1)) == 0


def test_merging_makes_the_newer_part_of_the_older(city: City, pair: Two, kept: Pair) -> None:
    actions.merge(kept.pk, by=city.dispatcher, at=LATER)
    newer = ServiceRequest.objects.get(pk=pair[1].pk)
    assert (newer.status, newer.merged_into_id) == ("merged", pair[0].pk)
    assert queries.waiting(city.dispatcher).rows == []


def test_merging_is_taken_back_without_loss(city: City, pair: Two, kept: Pair) -> None:
    actions.merge(kept.pk, by=city.dispatcher, at=LATER)
    actions.undo(kept.pk, by=city.dispatcher, at=LATER)
    newer = ServiceRequest.objects.get(pk=pair[1].pk)
    assert (newer.status, newer.number) == (pair[1].status, pair[1].number)
    assert [each.pk for each in queries.waiting(city.dispatcher).rows] == [kept.pk]


def test_two_cannot_decide_about_one_pair(city: City, kept: Pair) -> None:
    actions.dismiss(kept.pk, by=city.dispatcher, at=LATER)
    with pytest.raises(AlreadyDecided):
        actions.merge(kept.pk, by=city.supervisor, at=LATER)


def test_parted_elsewhere_they_are_not_the_same(city: City, pair: Two, kept: Pair) -> None:
    actions.merge(kept.pk, by=city.dispatcher, at=LATER)
    merge.unmerge(pair[1].pk, by=city.dispatcher, at=LATER)
    react(Event.objects.get(kind=Kind.UNMERGED, subject_id=pair[1].pk))
    kept.refresh_from_db()
    assert kept.state == "dismissed"


def test_who_may_not_merge_may_not_decide(city: City, kept: Pair) -> None:
    for actor in (city.outsider, city.crew, city.analyst):
        with pytest.raises(NotAllowed):
            actions.merge(kept.pk, by=actor, at=LATER)
        with pytest.raises(NotAllowed):
            actions.dismiss(kept.pk, by=actor, at=LATER)
        with pytest.raises(NotAllowed):
            actions.undo(kept.pk, by=actor, at=LATER)


def test_pairs_of_which_one_is_over_do_not_wait(city: City, pair: Two, kept: Pair) -> None:
    work.start(pair[0].pk, by=city.dispatcher, at=LATER)
    close.complete(
        pair[0].pk, outcome_code="fixed", explanation="Filled.", by=city.dispatcher, at=LATER
    )
    assert queries.waiting(city.dispatcher).rows == []


def test_pages_of_pairs_go_on_where_they_ended(city: City, tell: Tell) -> None:
    for n in range(4):
        tell("The same deep hole by the blue mailbox.", north=n, at=NOW + timedelta(hours=n))
    actions.scan(at=LATER)
    everything = [each.pk for each in queries.waiting(city.dispatcher, size=50).rows]
    first = queries.waiting(city.dispatcher, size=2)
    rest = queries.waiting(city.dispatcher, after=first.older, size=50)
    assert len(everything) > 2
    assert [each.pk for each in (*first.rows, *rest.rows)] == everything


def test_words_are_counted_and_used(city: City, pair: Two) -> None:
    assert actions.learn_words(at=LATER).texts == 2
    assert queries.candidates_for(city.dispatcher, pair[1])
