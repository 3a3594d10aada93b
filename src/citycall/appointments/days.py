"""What staff see of appointments: a day's list, how full it is, who waits, where nobody came."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, QuerySet

from citycall.appointments import rules
from citycall.appointments.models import Appointment, CalledOff, Missed, Waiting
from citycall.appointments.queries import WAITS_STILL, changes_from, route_name, works_on
from citycall.catalog.queries import catalog
from citycall.core import clock
from citycall.core.actors import Actor
from citycall.core.paging import Page, decode, encode
from citycall.service_requests import policies
from citycall.service_requests import queries as service_requests

MOST_OF_A_PAGE: Final = 100


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCount:
    """How many of a service on a route (with a crew, where one drives it), ``of`` how many."""

    service: str
    route_name: str
    count: int
    crew: str = ""
    of: int = 0


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


def called_off_on(actor: Actor, day: date) -> list[CalledOff]:
    """What was called off of a day, for the services whose requests the actor may read."""
    rows = CalledOff.objects.filter(day=day, undone_at__isnull=True).order_by("id")
    return [row for row in rows if _reads(actor, row.service_id)]


def waiting_by_route(actor: Actor) -> list[RouteCount]:
    """How many wait for a date, by service and route."""
    rows = (
        Waiting.objects.filter(state__in=WAITS_STILL).order_by().values_list("service_id", "route")
    )
    return [
        RouteCount(service=_service(service_id), route_name=route_name(route), count=count)
        for service_id, route, count in sorted(rows.annotate(count=Count("id")))
        if _reads(actor, service_id)
    ]


def missed_by_route(actor: Actor, *, until: datetime, days: int) -> list[RouteCount]:
    """How often nobody came within so many days, by service, route and crew, most first."""
    since = until.astimezone(clock.city_zone()).date() - timedelta(days=days)
    rows = Missed.objects.filter(day__gte=since).order_by()
    told = rows.values_list("service_id", "route", "crew").annotate(count=Count("id"))
    held = Appointment.objects.filter(
        day__gte=since, ends_at__lte=until, state__in=_CAME_OR_NOT
    ).order_by()
    counted = held.values_list("service_id", "route", "crew").annotate(count=Count("id"))
    of = {(service_id, route, crew): count for service_id, route, crew, count in counted}
    found = [
        RouteCount(
            service=_service(service_id),
            route_name=route_name(route),
            crew=crew,
            count=count,
            of=of.get((service_id, route, crew), count),
        )
        for service_id, route, crew, count in told
        if _reads(actor, service_id)
    ]
    return sorted(found, key=lambda each: -each.count)


_CAME_OR_NOT: Final = (
    Appointment.State.BOOKED,
    Appointment.State.PASSED,
    Appointment.State.MISSED,
)


def _reads(actor: Actor, service_id: int) -> bool:
    agency = catalog().service_by_id(service_id).agency_id
    return policies.PERMISSIONS["read"].allows(actor, agency_id=agency)


def _service(service_id: int) -> str:
    return catalog().service_by_id(service_id).name


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
            if route is None or route.code != code:
                continue
            pools = rules.pools_on(route, day, changes_from(entry.id, day))
            if pools:
                found[entry.id, code] = sum(pool.capacity for pool in pools)
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
