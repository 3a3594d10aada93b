"""Holding a date for a quarter of an hour while somebody is deciding."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from citycall.appointments import queries
from citycall.appointments.actions.seats import chosen, free_seat, taking
from citycall.appointments.models import Appointment
from citycall.appointments.queries import Offer
from citycall.appointments.rules import HOLD_FOR, FreeDate
from citycall.catalog.queries import ServiceEntry
from citycall.places.locations import Location

State = Appointment.State


def hold(
    entry: ServiceEntry,
    location: Location | None,
    *,
    day: date,
    holder: str,
    at: datetime,
    answers: Mapping[str, Any] | None = None,
) -> Appointment:
    """Keep a seat of this date for ``holder``, in the place of any other that they hold.

    ``answers`` say what there is to fetch. Held again, the time begins anew. Raises ``DateGone``
    where the date is not free.
    """
    with taking():
        offer, free = chosen(
            queries.offer_at(entry, location, at=at, holder=holder, answers=answers), day
        )
        own = _own(holder)
        route = offer.route.code if offer.route is not None else ""
        if own is not None and (own.service_id, own.route, own.day) == (entry.id, route, day):
            own.held_until, own.changed_at = at + HOLD_FOR, at
            own.save(update_fields=["held_until", "changed_at"])
            return own
        if own is not None:
            own.delete()
        return keep(offer, free, holder=holder, until=at + HOLD_FOR, at=at)


def keep(
    offer: Offer, free: FreeDate, *, holder: str, until: datetime, at: datetime
) -> Appointment:
    """Hold a seat of a free date until a moment; raises ``DateGone``."""
    seat = free_seat(offer, free.day, at=at)
    row = Appointment(service_id=offer.entry.id, state=State.HELD, holder=holder, held_until=until)
    seat.put(row)
    row.starts_at, row.ends_at = free.starts_at, free.ends_at
    row.made_at = row.changed_at = at
    row.save()
    seat.take_units(row)
    return row


def _own(holder: str) -> Appointment | None:
    held = Appointment.objects.filter(holder=holder, state=State.HELD)
    return held.select_for_update().first()


def release(holder: str) -> None:
    """Give up what somebody holds, as they do not want it any more."""
    Appointment.objects.filter(holder=holder, state=State.HELD).delete()


def release_expired(*, at: datetime) -> int:
    """Remove all holds that have run out; returns how many. They bind nobody before that."""
    over = Appointment.objects.filter(state=State.HELD, held_until__lte=at)
    _all, by_model = over.exclude(holder__startswith=queries.WAITS).delete()
    return by_model.get(Appointment._meta.label, 0)
