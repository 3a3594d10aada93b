"""A day is called off: everybody booked gets another date, or is asked for one, first come first.

Saying so closes the day at once and leaves a job behind, which commits together with it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs

from citycall.appointments import policies, queries
from citycall.appointments.actions import waiting
from citycall.appointments.actions.change import free_again, put_on, tell_gone
from citycall.appointments.actions.seats import DateGone, TooOften
from citycall.appointments.models import Appointment, CalledOff
from citycall.appointments.queries import Offer
from citycall.appointments.rules import EVERY_ROUTE, FreeDate
from citycall.catalog.queries import ServiceEntry, catalog
from citycall.core import clock
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import Conflict, Faults
from citycall.core.permissions import require
from citycall.service_requests.actions.change import lock
from citycall.service_requests.models import OPEN_STATUSES, ServiceRequest

SETTLE_TASK = "citycall.settle_called_off_day"
SETTLE_QUEUE = "reactions"
LONGEST_REASON = 300
State = Appointment.State


class CalledOffAlready(Conflict):
    """The day is called off for the same people."""

    code = "called_off_already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which day nobody comes: of a service, on one route or every one, with one crew or all.

    They come on the day ``instead``, where one is named. Where ``asks`` is true, everybody is
    asked to choose, and none is given a date that they did not.
    """

    service: str
    day: date
    route: str = EVERY_ROUTE
    crew: str = ""
    instead: date | None = None
    reason: str = ""
    asks: bool = False


def call_off(plan: Plan, *, by: Actor, at: datetime) -> CalledOff:
    """Close the day for booking at once, and leave the job that gives everybody another date.

    Raises ``NotAllowed``, ``Faults`` and ``CalledOffAlready``.
    """
    entry = catalog().service(plan.service)
    require(policies.PERMISSIONS, "call_off", by=by, agency_id=entry.agency_id)
    _check(plan, entry, at=at)
    try:
        with transaction.atomic():
            row = CalledOff.objects.create(
                service_id=entry.id,
                day=plan.day,
                route=plan.route,
                crew=plan.crew,
                instead=plan.instead,
                reason=plan.reason.strip(),
                asks=plan.asks,
                by_id=by.id,
                by_name=by.name,
                made_at=at,
            )
            jobs.configure_task(SETTLE_TASK, queue=SETTLE_QUEUE).defer(called_off_id=row.pk)
            return row
    except IntegrityError as error:
        if "called_off_once" not in str(error):
            raise
        raise CalledOffAlready(_("This day is called off already.")) from error


def _check(plan: Plan, entry: ServiceEntry, *, at: datetime) -> None:
    faults = {}
    booking = entry.spec.booking
    if booking is None:
        raise Faults({"service": _("This service needs no appointment.")})
    if plan.day < at.astimezone(clock.city_zone()).date():
        faults["day"] = _("This day is over.")
    if not plan.reason.strip():
        faults["reason"] = _("Please say why; the people who are booked read it.")
    elif len(plan.reason) > LONGEST_REASON:
        sentence = _("Please keep this under %(n)s characters.")
        faults["reason"] = sentence % {"n": LONGEST_REASON}
    if plan.route not in {EVERY_ROUTE, "", *(route.area for route in booking.routes)}:
        faults["route"] = _("Please choose a route from the list.")
    if plan.crew and plan.crew not in {crew.code for crew in booking.crews}:
        faults["crew"] = _("Please choose a crew from the list.")
    if plan.instead is not None and plan.instead <= plan.day:
        faults["instead"] = _("Please choose a day after the one that is called off.")
    if faults:
        raise Faults(faults)


@transaction.atomic
def undo(called_off_id: int, *, by: Actor, at: datetime) -> CalledOff:
    """Let the day be booked again. Who has another date keeps it."""
    row = CalledOff.objects.select_for_update().get(pk=called_off_id)
    entry = catalog().service_by_id(row.service_id)
    require(policies.PERMISSIONS, "call_off", by=by, agency_id=entry.agency_id)
    if row.undone_at is None:
        row.undone_at = at
        row.save(update_fields=["undone_at"])
    return row


def settle(called_off_id: int, *, at: datetime) -> CalledOff:
    """Give everybody of a called-off day another date, in the order in which they booked.

    Each is done by itself, so that it can be run again after any fault and goes on from there.
    """
    row = CalledOff.objects.get(pk=called_off_id)
    if row.undone_at is not None:
        return row
    last = (datetime.min.replace(tzinfo=at.tzinfo), 0)
    while (found := _next(row, after=last)) is not None:
        last = (found.made_at, found.pk)
        _settle_one(row.pk, found.pk, at=at)
    CalledOff.objects.filter(pk=row.pk).update(settled_at=at)
    row.refresh_from_db()
    return row


def affected(row: CalledOff) -> QuerySet[Appointment]:
    """The booked appointments of a called-off day that have no other date yet."""
    found = Appointment.objects.filter(
        service_id=row.service_id, day=row.day, state=State.BOOKED
    ).order_by("made_at", "id")
    if row.route != EVERY_ROUTE:
        found = found.filter(route=row.route)
    return found.filter(crew=row.crew) if row.crew else found


def _next(row: CalledOff, *, after: tuple[datetime, int]) -> Appointment | None:
    made_at, pk = after
    later = affected(row).filter(made_at__gte=made_at).exclude(made_at=made_at, pk__lte=pk)
    return later.first()


@transaction.atomic
def _settle_one(called_off_id: int, appointment_id: int, *, at: datetime) -> None:
    row = CalledOff.objects.select_for_update().get(pk=called_off_id)
    request_id = Appointment.objects.get(pk=appointment_id).service_request_id
    if request_id is None:
        return
    request = lock(request_id)
    booked = affected(row).select_for_update().filter(pk=appointment_id).first()
    if booked is None or request.status not in OPEN_STATUSES:
        return
    offer = queries.offer_for(request, at=at)
    if not row.asks and offer is not None and _moved(row, booked, request, offer, at=at):
        row.moved += 1
    else:
        _ask(row, booked, request, offer, at=at)
        row.asked += 1
    row.save(update_fields=["moved", "asked"])


def _moved(
    row: CalledOff, booked: Appointment, request: ServiceRequest, offer: Offer, *, at: datetime
) -> bool:
    for free in _in_order(row, offer):
        try:
            with transaction.atomic():
                put_on(booked, request, offer, free, by=SYSTEM, at=at, words=row.reason)
        except (DateGone, TooOften):
            booked.refresh_from_db()
            request.refresh_from_db()
            continue
        return True
    return False


def _in_order(row: CalledOff, offer: Offer) -> list[FreeDate]:
    """The day that was named in its stead, and then the next ones; nobody is surprised earlier."""
    later = [free for free in offer.dates if free.day > row.day]
    return sorted(later, key=lambda free: (free.day != row.instead, free.day))


def _ask(
    row: CalledOff,
    booked: Appointment,
    request: ServiceRequest,
    offer: Offer | None,
    *,
    at: datetime,
) -> None:
    """No date is free, or theirs is the choice: they are first on the list, and can choose."""
    free_again(booked, at=at)
    tell_gone(booked, request, by=SYSTEM, at=at, words=row.reason)
    if offer is not None and offer.route is not None and not offer.dates:
        waiting.enter(request.pk, offer, first=True, at=booked.made_at)
