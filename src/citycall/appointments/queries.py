"""Reading appointments: the free dates of a place, a request's own date, and a day's list."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from citycall.appointments import rules
from citycall.appointments.models import Appointment, CalledOff, Missed, TakenUnit, Waiting
from citycall.appointments.rules import Change, FreeDate, Pool, Route, Taken
from citycall.catalog.booking import BookingSpec, needs_of
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.core import clock
from citycall.places.index import AreaRef
from citycall.places.locations import Location
from citycall.places.queries import areas
from citycall.service_requests.models import Report, ServiceRequest

# How the holder of a seat is called that is kept for somebody on the waiting list.
WAITS: Final = "waiting:"
WAITS_STILL: Final = (Waiting.State.WAITING, Waiting.State.OFFERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a service offers at a place; no ``route`` where nobody comes, and then no dates."""

    entry: ServiceEntry
    booking: BookingSpec
    route: Route | None
    dates: Sequence[FreeDate]
    need: Mapping[str, int]
    changes: Sequence[Change]

    def on(self, day: date) -> FreeDate | None:
        """The free date of this day, if it is one."""
        return next((each for each in self.dates if each.day == day), None)


def offer_at(
    entry: ServiceEntry,
    location: Location | None,
    *,
    at: datetime,
    holder: str = "",
    answers: Mapping[str, Any] | None = None,
) -> Offer | None:
    """The dates for a place that was told; none for a service without appointments.

    A seat that ``holder`` holds counts as free for them. ``answers`` say what there is to fetch;
    a date whose trucks have no room for it is not offered.
    """
    here: Sequence[AreaRef] = ()
    if location is not None and location.point is not None:
        here = areas().at(*location.point)
    return _offer(entry, here, at=at, holder=holder, answers=answers or {})


def offer_for(request: ServiceRequest, *, at: datetime, holder: str = "") -> Offer | None:
    """The dates for a request's place; none for a service without appointments."""
    entry = catalog().service_by_id(request.service_id)
    if entry.spec.booking is None:
        return None
    answers = answers_of(request.pk) if entry.spec.booking.materials else {}
    here = areas().areas_of(request.areas)
    return _offer(entry, here, at=at, holder=holder, answers=answers)


def offer_of(request_id: int, *, at: datetime, holder: str = "") -> Offer | None:
    """The dates for the place of the request of this id."""
    return offer_for(ServiceRequest.objects.get(pk=request_id), at=at, holder=holder)


def answers_of(request_id: int) -> dict[str, Any]:
    """What the first reporter answered to the service's questions."""
    rows = Report.objects.filter(service_request_id=request_id).order_by("reported_at", "id")
    return dict(rows.values_list("answers", flat=True)[0])


def _offer(
    entry: ServiceEntry,
    here: Collection[AreaRef],
    *,
    at: datetime,
    holder: str,
    answers: Mapping[str, Any],
) -> Offer | None:
    booking = entry.spec.booking
    if booking is None:
        return None
    need = needs_of(booking, answers)
    route = rules.route_for(booking, codes_of(here))
    if route is None:
        return Offer(entry=entry, booking=booking, route=None, dates=(), need=need, changes=())
    changes = changes_from(entry.id, at.astimezone(clock.city_zone()).date())
    dates = rules.free_dates(
        booking,
        route,
        at=at,
        zone=clock.city_zone(),
        works=lambda day: works_on(entry, booking, day),
        taken=_taken(entry.id, route, at=at, holder=holder, need=need),
        changes=changes,
        need=need,
    )
    return Offer(entry=entry, booking=booking, route=route, dates=dates, need=need, changes=changes)


def changes_from(service_id: int, day: date) -> list[Change]:
    """The days called off, or put in another's stead, from a day on."""
    rows = CalledOff.objects.filter(service_id=service_id, undone_at__isnull=True)
    rows = rows.filter(Q(day__gte=day) | Q(instead__gte=day))
    return [
        Change(day=row.day, route=row.route, crew=row.crew, instead=row.instead) for row in rows
    ]


def codes_of(here: Collection[AreaRef]) -> frozenset[str]:
    """Areas as services name them."""
    return frozenset(f"{area.layer}/{area.code}" for area in here)


def works_on(entry: ServiceEntry, booking: BookingSpec, day: date) -> bool:
    """Whether the agency works on a date, by its calendar or the one that the service names."""
    working = catalog().working_time(entry.agency_id, booking.calendar)
    return bool(working.spec.hours_on(day))


def _taken(
    service_id: int, route: Route, *, at: datetime, holder: str, need: Mapping[str, int]
) -> Taken:
    today = at.astimezone(clock.city_zone()).date()
    rows = _of_route(service_id, route).filter(_standing(at), day__gte=today)
    if holder:
        rows = rows.exclude(state=Appointment.State.HELD, holder=holder)
    return _counted(rows, need)


def taken_on(
    service_id: int, route: Route, day: date, *, need: Mapping[str, int], but: int | None
) -> Taken:
    """What is taken on a date, as soon as holds that ran out are given up."""
    rows = _of_route(service_id, route).filter(_TAKEN, day=day)
    return _counted(rows if but is None else rows.exclude(pk=but), need)


def seats_taken(service_id: int, route: Route, pool: Pool, day: date) -> set[int]:
    """The numbers of a date's seats that are held or booked."""
    rows = _of_route(service_id, route).filter(_TAKEN, day=day, crew=pool.crew)
    return set(rows.values_list("seat", flat=True))


def units_taken(
    service_id: int, pool: str, day: date, material: str, *, but: int | None
) -> set[int]:
    """The numbers of a material's units that are taken on a date."""
    rows = TakenUnit.objects.filter(service_id=service_id, pool=pool, day=day, material=material)
    rows = rows if but is None else rows.exclude(appointment_id=but)
    return set(rows.values_list("unit", flat=True))


def give_up_holds(service_id: int, day: date, *, at: datetime) -> None:
    """Remove a date's holds that ran out, but for what is kept for those who wait for it."""
    rows = Appointment.objects.filter(service_id=service_id, day=day)
    expired = rows.filter(_OVER, held_until__lte=at)
    given_up = list(expired.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Appointment.objects.filter(pk__in=given_up).delete()


def _of_route(service_id: int, route: Route) -> QuerySet[Appointment]:
    """The appointments that take places of a route's dates; its crews' on other routes too."""
    rows = Appointment.objects.filter(service_id=service_id)
    if route.crews:
        return rows.filter(crew__in=[pool.crew for pool in route.crews])
    return rows.filter(route=route.code, crew="")


def _counted(rows: QuerySet[Appointment], need: Mapping[str, int]) -> Taken:
    seats = rows.order_by().values_list("day", "crew").annotate(taken=Count("id"))
    units: dict[tuple[date, str, str], int] = {}
    if need:
        found = TakenUnit.objects.filter(appointment__in=rows, material__in=need)
        kinds = found.order_by().values_list("day", "appointment__crew", "material")
        units = {(day, crew, what): n for day, crew, what, n in kinds.annotate(n=Count("id"))}
    return Taken({(day, crew): n for day, crew, n in seats}, units)


# Whoever waits for a date has their seat until it is passed on, not only until its time is over.
_OVER: Final = Q(state=Appointment.State.HELD) & ~Q(holder__startswith=WAITS)
_TAKEN: Final = Q(state__in=[Appointment.State.HELD, Appointment.State.BOOKED])


def _standing(at: datetime) -> Q:
    """Seats that nobody else can have: booked ones, and those held that have not run out."""
    return _TAKEN & ~(_OVER & Q(held_until__lte=at))


def booked_among(request_ids: Collection[int], *, after: datetime) -> int:
    """How many of these requests have a date that begins later."""
    rows = Appointment.objects.filter(service_request__in=request_ids, starts_at__gt=after)
    return rows.filter(state=Appointment.State.BOOKED).count()


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


def waiting_of(request_id: int) -> Waiting | None:
    """A request's place on the list of those who wait for a date, while it has one."""
    rows = Waiting.objects.filter(service_request_id=request_id, state__in=WAITS_STILL)
    return rows.select_related("seat").first()


def ahead_of(waits: Waiting) -> int:
    """How many wait before this one on the same route."""
    rows = Waiting.objects.filter(
        service_id=waits.service_id, route=waits.route, state=Waiting.State.WAITING
    )
    earlier = Q(asked_at__lt=waits.asked_at) | Q(asked_at=waits.asked_at, id__lt=waits.pk)
    before = Q(first=True) | earlier if not waits.first else Q(first=True) & earlier
    return rows.filter(before).exclude(pk=waits.pk).count()


def last_of(request_id: int) -> Appointment | None:
    """The latest date that a request had, unless it was cancelled."""
    rows = Appointment.objects.filter(service_request_id=request_id)
    return rows.exclude(state=Appointment.State.CANCELLED).order_by("-ends_at", "-id").first()


def missed_of(request_id: int) -> Missed | None:
    """When nobody came last, and by when the crew is promised anew."""
    rows = Missed.objects.filter(appointment__service_request_id=request_id)
    return rows.order_by("-day", "-id").first()


def changes_until(appointment: Appointment) -> datetime | None:
    """Until when a reporter may move or cancel it; none where the service has no dates any more."""
    booking = catalog().service_by_id(appointment.service_id).spec.booking
    if booking is None:
        return None
    return rules.closes_at(booking, appointment.day, zone=clock.city_zone())


def route_name(route: str) -> str:
    """A route's name for people; empty for the rest of the city."""
    layer, _slash, code = route.partition("/")
    area = areas().find(layer, code) if route else None
    return area.name if area is not None else route
