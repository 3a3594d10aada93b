"""A date with the report, or later: held, booked, moved, cancelled, reminded of."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from citycall.appointments import queries
from citycall.appointments.actions import book, change, hold, remind
from citycall.appointments.actions.change import NoAppointment, TooLateToChange
from citycall.appointments.actions.seats import DateGone, TooOften
from citycall.appointments.models import Appointment
from citycall.appointments.rules import HOLD_FOR
from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Event
from citycall.service_requests.actions import close
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Receipt
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest
from citycall.service_requests.rules import StepNotAllowed
from tests.appointments import cast
from tests.appointments.cast import THURSDAY, TUESDAY, WEDNESDAY, draft, reporter
from tests.city import NOW, City

pytestmark = pytest.mark.django_db


def booked(receipt: Receipt) -> Appointment:
    found = queries.of_request(receipt.request_id)
    assert found is not None
    return found


def request_of(receipt: Receipt) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=receipt.request_id)


def free_on(day: object) -> int:
    offer = queries.offer_at(cast.entry(), draft().location, at=NOW)
    assert offer is not None
    return next((each.left for each in offer.dates if each.day == day), 0)


@pytest.fixture
def pat(city: City) -> Receipt:
    """Pat's pick-up on Wednesday."""
    return book.submit(draft(), day=WEDNESDAY, by=city.resident, at=NOW)


def test_a_request_with_a_date_is_due_when_the_appointment_ends(city: City, pat: Receipt) -> None:
    request = request_of(pat)
    assert request.due_at == request.promised_at == cast.at("2026-03-04 18:00")
    assert pat.promised_at == request.due_at
    assert booked(pat).items == 2
    assert free_on(WEDNESDAY) == 2


def test_the_date_is_in_the_history_of_those_who_may_know(city: City, pat: Receipt) -> None:
    event = Event.objects.get(kind=Kind.APPOINTMENT_BOOKED)
    assert (event.subject_id, event.visibility) == (pat.request_id, "reporter")
    assert event.data["day"] == "2026-03-04"


def test_sent_again_it_is_one_report_with_one_date(city: City) -> None:
    told = draft(idempotency_key="once")
    first, again = (
        book.submit(told, day=WEDNESDAY, by=city.resident, at=NOW + timedelta(days=n))
        for n in (0, 2)
    )
    assert again.again
    assert again.request_id == first.request_id
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("day", [NOW.date(), TUESDAY - timedelta(days=30), THURSDAY.replace(day=7)])
def test_a_date_that_is_not_offered_takes_nothing(city: City, day: object) -> None:
    with pytest.raises(DateGone):
        book.submit(draft(), day=day, by=city.resident, at=NOW)  # type: ignore[arg-type]
    assert not ServiceRequest.objects.exists()


def test_a_full_date_takes_no_more(city: City) -> None:
    for _seat in range(3):
        book.submit(draft(), day=WEDNESDAY, by=city.resident, at=NOW)
    assert free_on(WEDNESDAY) == 0
    with pytest.raises(DateGone):
        book.submit(draft(), day=WEDNESDAY, by=city.resident, at=NOW)
    assert ServiceRequest.objects.count() == 3


def test_a_smaller_capacity_keeps_what_is_booked(city: City) -> None:
    for _seat in range(3):
        book.submit(draft(), day=WEDNESDAY, by=city.resident, at=NOW)
    cast.offer(capacity=1)
    assert Appointment.objects.count() == 3
    with pytest.raises(DateGone):
        book.submit(draft(), day=WEDNESDAY, by=city.resident, at=NOW)
    book.submit(draft(), day=THURSDAY, by=city.resident, at=NOW)


def test_more_items_than_one_appointment_takes_are_told_beside_the_question(city: City) -> None:
    with pytest.raises(Faults) as caught:
        book.submit(draft(items=4), day=WEDNESDAY, by=city.resident, at=NOW)
    assert "at most 3 things" in caught.value.faults["answers.count"]


def test_an_address_has_so_many_appointments_in_a_year(city: City) -> None:
    cast.offer(per_year=2)
    for day in (TUESDAY, WEDNESDAY):
        receipt = book.submit(draft(), day=day, by=city.resident, at=NOW)
    with pytest.raises(TooOften):
        book.submit(draft(), day=THURSDAY, by=city.resident, at=NOW)
    change.cancel(receipt.request_id, by=reporter(receipt), at=NOW)
    book.submit(draft(), day=THURSDAY, by=city.resident, at=NOW)


# Holding.


def test_a_held_date_is_nobody_elses(city: City) -> None:
    for holder in ("ann", "ben", "cid"):
        hold.hold(cast.entry(), draft().location, day=WEDNESDAY, holder=holder, at=NOW)
    assert free_on(WEDNESDAY) == 0
    with pytest.raises(DateGone):
        book.submit(draft(), day=WEDNESDAY, by=city.resident, at=NOW)
    receipt = book.submit(draft(), day=WEDNESDAY, by=city.resident, at=NOW, holder="ben")
    assert booked(receipt).seat == 2
    assert Appointment.objects.count() == 3


def test_choosing_again_gives_the_first_choice_back(city: City) -> None:
    for day in (TUESDAY, WEDNESDAY):
        hold.hold(cast.entry(), draft().location, day=day, holder="ann", at=NOW)
    assert (free_on(TUESDAY), free_on(WEDNESDAY)) == (3, 2)


def test_a_hold_runs_out(city: City) -> None:
    cast.offer(capacity=1)
    hold.hold(cast.entry(), draft().location, day=WEDNESDAY, holder="ann", at=NOW)
    later = NOW + HOLD_FOR
    receipt = book.submit(draft(), day=WEDNESDAY, by=city.resident, at=later)
    assert booked(receipt).seat == 1
    with pytest.raises(DateGone):
        book.submit(draft(), day=WEDNESDAY, by=city.resident, at=later, holder="ann")


def test_a_hold_that_ran_out_and_that_nobody_needed_still_counts(city: City) -> None:
    hold.hold(cast.entry(), draft().location, day=WEDNESDAY, holder="ann", at=NOW)
    late = NOW + 2 * HOLD_FOR
    book.submit(draft(), day=WEDNESDAY, by=city.resident, at=late, holder="ann")
    assert Appointment.objects.get().state == "booked"


def test_expired_holds_are_removed(city: City) -> None:
    hold.hold(cast.entry(), draft().location, day=WEDNESDAY, holder="ann", at=NOW)
    assert hold.release_expired(at=NOW) == 0
    assert hold.release_expired(at=NOW + HOLD_FOR) == 1


# Booking later, moving, cancelling.


def test_a_report_without_a_date_gets_one_later(city: City) -> None:
    receipt = submit(draft(), by=city.resident, at=NOW)
    book.book(receipt.request_id, day=WEDNESDAY, by=reporter(receipt), at=NOW)
    assert request_of(receipt).due_at == cast.at("2026-03-04 18:00")


def test_a_number_alone_proves_nothing(city: City) -> None:
    told = draft(contact=ContactDetails())
    receipt = book.submit(told, day=WEDNESDAY, by=city.resident, at=NOW)
    with pytest.raises(NotAllowed):
        change.move(receipt.request_id, day=THURSDAY, by=city.resident, at=NOW)
    with pytest.raises(NotAllowed):
        change.cancel(receipt.request_id, by=city.outsider, at=NOW)


def test_moving_frees_the_old_date_and_changes_the_due_date(city: City, pat: Receipt) -> None:
    change.move(pat.request_id, day=THURSDAY, by=reporter(pat), at=NOW)
    assert (free_on(WEDNESDAY), free_on(THURSDAY)) == (3, 2)
    assert request_of(pat).due_at == cast.at("2026-03-05 18:00")
    event = Event.objects.get(kind=Kind.APPOINTMENT_MOVED)
    assert event.data["before"] == "2026-03-04T11:00:00+00:00"


def test_what_cannot_be_moved_is_kept(city: City, pat: Receipt) -> None:
    for _seat in range(3):
        book.submit(draft(), day=THURSDAY, by=city.resident, at=NOW)
    with pytest.raises(DateGone):
        change.move(pat.request_id, day=THURSDAY, by=reporter(pat), at=NOW)
    assert booked(pat).day == WEDNESDAY


def test_a_reporter_may_change_it_until_it_closes_and_staff_until_the_crew_comes(
    city: City, pat: Receipt
) -> None:
    noon = cast.at("2026-03-03 12:00")
    with pytest.raises(TooLateToChange):
        change.move(pat.request_id, day=THURSDAY, by=reporter(pat), at=noon)
    change.move(pat.request_id, day=THURSDAY, by=city.dispatcher, at=noon)
    with pytest.raises(TooLateToChange):
        change.cancel(pat.request_id, by=city.dispatcher, at=cast.at("2026-03-05 06:00"))


def test_who_cancels_their_date_withdraws_the_report(city: City, pat: Receipt) -> None:
    change.cancel(pat.request_id, by=reporter(pat), at=NOW)
    assert request_of(pat).status == "cancelled"
    assert free_on(WEDNESDAY) == 3
    with pytest.raises(StepNotAllowed):
        book.book(pat.request_id, day=WEDNESDAY, by=reporter(pat), at=NOW)


def test_a_date_that_the_city_cancels_can_be_chosen_anew(city: City, pat: Receipt) -> None:
    change.cancel(pat.request_id, by=city.dispatcher, at=NOW, words="The truck is broken.")
    assert request_of(pat).status == "new"
    with pytest.raises(NoAppointment):
        change.move(pat.request_id, day=THURSDAY, by=reporter(pat), at=NOW)
    book.book(pat.request_id, day=THURSDAY, by=reporter(pat), at=NOW)


def test_nobody_comes_to_a_request_that_ended(city: City, pat: Receipt) -> None:
    close.cancel(pat.request_id, reason="Gone.", by=reporter(pat), at=NOW)
    assert change.give_back(pat.request_id, at=NOW)
    assert not change.give_back(pat.request_id, at=NOW)
    assert free_on(WEDNESDAY) == 3


def test_a_date_that_is_over_makes_room_for_another(city: City, pat: Receipt) -> None:
    late = cast.at("2026-03-05 09:00")
    book.book(pat.request_id, day=cast.THURSDAY.replace(day=9), by=reporter(pat), at=late)
    assert Appointment.objects.get(day=WEDNESDAY).state == "passed"


# What the database itself refuses.


@pytest.mark.parametrize(
    "changes",
    [
        {"seat": 1, "service_request": None, "state": "held"},
        {"seat": 4},
        {"seat": 0},
        {"seat": 2, "service_request": None},
        {"seat": 2},
    ],
)
def test_the_database_refuses_what_would_overbook(
    city: City, pat: Receipt, changes: dict[str, object]
) -> None:
    row = booked(pat)
    row.pk = None
    for name, value in changes.items():
        setattr(row, name, value)
    if row.state == "held":
        row.holder, row.held_until = "ann", NOW
    with pytest.raises(IntegrityError, match="appointment_"), transaction.atomic():
        row.save(force_insert=True)


# The day before.


def test_it_is_reminded_of_once_on_the_day_before(city: City, pat: Receipt) -> None:
    assert remind.remind_due(at=cast.at("2026-03-03 08:59")) == 0
    assert remind.remind_due(at=cast.at("2026-03-03 09:00")) == 1
    assert remind.remind_due(at=cast.at("2026-03-03 09:15")) == 0
    assert Event.objects.filter(kind=Kind.APPOINTMENT_NEAR).count() == 1


def test_whoever_has_just_booked_is_not_reminded(city: City) -> None:
    at = cast.at("2026-03-03 11:00")
    book.submit(draft(), day=WEDNESDAY, by=city.resident, at=at)
    assert remind.remind_due(at=at + timedelta(hours=1)) == 0
    assert remind.remind_due(at=at + timedelta(hours=12, minutes=30)) == 0
