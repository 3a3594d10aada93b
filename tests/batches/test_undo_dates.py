"""A batch that is taken back after its messages went: dates that were given up come back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import Settings

from citycall.appointments.actions import bring_back, change, waiting
from citycall.appointments.actions.book import submit
from citycall.appointments.models import Appointment, Waiting
from citycall.batches import queries
from citycall.batches.models import Batch
from citycall.closures.models import Closure
from citycall.core.models import Event
from citycall.escalations.models import Watch
from citycall.notifications.models import Delivery
from citycall.reactions import react
from citycall.service_requests.actions import close, merge
from citycall.service_requests.actions.submit import submit as report
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.models import ServiceRequest
from tests.appointments import cast
from tests.appointments.cast import TUESDAY, WEDNESDAY
from tests.batches.conftest import FIXED, LATER, done, prepared, taken_back
from tests.city import NOW, City

pytestmark = pytest.mark.django_db
Book = Callable[[], Receipt]


@pytest.fixture
def city(db: None, settings: Settings) -> City:
    settings.CITYCALL_BATCH_ALONE = 20
    return cast.build(capacity=1)


@pytest.fixture
def book(city: City) -> Book:
    return lambda: submit(cast.draft(), day=WEDNESDAY, by=city.resident, at=NOW)


def reacted(*kinds: str) -> None:
    """What follows the events of these kinds, in their order."""
    for event in Event.objects.filter(kind__in=kinds).order_by("id"):
        react(event)


def completed(city: City, receipt: Receipt) -> Batch:
    """A batch that ended it, whose messages went, so that the date was given up."""
    batch = done([receipt.request_id], "complete", FIXED, by=city.dispatcher)
    reacted("completed")
    assert states() == ["cancelled"]
    return batch


def states() -> list[str]:
    return list(Appointment.objects.order_by("id").values_list("state", flat=True))


def request_of(receipt: Receipt) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=receipt.request_id)


def test_its_date_is_its_own_again_and_told(city: City, book: Book) -> None:
    pat = book()
    due = request_of(pat).due_at
    batch = completed(city, pat)
    taken_back(batch, by=city.dispatcher, minutes=30)
    reacted("taken_back")
    row = Appointment.objects.get()
    assert (row.state, row.day, row.service_request_id) == ("booked", WEDNESDAY, pat.request_id)
    assert request_of(pat).due_at == due
    reacted("appointment_booked")
    templates = Delivery.objects.order_by("id").values_list("template", flat=True)
    assert list(templates) == ["completed", "taken_back", "appointment_booked"]


def test_reacted_to_again_nothing_happens_twice(city: City, book: Book) -> None:
    taken_back(completed(city, book()), by=city.dispatcher, minutes=30)
    reacted("taken_back")
    reacted("taken_back", "completed")
    assert states() == ["booked"]
    # One came with the report, and one with its coming back.
    assert Event.objects.filter(kind="appointment_booked").count() == 2


def test_a_date_that_others_have_by_now_is_told_to_be_gone(city: City, book: Book) -> None:
    pat = book()
    batch = completed(city, pat)
    book()
    taken_back(batch, by=city.dispatcher, minutes=30)
    reacted("taken_back")
    assert states() == ["cancelled", "booked"]
    told = Event.objects.get(kind="appointment_cancelled")
    assert told.subject_id == pat.request_id
    # It is due as if there had been no date, and another can be chosen.
    due = request_of(pat).due_at
    assert due is not None
    assert due > NOW + timedelta(days=30)
    reacted("taken_back")
    assert Event.objects.filter(kind="appointment_cancelled").count() == 1


def test_a_date_that_is_over_is_gone(city: City, book: Book) -> None:
    pat = book()
    batch = completed(city, pat)
    taken_back(batch, by=city.dispatcher, minutes=30)
    ended = Event.objects.get(kind="completed").at
    late = cast.at("2026-03-05 06:00")
    assert not bring_back.bring_back(pat.request_id, ended_at=ended, at=late)
    assert states() == ["cancelled"]
    assert Event.objects.filter(kind="appointment_cancelled").exists()


def test_taken_back_before_anything_followed_the_date_was_never_given_up(
    city: City, book: Book
) -> None:
    batch = done([book().request_id], "complete", FIXED, by=city.dispatcher)
    # Too late to keep the messages in, and the worker has not come to them yet.
    taken_back(batch, by=city.dispatcher, minutes=30)
    reacted("completed", "taken_back")
    assert states() == ["booked"]
    # It was never completed, so that there is nothing to look at again either.
    assert not Closure.objects.exists()


def test_what_somebody_cancelled_before_does_not_come_back(city: City, book: Book) -> None:
    pat = book()
    change.cancel(pat.request_id, by=city.dispatcher, at=NOW)
    batch = done([pat.request_id], "complete", FIXED, by=city.dispatcher)
    reacted("completed")
    taken_back(batch, by=city.dispatcher, minutes=30)
    reacted("taken_back")
    assert states() == ["cancelled"]
    assert Event.objects.filter(kind="appointment_cancelled").count() == 1


def test_merged_ones_have_their_dates_again_when_parted(city: City, book: Book) -> None:
    child = book()
    parent = submit(cast.draft(), day=TUESDAY, by=city.resident, at=NOW)
    values = {"parent": str(parent.request_id)}
    batch = done([child.request_id], "merge", values, by=city.dispatcher)
    reacted("merged")
    assert states() == ["cancelled", "booked"]
    taken_back(batch, by=city.dispatcher, minutes=30)
    reacted("unmerged")
    assert states() == ["booked", "booked"]


def _waiting(city: City) -> Receipt:
    cast.offer(capacity=1, days_ahead=1)
    submit(cast.draft(), day=TUESDAY, by=city.resident, at=NOW)
    pat = report(cast.draft(), by=city.resident, at=NOW)
    waiting.join(pat.request_id, by=city.dispatcher, at=NOW)
    return pat


def test_a_place_on_the_waiting_list_comes_back(city: City, book: Book) -> None:
    pat = _waiting(city)
    batch = done([pat.request_id], "complete", FIXED, by=city.dispatcher)
    reacted("completed")
    assert Waiting.objects.get().state == "left"
    taken_back(batch, by=city.dispatcher, minutes=30)
    reacted("taken_back")
    row = Waiting.objects.get()
    assert (row.state, row.asked_at) == ("waiting", NOW)


def test_the_preview_says_how_many_dates_are_given_up(city: City, book: Book) -> None:
    ids = [book().request_id]
    batch = prepared(ids, "complete", FIXED, by=city.dispatcher)
    assert queries.preview(batch, maker=city.dispatcher, at=LATER).dates == 1
    begun = prepared(ids, "start", by=city.dispatcher)
    assert queries.preview(begun, maker=city.dispatcher, at=LATER).dates == 0


def test_its_date_is_watched_again(city: City, book: Book) -> None:
    pat = book()
    reacted("submitted")
    assert Watch.objects.filter(pk=pat.request_id).exists()
    batch = completed(city, pat)
    assert not Watch.objects.filter(pk=pat.request_id).exists()
    taken_back(batch, by=city.dispatcher, minutes=30)
    reacted("taken_back")
    assert Watch.objects.filter(pk=pat.request_id).exists()


def test_opened_again_before_anything_followed_it_keeps_its_date(city: City, book: Book) -> None:
    pat = book()
    done([pat.request_id], "complete", FIXED, by=city.dispatcher)
    at = LATER + timedelta(minutes=5)
    close.reopen(pat.request_id, reason="The wrong one.", by=city.dispatcher, at=at)
    reacted("completed", "reopened")
    assert states() == ["booked"]
    assert [each.template for each in Delivery.objects.all()] == ["reopened"]


def test_opened_again_it_keeps_its_place_on_the_waiting_list(city: City, book: Book) -> None:
    pat = _waiting(city)
    done([pat.request_id], "complete", FIXED, by=city.dispatcher)
    at = LATER + timedelta(minutes=5)
    close.reopen(pat.request_id, reason="The wrong one.", by=city.dispatcher, at=at)
    reacted("completed", "reopened")
    assert Waiting.objects.get().state == "waiting"


def test_parted_again_before_anything_followed_it_keeps_its_date(city: City, book: Book) -> None:
    child = book()
    parent = submit(cast.draft(), day=TUESDAY, by=city.resident, at=NOW)
    done([child.request_id], "merge", {"parent": str(parent.request_id)}, by=city.dispatcher)
    merge.unmerge(child.request_id, by=city.dispatcher, at=LATER + timedelta(minutes=5))
    reacted("merged", "unmerged")
    assert states() == ["booked", "booked"]
    assert {each.template for each in Delivery.objects.all()} == {"unmerged"}


def test_what_was_completed_long_before_is_not_taken_back_with_another_step(
    city: City, book: Book
) -> None:
    pat = book()
    completed(city, pat)
    at = LATER + timedelta(minutes=5)
    close.reopen(pat.request_id, reason="Once more.", by=city.dispatcher, at=at)
    batch = done([pat.request_id], "start", by=city.dispatcher)
    taken_back(batch, by=city.dispatcher, minutes=30)
    reacted("taken_back")
    assert states() == ["cancelled"]
    assert not Event.objects.filter(kind="appointment_cancelled").exists()
