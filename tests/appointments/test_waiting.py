"""Who waits for a date: told in order, with a seat that is kept for a time."""

from datetime import timedelta

import pytest

from citycall.appointments import queries
from citycall.appointments.actions import book, change, hold, waiting
from citycall.appointments.actions.seats import DateGone
from citycall.appointments.actions.waiting import CannotWait
from citycall.appointments.models import Appointment, Waiting
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.events import Kind
from tests.appointments import cast
from tests.appointments.cast import WEDNESDAY, draft, reporter
from tests.city import NOW

pytestmark = pytest.mark.django_db
State = Waiting.State


@pytest.fixture
def full() -> list[Receipt]:
    """One date in reach with two places, both taken."""
    cast.build(capacity=2, days_ahead=2, weekdays=["wednesday"])
    return [book.submit(draft(), day=WEDNESDAY, by=resident(), at=NOW) for _n in range(2)]


def wait(minutes: int = 0) -> Receipt:
    at = NOW + timedelta(minutes=minutes)
    receipt = submit(draft(), by=resident(), at=at)
    waiting.join(receipt.request_id, by=reporter(receipt), at=at)
    return receipt


def state_of(receipt: Receipt) -> str:
    return Waiting.objects.get(service_request=receipt.request_id).state


def test_the_first_who_waits_is_told_when_a_place_comes_free(full) -> None:
    first, second = wait(), wait(1)
    change.cancel(full[0].request_id, by=reporter(full[0]), at=NOW)
    assert (state_of(first), state_of(second)) == (State.OFFERED, State.WAITING)
    told = Event.objects.get(kind=Kind.APPOINTMENT_OFFERED)
    assert told.subject_id == first.request_id


def test_nobody_else_can_take_what_is_kept(full) -> None:
    first = wait()
    change.cancel(full[0].request_id, by=reporter(full[0]), at=NOW)
    with pytest.raises(DateGone):
        book.submit(draft(), day=WEDNESDAY, by=resident(), at=NOW)
    with pytest.raises(DateGone):
        # Not even in the minutes between the end of its time and the next round.
        hold.hold(
            cast.entry(),
            draft().location,
            day=WEDNESDAY,
            holder="x",
            at=NOW + timedelta(hours=25),
        )
    book.book(first.request_id, day=WEDNESDAY, by=reporter(first), at=NOW)
    assert state_of(first) == State.BOOKED
    assert Appointment.objects.filter(state="booked").count() == 2


def test_what_is_not_taken_in_time_goes_to_the_next(full) -> None:
    first, second = wait(), wait(1)
    change.cancel(full[0].request_id, by=reporter(full[0]), at=NOW)
    kept = queries.waiting_of(first.request_id)
    assert kept is not None
    assert kept.kept_until is not None
    # The date closes at noon of the day before: nobody can be offered it then.
    waiting.go_on(at=kept.kept_until - timedelta(minutes=1))
    assert state_of(first) == State.OFFERED
    Waiting.objects.filter(pk=kept.pk).update(kept_until=NOW + timedelta(hours=1))
    waiting.go_on(at=NOW + timedelta(hours=1))
    assert (state_of(first), state_of(second)) == (State.LAPSED, State.OFFERED)


def test_who_does_not_want_it_gives_it_to_the_next(full) -> None:
    first, second = wait(), wait(1)
    change.cancel(full[0].request_id, by=reporter(full[0]), at=NOW)
    assert waiting.leave(first.request_id, by=reporter(first), at=NOW)
    assert (state_of(first), state_of(second)) == (State.LEFT, State.OFFERED)


def test_nobody_waits_while_dates_are_free() -> None:
    cast.build()
    receipt = submit(draft(), by=resident(), at=NOW)
    with pytest.raises(CannotWait):
        waiting.join(receipt.request_id, by=reporter(receipt), at=NOW)


def test_only_the_reporter_or_staff_can_join(full) -> None:
    receipt = submit(draft(), by=resident(), at=NOW)
    with pytest.raises(NotAllowed):
        waiting.join(receipt.request_id, by=resident(), at=NOW)
    assert waiting.join(receipt.request_id, by=SYSTEM, at=NOW).state == State.WAITING
