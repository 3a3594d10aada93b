"""Dates of the demo city that went another way: missed, called off, and waited for."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from citycall.appointments import queries
from citycall.appointments.actions import book, calling_off, missed, waiting
from citycall.appointments.actions.calling_off import Plan
from citycall.appointments.actions.seats import DateGone, TooOften
from citycall.appointments.models import Appointment
from citycall.appointments.queries import Offer
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.core.actors import SYSTEM, resident
from citycall.places.locations import Location
from citycall.places.models import LocationKind
from citycall.places.queries import areas
from citycall.service_requests import queries as service_requests
from citycall.service_requests.actions.submit import submit
from citycall.service_requests.drafts import ContactDetails, Draft
from citycall.service_requests.models import Channel

MISSED: Final = 3
WAIT: Final = 4
# More than a route's mattresses of four weeks, so that they run out.
MOST_TAKEN: Final = 90
_BOOKED_BEFORE: Final = timedelta(days=9)
_WANTED: Final[dict[str, Any]] = {"items": ["mattress"], "count": "1", "where": "curb"}


def make(*, at: datetime) -> None:
    """Some on whom nobody came, a day that is called off, and some who wait for a date."""
    for entry in catalog().services:
        if entry.spec.booking is not None:
            _miss(entry, at=at)
            _call_off(entry, at=at)
            _let_wait(entry, at=at)


def _miss(entry: ServiceEntry, *, at: datetime) -> None:
    """Booked a while ago for one of the last days, and told now that nobody came."""
    then, told = at - _BOOKED_BEFORE, 0
    for draft in _drafts(entry):
        offer = queries.offer_at(entry, draft.location, at=then)
        day = _just_over(offer, at=at)
        if day is None:
            continue
        receipt = book.submit(draft, day=day, by=resident(), at=then)
        by = resident(reports=[receipt.report_id])
        missed.tell_missed(receipt.request_id, by=by, at=at)
        told += 1
        if told == MISSED:
            return


def _just_over(offer: Offer | None, *, at: datetime) -> Any:
    if offer is None:
        return None
    since = at - timedelta(days=offer.booking.missed_days)
    return next((free.day for free in offer.dates if since <= free.ends_at <= at), None)


def _call_off(entry: ServiceEntry, *, at: datetime) -> None:
    """The first day on which somebody is booked."""
    booked = Appointment.objects.filter(
        service_id=entry.id, state=Appointment.State.BOOKED, starts_at__gt=at + timedelta(days=1)
    )
    first = booked.order_by("day").first()
    if first is None:
        return
    plan = Plan(service=entry.code, day=first.day, reason="A truck broke down.")
    row = calling_off.call_off(plan, by=SYSTEM, at=at)
    calling_off.settle(row.pk, at=at)


def _let_wait(entry: ServiceEntry, *, at: datetime) -> None:
    """On the route with the fewest days, what the truck has room for is all taken."""
    booking = entry.spec.booking
    routes = sorted(booking.routes if booking else (), key=lambda route: len(route.weekdays))
    layer, _slash, code = routes[0].area.partition("/") if routes else ("", "", "")
    area = areas().find(layer, code)
    waits = 0
    for draft in _drafts(entry, area_id=area.id if area is not None else None):
        offer = queries.offer_at(entry, draft.location, at=at, answers=draft.answers)
        if offer is not None and offer.dates:
            try:
                book.submit(draft, day=offer.dates[0].day, by=resident(), at=at)
            except (DateGone, TooOften):
                continue
        elif offer is not None and offer.route is not None:
            receipt = submit(draft, by=resident(), at=at)
            waiting.join(receipt.request_id, by=resident(reports=[receipt.report_id]), at=at)
            waits += 1
            if waits == WAIT:
                return


def _drafts(entry: ServiceEntry, *, area_id: int | None = None) -> Iterator[Draft]:
    """Reports of people at addresses that others told of."""
    rows = service_requests.readable(SYSTEM).filter(
        location_kind=LocationKind.ADDRESS, longitude__isnull=False
    )
    if area_id is not None:
        rows = rows.filter(areas__contains=[area_id])
    seen: set[str] = set()
    for number, near in enumerate(rows.order_by("-requested_at", "-id")[: 3 * MOST_TAKEN]):
        if near.place in seen or len(seen) >= MOST_TAKEN:
            continue
        seen.add(near.place)
        yield Draft(
            service=entry.code,
            channel=Channel.WEB,
            location=Location(
                kind=LocationKind.ADDRESS,
                longitude=near.longitude,
                latitude=near.latitude,
                place=near.place,
            ),
            answers={code: given for code, given in _WANTED.items() if entry.spec.question(code)},
            contact=ContactDetails(phone=f"410-555-{100 + number % 100:04d}"),
        )
