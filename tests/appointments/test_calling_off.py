"""A day is called off: everybody gets another date, first come first."""

from datetime import date, timedelta

import pytest
from django.db import OperationalError
from procrastinate.jobs import Job

from citycall.appointments import queries
from citycall.appointments.actions import book, calling_off
from citycall.appointments.actions.calling_off import CalledOffAlready, Plan
from citycall.appointments.actions.seats import DateGone
from citycall.appointments.jobs import settle_called_off_day
from citycall.appointments.models import Appointment, CalledOff, Waiting
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import Faults, NotAllowed
from citycall.core.models import Event
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.events import Kind
from tests.appointments import cast
from tests.appointments.cast import THURSDAY, TUESDAY, WEDNESDAY, draft
from tests.city import NOW

pytestmark = pytest.mark.django_db
PLAN = Plan(service="bulk-trash", day=WEDNESDAY, reason="Snow is expected.")


def booked(count: int, day: date = WEDNESDAY) -> list[Receipt]:
    return [
        book.submit(draft(), day=day, by=resident(), at=NOW + timedelta(minutes=n))
        for n in range(count)
    ]


def day_of(receipt: Receipt) -> date | None:
    row = queries.of_request(receipt.request_id)
    return row.day if row is not None else None


def call_off(plan: Plan = PLAN) -> CalledOff:
    at = NOW + timedelta(hours=1)
    return calling_off.settle(calling_off.call_off(plan, by=SYSTEM, at=at).pk, at=at)


def test_everybody_gets_the_next_free_date_in_the_order_of_booking() -> None:
    cast.build()
    booked(2, THURSDAY)
    people = booked(3)
    done = call_off()
    friday = THURSDAY + timedelta(days=1)
    assert [day_of(each) for each in people] == [THURSDAY, friday, friday]
    assert (done.moved, done.asked) == (3, 0)
    told = Event.objects.filter(kind=Kind.APPOINTMENT_MOVED)
    assert {event.words for event in told} == {"Snow is expected."}
    # Run again, it moves nobody twice.
    calling_off.settle(done.pk, at=NOW + timedelta(hours=2))
    assert Event.objects.filter(kind=Kind.APPOINTMENT_MOVED).count() == 3


def test_nobody_can_book_the_day_any_more_unless_it_is_taken_back() -> None:
    cast.build()
    done = call_off()
    with pytest.raises(DateGone):
        booked(1)
    calling_off.undo(done.pk, by=SYSTEM, at=NOW)
    assert day_of(booked(1)[0]) == WEDNESDAY


def test_a_day_put_in_its_stead_takes_everybody() -> None:
    cast.build(weekdays=["wednesday"])
    people = booked(3)
    call_off(Plan(service="bulk-trash", day=WEDNESDAY, instead=THURSDAY, reason="Ice."))
    assert [day_of(each) for each in people] == [THURSDAY] * 3
    with pytest.raises(DateGone):
        booked(1, THURSDAY)


def test_for_whom_no_date_is_left_waits_first() -> None:
    cast.build(weekdays=["wednesday"], days_ahead=2)
    people = booked(2)
    done = call_off()
    assert (done.moved, done.asked) == (0, 2)
    waits = Waiting.objects.order_by("-first", "asked_at", "id")
    assert [each.service_request_id for each in waits] == [each.request_id for each in people]
    assert all(each.first for each in waits)
    assert Event.objects.filter(kind=Kind.APPOINTMENT_CANCELLED).count() == 2


def test_people_can_be_asked_instead_of_moved() -> None:
    cast.build()
    people = booked(2)
    call_off(Plan(service="bulk-trash", day=WEDNESDAY, reason="Snow.", asks=True))
    assert [day_of(each) for each in people] == [None, None]
    assert Appointment.objects.filter(state="cancelled").count() == 2


def test_a_broken_truck_moves_only_those_of_its_crew() -> None:
    crews = [{"code": "red", "name": "Red", "capacity": 1}, {"code": "blue", "name": "Blue"}]
    cast.build(crews=crews)
    booked(3)
    red = Appointment.objects.get(crew="red")
    call_off(Plan(service="bulk-trash", day=WEDNESDAY, crew="red", reason="The truck broke."))
    red.refresh_from_db()
    assert red.day > WEDNESDAY
    assert Appointment.objects.filter(day=WEDNESDAY, crew="blue").count() == 2


def test_what_is_wrong_is_said_field_by_field() -> None:
    cast.build()
    plan = Plan(service="bulk-trash", day=NOW.date() - timedelta(days=3), route="a/b", crew="x")
    with pytest.raises(Faults) as caught:
        calling_off.call_off(plan, by=SYSTEM, at=NOW)
    assert set(caught.value.faults) == {"day", "reason", "route", "crew"}
    call_off()
    with pytest.raises(CalledOffAlready):
        call_off()
    with pytest.raises(NotAllowed):
        calling_off.call_off(PLAN, by=resident(), at=NOW)
    assert TUESDAY < WEDNESDAY


def test_a_fault_of_the_database_is_tried_again() -> None:
    job = Job(id=1, queue="", lock=None, queueing_lock=None, task_name="", attempts=0)
    assert settle_called_off_day.get_retry_exception(OperationalError(), job) is not None
    assert settle_called_off_day.get_retry_exception(KeyError(), job) is None
