"""Taking a seat of a date: one at a time for each date, and never more than there are."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.appointments import queries, rules
from citycall.appointments.models import Appointment, TakenUnit
from citycall.appointments.queries import Offer
from citycall.appointments.rules import FreeDate
from citycall.core.errors import Conflict

State = Appointment.State


class DateGone(Conflict):
    """The date is full, past its time, or none of this place's.

    ``dates`` are the next ones that are free, where a door has looked for them.
    """

    code = "date_gone"

    def __init__(self) -> None:
        super().__init__(_("This date is no longer free. Please choose another one."), field="day")
        self.dates: Sequence[FreeDate] = ()


class TooOften(Conflict):
    """The address has had as many appointments this year as the service allows."""

    code = "too_often"

    def __init__(self, most: int, year: int) -> None:
        sentence = ngettext(
            "This address has its %(n)s appointment of %(year)s already.",
            "This address has its %(n)s appointments of %(year)s already.",
            most,
        )
        super().__init__(sentence % {"n": most, "year": year}, field="day")


@contextmanager
def taking() -> Iterator[None]:
    """A transaction in which a seat is taken; what the database refuses is ``DateGone``."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "appointment_" not in str(error):
            raise
        raise DateGone from error


def chosen(offer: Offer | None, day: date) -> tuple[Offer, FreeDate]:
    """The offer and its free date of a day; raises ``DateGone`` where there is none."""
    found = offer.on(day) if offer is not None else None
    if offer is None or found is None:
        raise DateGone
    return offer, found


@dataclass(frozen=True, slots=True)
class Seat:
    """A free seat of a date, and the units of each material that go with it."""

    route: str
    crew: str
    day: date
    number: int
    capacity: int
    units: Mapping[str, Sequence[int]]
    most: Mapping[str, int]

    def put(self, row: Appointment) -> None:
        """Let the appointment have this seat, instead of any that it has."""
        row.route, row.crew, row.day = self.route, self.crew, self.day
        row.seat, row.capacity = self.number, self.capacity

    def take_units(self, row: Appointment) -> None:
        """Let the saved appointment have the units, instead of any that it has."""
        TakenUnit.objects.filter(appointment=row).delete()
        TakenUnit.objects.bulk_create(
            TakenUnit(
                appointment=row,
                service_id=row.service_id,
                pool=self.crew or self.route,
                day=self.day,
                material=material,
                unit=unit,
                most=self.most[material],
            )
            for material, units in self.units.items()
            for unit in units
        )


def free_seat(offer: Offer, day: date, *, at: datetime, but: int | None = None) -> Seat:
    """A free seat of a date, which nobody else can take until the transaction ends.

    It is the lowest of whoever has most places left. Holds that have run out are given up first,
    but for those that their holder is booking in this moment. The units of appointment ``but``,
    which is being moved, count as free. Raises ``DateGone`` where there is none.
    """
    route = offer.route
    if route is None:
        raise DateGone
    # One crew may drive several routes, so that a date of any of them is counted alone.
    whose = "crews" if route.crews else route.code
    _alone(f"appointments:{offer.entry.id}:{whose}:{day.isoformat()}")
    queries.give_up_holds(offer.entry.id, day, at=at)
    pools = rules.pools_on(route, day, offer.changes)
    taken = queries.taken_on(offer.entry.id, route, day, need=offer.need, but=but)
    rooms = rules.room(offer.booking, pools, day, taken=taken, need=offer.need)
    if not rooms:
        raise DateGone
    pool = max(rooms, key=lambda each: rooms[each])
    most = {each.code: each.a_day for each in offer.booking.materials}
    return Seat(
        route=route.code,
        crew=pool.crew,
        day=day,
        number=_lowest(
            queries.seats_taken(offer.entry.id, route, pool, day), pool.capacity, DateGone()
        ),
        capacity=pool.capacity,
        units={
            material: _free_units(offer, pool.crew or route.code, day, material, amount, but=but)
            for material, amount in offer.need.items()
        },
        most=most,
    )


def _free_units(
    offer: Offer, pool: str, day: date, material: str, amount: int, *, but: int | None
) -> list[int]:
    """The lowest free units; of more than a whole date has, all that there are."""
    most = next(each.a_day for each in offer.booking.materials if each.code == material)
    taken = queries.units_taken(offer.entry.id, pool, day, material, but=but)
    free = [unit for unit in range(1, most + 1) if unit not in taken]
    if len(free) < amount:
        raise DateGone
    return free[:amount]


def free_turn(offer: Offer, *, address: str, year: int, but: int | None = None) -> int | None:
    """The number of this appointment among those of its address in a year.

    None where they are not limited, or the address is not known. Of appointment ``but``, which
    is being moved, the turn counts as free. Raises ``TooOften``.
    """
    most = offer.booking.per_year
    if most is None or not address:
        return None
    _alone(f"appointments:{offer.entry.id}:{address}:{year}")
    rows = Appointment.objects.filter(
        service_id=offer.entry.id,
        address=address,
        year=year,
        state__in=[State.BOOKED, State.PASSED],
    )
    if but is not None:
        rows = rows.exclude(pk=but)
    turns = rows.values_list("turn", flat=True)
    return _lowest((turn for turn in turns if turn is not None), most, TooOften(most, year))


def digest(place: str) -> str:
    """What an address is known by here: the same for the same words; empty for none."""
    words = " ".join(place.casefold().split())
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


def _lowest(taken: Iterable[int], most: int, refusal: Conflict) -> int:
    known = set(taken)
    if len(known) >= most:
        raise refusal
    return next(number for number in range(1, most + 1) if number not in known)


def _alone(name: str) -> None:
    """Wait until nobody else counts the same, which keeps refusals rare.

    The database's own constraints guard the seats and turns, whoever forgets to come by here.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A seat is taken inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
