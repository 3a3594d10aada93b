"""Places of crews and trucks: each has its own, on whatever route it drives."""

from collections import Counter
from datetime import date

import pytest

from citycall.appointments import queries
from citycall.appointments.actions import book, change
from citycall.appointments.actions.seats import DateGone
from citycall.appointments.models import Appointment, TakenUnit
from citycall.core.actors import SYSTEM, resident
from tests.appointments import cast
from tests.appointments.cast import THURSDAY, WEDNESDAY, draft, reporter
from tests.city import NOW

pytestmark = pytest.mark.django_db
CREWS = [
    {"code": "red", "name": "Red truck", "capacity": 2},
    {"code": "blue", "name": "Blue truck", "capacity": 1, "weekdays": ["wednesday"]},
]
MATTRESSES = [{"code": "mattress", "name": "Mattresses", "question": "count", "a_day": 3}]


def submit(items: int = 1, day: date = WEDNESDAY) -> int:
    return book.submit(draft(items), day=day, by=resident(), at=NOW).request_id


def test_a_date_has_the_places_of_the_crews_who_drive_it() -> None:
    cast.build(crews=CREWS)
    for _n in range(3):
        submit()
    with pytest.raises(DateGone):
        submit()
    crews = Counter(Appointment.objects.values_list("crew", flat=True))
    assert crews == {"red": 2, "blue": 1}
    # On Thursdays the blue truck stands still.
    submit(day=THURSDAY)
    submit(day=THURSDAY)
    with pytest.raises(DateGone):
        submit(day=THURSDAY)


def test_a_truck_runs_out_of_room_before_it_runs_out_of_places() -> None:
    cast.build(crews=CREWS, materials=MATTRESSES)
    submit(3, THURSDAY)
    with pytest.raises(DateGone):
        submit(1, THURSDAY)
    assert TakenUnit.objects.filter(day=THURSDAY).count() == 3


def test_what_was_taken_of_a_truck_comes_free_with_the_date() -> None:
    cast.build(crews=CREWS, materials=MATTRESSES)
    first = book.submit(draft(3), day=THURSDAY, by=resident(), at=NOW)
    change.move(first.request_id, day=WEDNESDAY, by=reporter(first), at=NOW)
    second = submit(2, THURSDAY)
    change.cancel(second, by=SYSTEM, at=NOW)
    submit(3, THURSDAY)
    assert Counter(TakenUnit.objects.values_list("day", flat=True)) == {WEDNESDAY: 3, THURSDAY: 3}


def test_dates_without_room_for_what_there_is_are_not_offered() -> None:
    cast.build(crews=CREWS, materials=MATTRESSES)
    submit(2, THURSDAY)
    offer = queries.offer_at(cast.entry(), draft().location, at=NOW, answers={"count": "2"})
    assert offer is not None
    assert THURSDAY not in {free.day for free in offer.dates}
    alone = queries.offer_at(cast.entry(), draft().location, at=NOW, answers={"count": "1"})
    assert alone is not None
    assert THURSDAY in {free.day for free in alone.dates}
