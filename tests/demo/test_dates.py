"""The demo has dates that were missed, called off and waited for."""

import pytest

from citycall.appointments.models import Appointment, CalledOff, Missed, Waiting
from citycall.core.actors import resident
from citycall.demo import dates
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.service_requests.actions.submit import submit
from tests import city as small_city
from tests.appointments import cast
from tests.city import NOW


def told(number: int) -> None:
    where = Location(
        kind=LocationKind.ADDRESS, longitude=-76.6, latitude=39.29, place=f"{number} Main St"
    )
    submit(small_city.draft("pothole", location=where), by=resident(), at=NOW)


@pytest.mark.django_db
def test_there_is_something_to_show() -> None:
    cast.build(capacity=1, days_ahead=8, missed_days=5)
    for number in range(20):
        told(100 + number)
    dates.make(at=NOW)
    assert Missed.objects.count() == dates.MISSED
    assert Waiting.objects.filter(state=Waiting.State.WAITING).count() == dates.WAIT
    assert Appointment.objects.filter(state=Appointment.State.BOOKED).exists()


@pytest.mark.django_db
def test_a_day_on_which_somebody_is_booked_is_called_off() -> None:
    from citycall.appointments.actions import book

    cast.build()
    receipt = book.submit(cast.draft(), day=cast.THURSDAY, by=resident(), at=NOW)
    dates.make(at=NOW)
    row = CalledOff.objects.get()
    assert (row.day, row.moved) == (cast.THURSDAY, 1)
    booked = Appointment.objects.get(service_request=receipt.request_id)
    assert booked.day > cast.THURSDAY
