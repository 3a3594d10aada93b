"""Holding a date for a quarter of an hour while somebody is deciding."""

from datetime import date, datetime

from citycall.appointments import queries
from citycall.appointments.actions.seats import chosen, free_seat, taking
from citycall.appointments.models import Appointment
from citycall.appointments.rules import HOLD_FOR
from citycall.catalog.queries import ServiceEntry
from citycall.places.locations import Location

State = Appointment.State


def hold(
    entry: ServiceEntry, location: Location | None, *, day: date, holder: str, at: datetime
) -> Appointment:
    """Keep a seat of this date for ``holder``, in the place of any other that they hold.

    Held again, the time begins anew. Raises ``DateGone`` where the date is not free.
    """
    with taking():
        offer = queries.offer_at(entry, location, at=at, holder=holder)
        _offer, route, free = chosen(offer, day)
        own = _own(holder)
        if own is not None and (own.service_id, own.route, own.day) == (entry.id, route.code, day):
            own.held_until, own.changed_at = at + HOLD_FOR, at
            own.save(update_fields=["held_until", "changed_at"])
            return own
        if own is not None:
            own.delete()
        return Appointment.objects.create(
            service_id=entry.id,
            state=State.HELD,
            route=route.code,
            day=day,
            seat=free_seat(entry.id, route, day, at=at),
            capacity=route.capacity,
            starts_at=free.starts_at,
            ends_at=free.ends_at,
            holder=holder,
            held_until=at + HOLD_FOR,
            made_at=at,
            changed_at=at,
        )


def _own(holder: str) -> Appointment | None:
    held = Appointment.objects.filter(holder=holder, state=State.HELD)
    return held.select_for_update().first()


def release(holder: str) -> None:
    """Give up what somebody holds, as they do not want it any more."""
    Appointment.objects.filter(holder=holder, state=State.HELD).delete()


def release_expired(*, at: datetime) -> int:
    """Remove all holds that have run out; returns how many. They bind nobody before that."""
    count, _by_model = Appointment.objects.filter(state=State.HELD, held_until__lte=at).delete()
    return count
