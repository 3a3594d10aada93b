"""Many people want the last seats in the same moment, each over a connection of their own."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from citycall.appointments.actions import book, change, hold
from citycall.appointments.actions.seats import DateGone
from citycall.appointments.models import Appointment
from citycall.core.actors import resident
from citycall.core.errors import Conflict
from citycall.service_requests.models import ServiceRequest
from tests.appointments import cast
from tests.appointments.cast import THURSDAY, TUESDAY, WEDNESDAY, draft, reporter
from tests.city import NOW

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 12


def together(act: Callable[[int], str]) -> Counter[str]:
    """Everybody does this at once; what became of them, counted."""
    start = Barrier(PEOPLE)

    def one(person: int) -> str:
        try:
            start.wait(timeout=30)
            return act(person)
        except Conflict as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as people:
        return Counter(people.map(one, range(PEOPLE)))


def standing() -> Counter[object]:
    """The seats taken by date; no date has a seat twice, which the database sees to."""
    rows = Appointment.objects.filter(state__in=["held", "booked"])
    return Counter(rows.values_list("day", flat=True))


def test_a_date_is_never_overbooked() -> None:
    cast.build()

    def report(person: int) -> str:
        told = draft(idempotency_key=f"person-{person}")
        book.submit(told, day=WEDNESDAY, by=resident(), at=NOW)
        return "booked"

    assert together(report) == {"booked": 3, "date_gone": PEOPLE - 3}
    assert standing() == {WEDNESDAY: 3}
    # Whoever got no date was not taken half: nothing of them is there.
    assert ServiceRequest.objects.count() == 3


def test_holds_bookings_and_moves_together_stay_within_the_capacity() -> None:
    cast.build()
    days = (TUESDAY, WEDNESDAY, THURSDAY)
    first = [book.submit(draft(), day=days[n % 2], by=resident(), at=NOW) for n in range(6)]

    def act(person: int) -> str:
        chance = random.Random(person)
        for _try in range(6):
            day = chance.choice(days)
            try:
                if person < len(first):
                    receipt = first[person]
                    change.move(receipt.request_id, day=day, by=reporter(receipt), at=NOW)
                elif person % 2:
                    hold.hold(cast.entry(), draft().location, day=day, holder=f"{person}", at=NOW)
                else:
                    book.submit(draft(), day=day, by=resident(), at=NOW, holder=f"{person}")
            except DateGone:
                continue
        return "done"

    assert together(act) == {"done": PEOPLE}
    taken = standing()
    assert max(taken.values()) <= 3
    assert 6 <= sum(taken.values()) <= 9
    booked = Appointment.objects.filter(state="booked")
    assert booked.count() == ServiceRequest.objects.count()


def test_the_limit_of_an_address_holds_too() -> None:
    cast.build(per_year=2, capacity=PEOPLE)

    def report(person: int) -> str:
        book.submit(draft(), day=WEDNESDAY, by=resident(), at=NOW)
        return "booked"

    assert together(report) == {"booked": 2, "too_often": PEOPLE - 2}


def test_one_request_gets_one_date() -> None:
    cast.build()
    from citycall.service_requests.actions.submit import submit

    receipt = submit(draft(), by=resident(), at=NOW)

    def choose(person: int) -> str:
        days = (WEDNESDAY, THURSDAY)
        book.book(receipt.request_id, day=days[person % 2], by=reporter(receipt), at=NOW)
        return "booked"

    assert together(choose) == {"booked": 1, "booked_already": PEOPLE - 1}
