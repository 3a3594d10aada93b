"""What another system tells of a request: which step each status becomes, and what it may not."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from citycall.accounts.actions import issue_key
from citycall.accounts.queries import actor_of_key
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import NotAllowed, NotFound
from citycall.core.models import Event, Visibility
from citycall.exchange.models import ReceivedUpdate
from citycall.exchange.open311.applying import ToldUpdate, apply_update
from citycall.service_requests.actions import close, merge, work
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest, Status
from citycall.service_requests.policies import SUBMIT_SCOPE, WORK_SCOPE
from tests import city as small_city
from tests.city import NOW, City, draft

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def city(db: None) -> City:
    return small_city.build()


@pytest.fixture
def request_id(city: City) -> int:
    return submit(draft(), by=city.resident, at=NOW).request_id


def key(name: str, *scopes: str) -> Actor:
    issue_key(name=name, scopes=list(scopes), by=SYSTEM, at=NOW, secret=f"cck_{name}_secret")
    return actor_of_key(f"cck_{name}_secret")


@pytest.fixture
def vendor(city: City) -> Actor:
    return key("vendor", WORK_SCOPE)


def tell(
    request_id: int,
    by: Actor,
    status: str,
    words: str = "",
    *,
    update_id: str = "",
    at: datetime = LATER,
    outcome: str = "",
    source: str = "key:1",
) -> ReceivedUpdate:
    told = ToldUpdate(update_id or f"{status} {at}", status, at, words, outcome=outcome)
    return apply_update(request_id, told, source=source, by=by, at=at)


def status_of(request_id: int) -> str:
    return ServiceRequest.objects.get(pk=request_id).status


def happened(request_id: int) -> list[str]:
    events = Event.objects.filter(subject_id=request_id).order_by("id")
    return [event.kind for event in events if event.kind != Kind.PROMISE_CHANGED]


def last_words(request_id: int) -> tuple[str, str, str | None]:
    event = Event.objects.filter(subject_id=request_id, words__isnull=False).latest("id")
    return event.kind, event.visibility, event.words


@pytest.mark.parametrize(
    ("status", "leads_to"),
    [
        ("open", Status.NEW),
        ("OPEN", Status.NEW),
        ("planned", Status.ASSIGNED),
        ("Action Scheduled", Status.ASSIGNED),
        ("in_progress", Status.IN_PROGRESS),
        ("INVESTIGATING", Status.ASSIGNED),
        ("fixed", Status.COMPLETED),
        ("closed", Status.COMPLETED),
        ("no_further_action", Status.COMPLETED),
        ("not_councils_responsibility", Status.REFERRED),
        ("internal_referral", Status.REFERRED),
        ("duplicate", Status.CANCELLED),
        ("cancelled", Status.CANCELLED),
        ("reopen", Status.NEW),
        ("something of their own", Status.NEW),
        ("", Status.NEW),
    ],
)
def test_each_status_leads_to_the_step_that_it_means(
    request_id: int, vendor: Actor, status: str, leads_to: Status
) -> None:
    tell(request_id, vendor, status, "The State looks after this one.")
    assert status_of(request_id) == leads_to
    assert Event.objects.filter(words="The State looks after this one.").count() == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("fixed", "fixed"), ("closed", "fixed"), ("no_further_action", "not-found")],
)
def test_a_completion_has_an_outcome_that_fits(
    request_id: int, vendor: Actor, status: str, outcome: str
) -> None:
    tell(request_id, vendor, status)
    row = ServiceRequest.objects.select_related("outcome").get(pk=request_id)
    assert row.outcome is not None
    assert row.outcome.code == outcome
    assert row.explanation == "vendor tells that this has been dealt with."


def test_an_outcome_that_is_named_is_taken(request_id: int, vendor: Actor) -> None:
    tell(request_id, vendor, "closed", "Nobody found it.", outcome="not-found")
    assert Event.objects.get(kind=Kind.COMPLETED).data["outcome"] == "not-found"


def test_without_a_fitting_outcome_it_stays_open_for_staff(city: City, vendor: Actor) -> None:
    told = draft("water-leak", answers={"amount": "drip"})
    request_id = submit(told, by=city.resident, at=NOW).request_id
    tell(request_id, vendor, "no_further_action", "We saw nothing.")
    assert status_of(request_id) == Status.NEW
    notes = Event.objects.filter(kind=Kind.NOTE_ADDED).order_by("id")
    assert [note.visibility for note in notes] == [Visibility.INTERNAL, Visibility.PUBLIC]


def test_without_the_photo_that_is_asked_for_it_stays_open_and_nothing_is_lost(
    city: City, vendor: Actor
) -> None:
    request_id = submit(draft("graffiti"), by=city.resident, at=NOW).request_id
    row = tell(request_id, vendor, "fixed", "Painted over.")
    assert status_of(request_id) == Status.NEW
    public, internal = Event.objects.filter(kind=Kind.NOTE_ADDED).order_by("id")
    assert (public.words, public.visibility) == ("Painted over.", "public")
    assert "needs a photo of the finished work" in (internal.words or "")
    assert row.event_id == internal.pk


def test_a_request_on_hold_is_taken_up_again_before_it_is_completed(
    request_id: int, vendor: Actor
) -> None:
    work.hold(request_id, reason="weather", words="", by=SYSTEM, at=NOW)
    tell(request_id, vendor, "fixed", "Filled.")
    assert happened(request_id) == ["submitted", "held", "resumed", "completed"]


def test_a_state_that_is_reached_already_leaves_a_note_or_nothing(
    request_id: int, vendor: Actor
) -> None:
    close.complete(request_id, outcome_code="fixed", explanation="Done.", by=SYSTEM, at=NOW)
    assert tell(request_id, vendor, "closed").event_id is None
    assert tell(request_id, vendor, "fixed", "With hot asphalt.").event_id is not None
    assert happened(request_id) == ["submitted", "completed", "note_added"]


def test_told_twice_it_happens_once(request_id: int, vendor: Actor) -> None:
    first = tell(request_id, vendor, "in_progress", "On our way.", update_id="7")
    again = tell(request_id, vendor, "fixed", "Done.", update_id="7")
    assert again.pk == first.pk
    assert happened(request_id) == ["submitted", "started", "note_added"]


def test_the_ids_of_different_sources_do_not_meet(request_id: int, vendor: Actor) -> None:
    tell(request_id, vendor, "in_progress", update_id="7", source="key:1")
    tell(request_id, vendor, "fixed", update_id="7", source="partner:1")
    assert status_of(request_id) == Status.COMPLETED


def test_told_late_it_never_turns_the_state_back(request_id: int, vendor: Actor) -> None:
    tell(request_id, vendor, "fixed", "Filled.", at=LATER)
    tell(request_id, vendor, "reopen", "Once more.", at=LATER - timedelta(minutes=1))
    assert status_of(request_id) == Status.COMPLETED
    assert last_words(request_id) == ("note_added", "public", "Once more.")


def test_open_after_an_end_that_they_told_means_opened_again(
    request_id: int, vendor: Actor
) -> None:
    tell(request_id, vendor, "closed", at=LATER)
    tell(request_id, vendor, "in_progress", "Not good yet.", at=LATER + timedelta(minutes=1))
    assert happened(request_id) == ["submitted", "completed", "reopened", "started"]


def test_open_after_an_end_that_was_not_theirs_is_a_note(request_id: int, vendor: Actor) -> None:
    tell(request_id, vendor, "in_progress", at=NOW)
    close.cancel(request_id, reason="No need any more.", by=SYSTEM, at=NOW)
    tell(request_id, vendor, "open", "We come on Monday.")
    assert status_of(request_id) == Status.CANCELLED
    assert last_words(request_id)[2] == "We come on Monday."


def test_of_a_merged_request_the_words_are_kept_where_it_went(
    city: City, request_id: int, vendor: Actor
) -> None:
    other = submit(draft(), by=city.resident, at=NOW).request_id
    merge.merge(request_id, parent_id=other, by=SYSTEM, at=NOW)
    tell(request_id, vendor, "fixed", "Filled.")
    assert status_of(other) == Status.NEW
    assert last_words(other) == ("note_added", "public", "Filled.")


def test_a_stranger_may_tell_nothing(city: City, request_id: int) -> None:
    with pytest.raises(NotAllowed):
        tell(request_id, key("app", SUBMIT_SCOPE), "fixed")
    assert not ReceivedUpdate.objects.exists()


def test_of_a_request_that_is_not_there(city: City, vendor: Actor) -> None:
    with pytest.raises(NotFound):
        tell(999_999, vendor, "fixed")


def test_too_long_and_unstorable_text_is_trimmed(request_id: int, vendor: Actor) -> None:
    row = tell(request_id, vendor, "x" * 90, "a\x00b\ud800" + "c" * 5000, update_id="9" * 300)
    words = last_words(request_id)[2] or ""
    assert words.startswith("abccc")
    assert len(words) == 4000
    assert (len(row.update_id), len(row.status)) == (64, 60)


# The key that has reported it.


@pytest.fixture
def partner(city: City) -> Actor:
    return key("partner", SUBMIT_SCOPE)


@pytest.fixture
def theirs(city: City, partner: Actor) -> int:
    return submit(draft(), by=partner, at=NOW).request_id


def test_who_reported_it_adds_information_that_is_not_published(
    theirs: int, partner: Actor
) -> None:
    tell(theirs, partner, "open", "It is behind number 12.")
    assert last_words(theirs) == ("information_added", "reporter", "It is behind number 12.")


def test_who_reported_it_may_not_complete_it(theirs: int, partner: Actor) -> None:
    tell(theirs, partner, "fixed", "It is gone.")
    assert status_of(theirs) == Status.NEW
    assert last_words(theirs) == ("information_added", "reporter", "It is gone.")


def test_who_reported_it_may_dispute_its_completion(theirs: int, partner: Actor) -> None:
    close.complete(theirs, outcome_code="fixed", explanation="Done.", by=SYSTEM, at=NOW)
    tell(theirs, partner, "reopen", "It is still there.")
    assert last_words(theirs) == ("disputed", "public", "It is still there.")
    assert status_of(theirs) == Status.ASSIGNED


def test_too_late_to_dispute_is_kept_as_information(theirs: int, partner: Actor) -> None:
    close.complete(theirs, outcome_code="fixed", explanation="Done.", by=SYSTEM, at=NOW)
    close.close_undisputed(theirs, by=SYSTEM, at=NOW + timedelta(days=8))
    tell(theirs, partner, "reopen", "There again.", at=NOW + timedelta(days=60))
    assert last_words(theirs) == ("information_added", "reporter", "There again.")


def test_who_reported_it_may_withdraw_it(theirs: int, partner: Actor) -> None:
    tell(theirs, partner, "cancelled", "Mended by a neighbor.")
    assert last_words(theirs) == ("cancelled", "public", "Mended by a neighbor.")


@pytest.mark.django_db(transaction=True)
def test_the_same_update_from_two_at_once_happens_once() -> None:
    city = small_city.build()
    request_id = submit(draft(), by=city.resident, at=NOW).request_id
    vendor = key("vendor", WORK_SCOPE)
    gate = threading.Barrier(4)
    kept: list[int] = []

    def one() -> None:
        gate.wait()
        kept.append(tell(request_id, vendor, "fixed", "Filled.", update_id="7").pk)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 4
    assert len(set(kept)) == 1
    assert happened(request_id) == ["submitted", "completed"]
