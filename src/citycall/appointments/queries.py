"""Reading appointments: the free dates of a place, a request's own date, and a day's list."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Q, QuerySet

from citycall.appointments import rules
from citycall.appointments.models import Appointment
from citycall.appointments.rules import FreeDate, Route
from citycall.catalog.booking import BookingSpec
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.paging import Page, decode, encode
from citycall.places.index import AreaRef
from citycall.places.locations import Location
from citycall.places.queries import areas
from citycall.service_requests import policies
from citycall.service_requests import queries as service_requests
from citycall.service_requests.models import ServiceRequest

MOST_OF_A_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a service offers at a place; no ``route`` where nobody comes, and then no dates."""

    entry: ServiceEntry
    booking: BookingSpec
    route: Route | None
    dates: Sequence[FreeDate]

    def on(self, day: date) -> FreeDate | None:
        """The free date of this day, if it is one."""
        return next((each for each in self.dates if each.day == day), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLoad:
    """How full a date of a route is: seats ``taken``, held ones not counted, of ``capacity``."""

    service_id: int
    service: str
    route: str
    route_name: str
    taken: int
    capacity: int

    @property
    def key(self) -> str:
        """How the page's address names it."""
        return f"{self.service_id}:{self.route}"


def offer_at(
    entry: ServiceEntry, location: Location | None, *, at: datetime, holder: str = ""
) -> Offer | None:
    """The dates for a place that was told; none for a service without appointments.

    A seat that ``holder`` holds counts as free for them.
    """
    here: Sequence[AreaRef] = ()
    if location is not None and location.point is not None:
        here = areas().at(*location.point)
    return _offer(entry, here, at=at, holder=holder)


def offer_for(request: ServiceRequest, *, at: datetime) -> Offer | None:
    """The dates for a request's place; none for a service without appointments."""
    entry = catalog().service_by_id(request.service_id)
    return _offer(entry, areas().areas_of(request.areas), at=at)


def offer_of(request_id: int, *, at: datetime) -> Offer | None:
    """The dates for the place of the request of this id."""
    return offer_for(ServiceRequest.objects.get(pk=request_id), at=at)


def _offer(
    entry: ServiceEntry, here: Collection[AreaRef], *, at: datetime, holder: str = ""
) -> Offer | None:
    booking = entry.spec.booking
    if booking is None:
        return None
    route = rules.route_for(booking, codes_of(here))
    if route is None:
        return Offer(entry=entry, booking=booking, route=None, dates=())
    dates = rules.free_dates(
        booking,
        route,
        at=at,
        zone=clock.city_zone(),
        works=lambda day: works_on(entry, booking, day),
        taken=_taken(entry.id, route, at=at, holder=holder),
    )
    return Offer(entry=entry, booking=booking, route=route, dates=dates)


def codes_of(here: Collection[AreaRef]) -> frozenset[str]:
    """Areas as services name them."""
    return frozenset(f"{area.layer}/{area.code}" for area in here)


def works_on(entry: ServiceEntry, booking: BookingSpec, day: date) -> bool:
    """Whether the agency works on a date, by its calendar or the one that the service names."""
    working = catalog().working_time(entry.agency_id, booking.calendar)
    return bool(working.spec.hours_on(day))


def _taken(service_id: int, route: Route, *, at: datetime, holder: str) -> Mapping[date, int]:
    today = at.astimezone(clock.city_zone()).date()
    rows = Appointment.objects.filter(service_id=service_id, route=route.code, day__gte=today)
    rows = rows.filter(_standing(at))
    if holder:
        rows = rows.exclude(state=Appointment.State.HELD, holder=holder)
    return dict(rows.values_list("day").annotate(taken=Count("id")))


def _standing(at: datetime) -> Q:
    """Seats that nobody else can have: booked ones, and those held that have not run out."""
    return Q(state=Appointment.State.BOOKED) | Q(state=Appointment.State.HELD, held_until__gt=at)


def of_request(request_id: int) -> Appointment | None:
    """The date that is booked for a request."""
    return Appointment.objects.filter(
        service_request_id=request_id, state=Appointment.State.BOOKED
    ).first()


def held_by(holder: str, *, at: datetime) -> Appointment | None:
    """The seat that is held for somebody who is deciding, while it is theirs."""
    return Appointment.objects.filter(
        holder=holder, state=Appointment.State.HELD, held_until__gt=at
    ).first()


def changes_until(appointment: Appointment) -> datetime | None:
    """Until when a reporter may move or cancel it; none where the service has no dates any more."""
    booking = catalog().service_by_id(appointment.service_id).spec.booking
    if booking is None:
        return None
    return rules.closes_at(booking, appointment.day, zone=clock.city_zone())


def booked_on(actor: Actor, day: date) -> QuerySet[Appointment]:
    """The appointments of a date whose requests the actor may read, by route and request.

    Raises ``NotAllowed`` for those who may read none.
    """
    return (
        Appointment.objects.filter(
            day=day,
            state=Appointment.State.BOOKED,
            service_request__in=service_requests.readable(actor),
        )
        .select_related("service_request__team", "service_request__assignee")
        .order_by("id")
    )


def day_page(actor: Actor, day: date, *, route: str = "", after: str = "") -> Page[Appointment]:
    """Some of a date's appointments, of all routes or one ("service id:route"), after a cursor."""
    rows = booked_on(actor, day)
    if route:
        service_id, _colon, code = route.partition(":")
        rows = rows.filter(service_id=int(service_id), route=code)
    if after:
        rows = rows.filter(id__gt=decode(after, kinds=(int,))[0])
    found = list(rows[: MOST_OF_A_PAGE + 1])
    shown = found[:MOST_OF_A_PAGE]
    more = len(found) > len(shown)
    return Page(rows=shown, newer="", older=encode((shown[-1].pk,)) if more else "")


def day_loads(actor: Actor, day: date) -> list[RouteLoad]:
    """How full each route of a date is, for the services whose requests the actor may read."""
    taken = {
        (service_id, route): count
        for service_id, route, count in booked_on(actor, day)
        .order_by()
        .values_list("service_id", "route")
        .annotate(count=Count("id"))
    }
    offered = _offered_on(actor, day)
    keys = sorted({*taken, *offered})
    return [_load(key, taken.get(key, 0), offered.get(key)) for key in keys]


def _offered_on(actor: Actor, day: date) -> dict[tuple[int, str], int]:
    """The capacity of each route that has this date, by service and route."""
    grant = policies.PERMISSIONS["read"]
    found = {}
    for entry in catalog().services:
        booking = entry.spec.booking
        if booking is None or not grant.allows(actor, agency_id=entry.agency_id):
            continue
        if not works_on(entry, booking, day):
            continue
        for code in ("", *(route.area for route in booking.routes)):
            route = rules.route_for(booking, {code})
            if route is not None and route.code == code and day.isoweekday() in route.weekdays:
                found[entry.id, code] = route.capacity
    return found


def _load(key: tuple[int, str], taken: int, capacity: int | None) -> RouteLoad:
    service_id, route = key
    return RouteLoad(
        service_id=service_id,
        service=catalog().service_by_id(service_id).name,
        route=route,
        route_name=route_name(route),
        taken=taken,
        capacity=max(capacity or 0, taken),
    )


def route_name(route: str) -> str:
    """A route's name for people; empty for the rest of the city."""
    layer, _slash, code = route.partition("/")
    area = areas().find(layer, code) if route else None
    return area.name if area is not None else route
