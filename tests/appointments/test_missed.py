"""Nobody came: the reporter says so, and a new date is promised."""

from datetime import timedelta

import pytest

from citycall.appointments.actions import book
from citycall.appointments.actions.missed import NotMissed, tell_missed
from citycall.appointments.models import Appointment, Missed
from citycall.core.actors import SYSTEM, resident
from citycall.core.errors import NotAllowed
from citycall.core.models import Event
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
