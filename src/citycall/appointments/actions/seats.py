"""Taking a seat of a date: one at a time for each date, and never more than there are."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citycall.appointments.models import Appointment
from citycall.appointments.queries import Offer
from citycall.appointments.rules import FreeDate, Route
from citycall.core.errors import Conflict

State = Appointment.State


class DateGone(Conflict):
    """The date is full, past its time, or none of this place's."""

    code = "date_gone"

    def __init__(self) -> None:
        super().__init__(_("This date is no longer free. Please choose another one."), field="day")


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


def chosen(offer: Offer | None, day: date) -> tuple[Offer, Route, FreeDate]:
    """The offer, its route and the free date of a day; raises ``DateGone`` where there is none."""
    found = offer.on(day) if offer is not None else None
    if offer is None or offer.route is None or found is None:
        raise DateGone
    return offer, offer.route, found


def free_seat(service_id: int, route: Route, day: date, *, at: datetime) -> int:
    """The lowest free seat of a date, which nobody else can take until the transaction ends.

    Holds that have run out are given up first, but for those that their holder is booking in
    this moment. Raises ``DateGone`` where there is none.
    """
    _alone(f"appointments:{service_id}:{route.code}:{day.isoformat()}")
    rows = Appointment.objects.filter(service_id=service_id, route=route.code, day=day)
    expired = rows.filter(state=State.HELD, held_until__lte=at)
    given_up = list(expired.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Appointment.objects.filter(pk__in=given_up).delete()
    standing = rows.filter(state__in=[State.HELD, State.BOOKED])
    return _lowest(standing.values_list("seat", flat=True), route.capacity, DateGone())


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
