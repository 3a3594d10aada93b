"""The list of those who wait for a date: joined, left, told in order, with a seat that is kept."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from citycall.appointments import queries
from citycall.appointments.actions import hold
from citycall.appointments.actions.seats import DateGone
from citycall.appointments.actions.step import begin, tell
from citycall.appointments.models import Appointment, Waiting
from citycall.appointments.queries import Offer
from citycall.core.actors import SYSTEM, Actor
from citycall.core.errors import Conflict
from citycall.service_requests.events import Kind
from citycall.service_requests.models import OPEN_STATUSES

State = Waiting.State
# So many are looked at in one go; those behind them come with the next.
MOST_AT_ONCE = 50
# Nobody is told of a date that they could take for less than this.
LEAST_KEPT = timedelta(hours=1)


class CannotWait(Conflict):
    """There is nothing to wait for: a date is booked, one is free, or nobody comes there."""

    code = "cannot_wait"


@transaction.atomic
def join(request_id: int, *, by: Actor, at: datetime) -> Waiting:
    """Wait for a date that comes free; again, it changes nothing.

    Raises ``NotAllowed``, ``StepNotAllowed`` and ``CannotWait``.
    """
    request = begin(request_id, "wait", by=by)
    known = of_request(request.pk)
    if known is not None:
        return known
    offer = queries.offer_for(request, at=at)
    booked = queries.of_request(request.pk)
    if booked is not None and booked.ends_at > at:
        raise CannotWait(_("A date is booked already. It can be moved."))
    if offer is None or offer.route is None:
        raise CannotWait(_("Nobody comes to this place by appointment."))
    if offer.dates:
        raise CannotWait(_("There are free dates. Please choose one of them."))
    return enter(request.pk, offer, first=False, at=at)


def enter(request_id: int, offer: Offer, *, first: bool, at: datetime) -> Waiting:
    """Put a request on the list; before the others, where the city called its date off."""
    return Waiting.objects.create(
        service_id=offer.entry.id,
        service_request_id=request_id,
        route=offer.route.code if offer.route is not None else "",
        first=first,
        asked_at=at,
        changed_at=at,
    )


@transaction.atomic
def leave(request_id: int, *, by: Actor, at: datetime) -> bool:
    """Wait no longer; a seat that was kept goes to the next. Returns whether it waited."""
    request = begin(request_id, "wait", by=by)
    known = of_request(request.pk)
    if known is None:
        return False
    end(known, State.LEFT, at=at)
    pass_on(known.service_id, known.route, at=at)
    return True


def of_request(request_id: int) -> Waiting | None:
    """The request's place on the list, locked until the transaction ends."""
    rows = Waiting.objects.select_for_update().filter(
        service_request_id=request_id, state__in=queries.WAITS_STILL
    )
    return rows.first()


def holder_of(waits: Waiting) -> str:
    """How the holder of the seat is called that is kept for it."""
    return f"{queries.WAITS}{waits.pk}"


def end(waits: Waiting, state: Waiting.State, *, at: datetime) -> None:
    """It waits no longer; what is still kept for it is free again."""
    hold.release(holder_of(waits))
    waits.state, waits.seat, waits.kept_until, waits.changed_at = state, None, None, at
    waits.save(update_fields=["state", "seat", "kept_until", "changed_at"])


@transaction.atomic
def pass_on(service_id: int, route: str, *, at: datetime) -> int:
    """Keep what is free for those who wait longest, and tell them; returns how many were told.

    Whoever needs more than there is room for is passed over and keeps their place.
    """
    rows = Waiting.objects.filter(service_id=service_id, route=route, state=State.WAITING)
    if not rows.exists() or not _alone(service_id):
        return 0
    told = 0
    ordered = rows.order_by("-first", "asked_at", "id").select_related("service_request")
    for waits in ordered.select_for_update(skip_locked=True, of=("self",))[:MOST_AT_ONCE]:
        if waits.service_request.status not in OPEN_STATUSES:
            end(waits, State.LEFT, at=at)
            continue
        offer = queries.offer_for(waits.service_request, at=at)
        if offer is None or offer.route is None:
            end(waits, State.LEFT, at=at)
        elif _keep(waits, offer, at=at):
            told += 1
        elif not offer.need:
            break  # Nobody behind can need less.
    return told


def _keep(waits: Waiting, offer: Offer, *, at: datetime) -> bool:
    for free in offer.dates:
        until = min(at + timedelta(hours=offer.booking.keep_hours), free.closes_at)
        if until - at < LEAST_KEPT:
            continue
        try:
            with transaction.atomic():
                row = hold.keep(offer, free, holder=holder_of(waits), until=until, at=at)
        except DateGone:
            continue
        waits.state, waits.seat, waits.kept_until = State.OFFERED, row, until
        waits.changed_at = at
        waits.save(update_fields=["state", "seat", "kept_until", "changed_at"])
        _tell(waits, row, until, at=at)
        return True
    return False


def _tell(waits: Waiting, row: Appointment, until: datetime, *, at: datetime) -> None:
    tell(
        waits.service_request_id,
        Kind.APPOINTMENT_OFFERED,
        row,
        by=SYSTEM,
        at=at,
        kept_until=until.isoformat(),
    )


def go_on(*, at: datetime) -> int:
    """Pass on what was kept and not taken in time, and what else came free; how many were told."""
    lapsed = Waiting.objects.filter(state=State.OFFERED, kept_until__lte=at)
    for waits in list(lapsed.order_by("kept_until")[:MOST_AT_ONCE]):
        _lapse(waits.pk, at=at)
    places = Waiting.objects.filter(state=State.WAITING).order_by()
    return sum(
        pass_on(service_id, route, at=at)
        for service_id, route in places.values_list("service_id", "route").distinct()
    )


@transaction.atomic
def _lapse(waiting_id: int, *, at: datetime) -> None:
    waits = Waiting.objects.select_for_update().get(pk=waiting_id)
    if waits.state == State.OFFERED and waits.kept_until is not None and waits.kept_until <= at:
        end(waits, State.LAPSED, at=at)
        pass_on(waits.service_id, waits.route, at=at)


def _alone(service_id: int) -> bool:
    """Whether nobody else passes on dates of this service now, so that none is told out of order.

    Nobody waits for it: whoever holds a date's lock and waited here could wait for one another.
    What is left then is found with the next round.
    """
    with connection.cursor() as cursor:
        name = f"waiting:{service_id}"
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
