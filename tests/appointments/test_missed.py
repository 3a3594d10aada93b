"""Nobody came: the reporter says so, and a new date is promised."""

from datetime import timedelta

import pytest

from citycall.appointments.actions import book
from citycall.appointments.actions.missed import NotMissed, tell_missed
from citycall.appointments.models import Appointment, Missed
from citycall.core.actors import SYSTEM, Actor, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
from citycall.feedback.models import Verdict
from citycall.reactions import react
from citycall.service_requests.actions import close, work
from citycall.service_requests.drafts import Receipt
from citycall.service_requests.events import Kind
from citycall.service_requests.models import ServiceRequest, Status
from tests.appointments import cast
from tests.appointments.cast import WEDNESDAY, draft, reporter
from tests.city import NOW

pytestmark = pytest.mark.django_db
EVENING = cast.at("2026-03-04T20:00")


@pytest.fixture
def receipt(city) -> Receipt:
    return book.submit(draft(), day=WEDNESDAY, by=resident(), at=NOW)


def test_a_new_date_is_promised_on_the_same_request(receipt) -> None:
    missed = tell_missed(receipt.request_id, by=reporter(receipt), at=EVENING)
    request = ServiceRequest.objects.get(pk=receipt.request_id)
    # The end of the crew's hours on the second working day: Friday.
    assert missed.promised_at == request.due_at == cast.at("2026-03-06T18:00")
    assert Appointment.objects.get().state == Appointment.State.MISSED
    assert Event.objects.filter(kind=Kind.APPOINTMENT_MISSED).count() == 1
    again = tell_missed(receipt.request_id, by=reporter(receipt), at=EVENING)
    assert again == missed


def test_what_the_agency_called_done_is_opened_again(receipt) -> None:
    work.start(receipt.request_id, by=SYSTEM, at=NOW)
    close.complete(
        receipt.request_id,
        outcome_code="fixed",
        explanation="Taken away.",
        by=SYSTEM,
        at=EVENING - timedelta(hours=3),
    )
    tell_missed(receipt.request_id, by=reporter(receipt), at=EVENING)
    request = ServiceRequest.objects.get(pk=receipt.request_id)
    assert request.status in {Status.IN_PROGRESS, Status.ASSIGNED, Status.NEW}
    assert request.verification == "disputed"


def test_not_before_the_hours_are_over_and_not_for_ever(receipt) -> None:
    for at in (cast.at("2026-03-04T17:00"), EVENING + timedelta(days=4)):
        with pytest.raises(NotMissed):
            tell_missed(receipt.request_id, by=reporter(receipt), at=at)
    assert not Missed.objects.exists()


def test_only_by_the_reporter_or_staff(receipt) -> None:
    with pytest.raises(NotAllowed):
        tell_missed(receipt.request_id, by=resident(), at=EVENING)


def done_and_missed(receipt: Receipt, *, by: Actor) -> None:
    at = EVENING - timedelta(hours=3)
    work.start(receipt.request_id, by=SYSTEM, at=NOW)
    close.complete(
        receipt.request_id, outcome_code="fixed", explanation="Taken away.", by=SYSTEM, at=at
    )
    tell_missed(receipt.request_id, by=by, at=EVENING, words="It is all still there")
    event = Event.objects.get(kind=Kind.APPOINTMENT_MISSED)
    react(event)
    react(event)


def test_of_what_was_called_done_it_is_the_reporters_answer(receipt) -> None:
    done_and_missed(receipt, by=reporter(receipt))
    verdict = Verdict.objects.get()
    assert (verdict.report_id, verdict.answer) == (receipt.report_id, Verdict.Answer.DISPUTED)
    assert (verdict.given_at, verdict.words) == (EVENING, "It is all still there")
    assert verdict.completed_at == EVENING - timedelta(hours=3)


def test_what_staff_say_is_no_reporters_answer(receipt, city) -> None:
    done_and_missed(receipt, by=city.dispatcher)
    assert not Verdict.objects.exists()


def test_of_work_that_is_open_it_answers_nothing(receipt) -> None:
    tell_missed(receipt.request_id, by=reporter(receipt), at=EVENING)
    react(Event.objects.get(kind=Kind.APPOINTMENT_MISSED))
    assert not Verdict.objects.exists()
